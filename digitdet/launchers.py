"""What tells the processes of a distributed run which of them each one is."""

import os

_VARIABLES = {
    "slurm": ("SLURM_PROCID", "SLURM_LOCALID", "SLURM_NTASKS"),
    "mpi": ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_SIZE"),
}


def set_rank_variables(launcher: str) -> None:
    """Give torch the ranks that Slurm or MPI names; torchrun names them itself.

    Raises:
        ValueError: If the launcher has not set its variables.
    """
    for name, source in zip(
        ("RANK", "LOCAL_RANK", "WORLD_SIZE"), _VARIABLES.get(launcher, ()), strict=False
    ):
        if source not in os.environ:
            raise ValueError(f"--launcher {launcher} needs {source}, which is not set")
        os.environ[name] = os.environ[source]
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", "29500")

"""What tells the processes of a distributed run which of them each one is, and where they meet."""

import os
import subprocess
from collections.abc import Mapping

_VARIABLES = {
    "slurm": ("SLURM_PROCID", "SLURM_LOCALID", "SLURM_NTASKS"),
    "mpi": ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_SIZE"),
}
HERE = "127.0.0.1"
PORT = 29500  # torch's own
# Of Slurm's jobs: below those that Linux gives away by itself.
FIRST_JOB_PORT, JOB_PORTS = 20000, 10000


def set_rank_variables(launcher: str) -> None:
    """Give torch the ranks that Slurm or MPI names; torchrun names them itself.

    ``MASTER_ADDR`` and ``MASTER_PORT``, where the processes meet, are kept if they are set.

    Raises:
        ValueError: If the launcher has not set its variables, or it has to be told where the
            processes of several machines meet.
    """
    for name, source in zip(
        ("RANK", "LOCAL_RANK", "WORLD_SIZE"), _VARIABLES.get(launcher, ()), strict=False
    ):
        if source not in os.environ:
            raise ValueError(f"--launcher {launcher} needs {source}, which is not set")
        os.environ[name] = os.environ[source]
    if "MASTER_ADDR" not in os.environ:
        os.environ["MASTER_ADDR"] = _address(launcher, os.environ)
    os.environ.setdefault("MASTER_PORT", str(_port(launcher, os.environ)))


def _address(launcher: str, environment: Mapping[str, str]) -> str:
    """Return the machine of the first process."""
    if launcher == "slurm" and int(environment.get("SLURM_STEP_NUM_NODES", 1)) > 1:
        names = environment["SLURM_STEP_NODELIST"]
        command = ["scontrol", "show", "hostnames", names]
        shown = subprocess.run(command, capture_output=True, check=True, text=True)
        return shown.stdout.split()[0]
    size = environment.get("OMPI_COMM_WORLD_SIZE")
    if launcher == "mpi" and environment.get("OMPI_COMM_WORLD_LOCAL_SIZE", size) != size:
        raise ValueError(
            "--launcher mpi on several machines needs MASTER_ADDR: the address of the one that has "
            "rank 0"
        )
    return HERE


def _port(launcher: str, environment: Mapping[str, str]) -> int:
    """Return a port that two jobs of Slurm on one machine do not share."""
    if launcher != "slurm" or "SLURM_JOB_ID" not in environment:
        return PORT
    job, step = (int(environment.get(f"SLURM_{name}_ID", 0)) for name in ("JOB", "STEP"))
    return FIRST_JOB_PORT + (97 * job + step) % JOB_PORTS

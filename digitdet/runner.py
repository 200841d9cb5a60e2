"""mmengine's Runner, quiet on the console and able to run distributed on a CPU."""

import logging
import os
from typing import Any

import mmengine.runner
import torch
from mmengine.logging import MMLogger
from mmengine.model import MMDistributedDataParallel
from torch import nn

# Warnings that mmengine 0.10.7 gives of its own code; nothing that a user can act on.
OWN_DEPRECATIONS = ('"FileClient" will be deprecated', '"HardDiskBackend" is the alias')


class Runner(mmengine.runner.Runner):
    """mmengine's Runner with a quiet console, and distributed runs on a CPU too.

    The console shows warnings and what the hooks print; the log file holds everything.
    """

    def build_logger(self, log_level: str = "INFO", **kwargs: Any) -> MMLogger:
        """Build the logger; its console handler shows warnings and worse."""
        logger = super().build_logger(log_level=log_level, **kwargs)
        for handler in logger.handlers:
            handler.addFilter(lambda record: not record.getMessage().startswith(OWN_DEPRECATIONS))
            if not isinstance(handler, logging.FileHandler):
                handler.setLevel(max(handler.level, logging.WARNING))
        return logger

    def setup_env(self, env_cfg: dict[str, Any]) -> None:
        """Set up the environment; without CUDA, processes talk through gloo.

        mmengine's own set-up selects a CUDA device and fails where there is none.
        """
        on_cpu = not torch.cuda.is_available()
        if self.distributed and on_cpu and not torch.distributed.is_initialized():
            _set_rank_variables(self.launcher)
            torch.distributed.init_process_group(backend="gloo")
        super().setup_env(env_cfg)

    def wrap_model(self, model_wrapper_cfg: dict[str, Any] | None, model: nn.Module) -> nn.Module:
        """Wrap the model for a distributed run; on a CPU there is no device to name."""
        if self.distributed and not torch.cuda.is_available():
            return MMDistributedDataParallel(model, broadcast_buffers=False)
        return super().wrap_model(model_wrapper_cfg, model)


_RANK_VARIABLES = {
    "slurm": ("SLURM_PROCID", "SLURM_LOCALID", "SLURM_NTASKS"),
    "mpi": ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_SIZE"),
}


def _set_rank_variables(launcher: str) -> None:
    """Give torch the ranks that Slurm or MPI names; torchrun names them itself."""
    for name, source in zip(
        ("RANK", "LOCAL_RANK", "WORLD_SIZE"), _RANK_VARIABLES.get(launcher, ()), strict=False
    ):
        if source not in os.environ:
            raise ValueError(f"--launcher {launcher} needs {source}, which is not set")
        os.environ[name] = os.environ[source]
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", "29500")

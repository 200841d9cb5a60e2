"""mmengine's Runner, quiet on the console and able to run distributed on a CPU."""

import itertools
import logging
import os
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mmengine.runner
import torch
from mmengine.dist import is_main_process
from mmengine.logging import MessageHub, MMLogger
from mmengine.model import MMDistributedDataParallel, is_model_wrapper
from torch import nn
from torch.utils.data import DataLoader

from digitdet.checkpoints.reading import load_file, state_dict_of
from digitdet.console import console
from digitdet.determinism import prepare_cublas
from digitdet.models.weights import check_state_dict

# Warnings of mmengine 0.10.7 that say nothing a user can act on: of its own code, of parameters
# that the config itself froze, one for each, of accumulated gradients that a resumed run would
# lack (AccumulationHook leaves none over), of data sets without names for a visualizer that draws
# none, and of metrics whose figures have no prefix.
OWN_WARNINGS = re.compile(
    r'"FileClient" will be deprecated|"HardDiskBackend" is the alias'
    r"|\S+ is skipped since its requires_grad=False"
    r"|Resumed iteration number is not divisible by|Gradient accumulative may slightly decrease"
    r"|Dataset \S+ has no metainfo|The prefix is not set in metric class"
)
# torch's, of lines of mmengine's AmpOptimWrapper and MMDistributedDataParallel.
OLD_NAMES = r"`(torch\.cuda\.amp\.GradScaler\(args\.\.\.\)|broadcast_buffers)` is deprecated"


class Runner(mmengine.runner.Runner):
    """mmengine's Runner with a quiet console, early errors, and distributed runs on a CPU too.

    The console shows warnings and what the hooks print; the log file holds everything.
    """

    def build_logger(self, log_level: str = "INFO", **kwargs: Any) -> MMLogger:
        """Build the logger; its console handler shows warnings and worse."""
        logger = super().build_logger(log_level=log_level, **kwargs)
        for handler in logger.handlers:
            handler.addFilter(lambda record: not OWN_WARNINGS.match(record.getMessage()))
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
        warnings.filterwarnings("ignore", OLD_NAMES, FutureWarning)
        self._timestamp = _unused_stamp(self.timestamp)

    def set_randomness(
        self, seed: int | None, diff_rank_seed: bool = False, deterministic: bool = False
    ) -> None:
        """Seed all generators; say which seed was drawn where the config has none.

        Args:
            seed: The seed, or None to draw one.
            diff_rank_seed: Give each process of a distributed run another seed.
            deterministic: Compute with algorithms whose results repeat bit for bit.

        Raises:
            ValueError: If the environment makes that impossible on CUDA.
        """
        if deterministic and torch.cuda.is_available():
            prepare_cublas(os.environ)
        super().set_randomness(seed, diff_rank_seed, deterministic)
        drawn = seed is None and self._train_loop is not None and not self.cfg.get("resume")
        if drawn and is_main_process():
            console.print(
                f"the config sets no seed; this run's is {self.seed}: to repeat it, "
                f"`--cfg-options randomness.seed={self.seed}`"
            )

    def resume(self, filename: str, *args: Any, **kwargs: Any) -> None:
        """Go on from a checkpoint with its seed; the order of the pictures follows from it too."""
        super().resume(filename, *args, **kwargs)
        sampler: Any = getattr(self.train_dataloader.batch_sampler, "sampler", None)
        if hasattr(sampler, "seed") and not self._randomness_cfg.get("diff_rank_seed"):
            sampler.seed = self.seed

    def build_model(self, model: nn.Module | dict[str, Any]) -> nn.Module:
        """Build the data sets, then the model: data that is missing is told before weights load."""
        training = self._train_loop is not None
        for name in ("_train_dataloader", "_val_dataloader") if training else ("_test_dataloader",):
            loader = getattr(self, name)
            if loader is not None:
                per_rank = self._randomness_cfg.get("diff_rank_seed", False)
                built = self.build_dataloader(loader, self.seed, per_rank)
                _refuse_empty(built, name.removeprefix("_"))
                setattr(self, name, built)
        return super().build_model(model)

    @staticmethod
    def build_dataloader(
        dataloader: DataLoader[Any] | dict[str, Any],
        seed: int | None = None,
        diff_rank_seed: bool = False,
    ) -> DataLoader[Any]:
        """Build a loader; without workers, what only concerns workers is left out."""
        if isinstance(dataloader, Mapping) and dataloader.get("num_workers", 0) == 0:
            of_workers = ("persistent_workers", "prefetch_factor")
            dataloader = {k: v for k, v in dataloader.items() if k not in of_workers}
        return mmengine.runner.Runner.build_dataloader(dataloader, seed, diff_rank_seed)

    def load_checkpoint(
        self,
        filename: str,
        map_location: Any = "cpu",
        strict: bool = True,  # noqa: ARG002
        revise_keys: Any = None,  # noqa: ARG002
    ) -> dict[str, Any]:
        """Load a checkpoint into the model, all of it or not at all.

        Args:
            filename: A checkpoint of digitdet, or a plain state dict.
            map_location: Where its tensors go.
            strict: Always true; mmengine's argument.
            revise_keys: Not used; mmengine's argument.

        Returns:
            The checkpoint.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If it is not a checkpoint of tensors and plain values, or does not fit.
        """
        checkpoint = load_file(filename, map_location)
        state_dict_of(checkpoint, filename)
        self.call_hook("after_load_checkpoint", checkpoint=checkpoint)
        model = self.bare_model
        state = state_dict_of(checkpoint, filename)
        check_state_dict(model, state, filename)
        model.load_state_dict(state)
        self._has_loaded = True
        self.logger.info(f"loaded {filename}")
        return checkpoint

    def save_checkpoint(self, out_dir: str, filename: str, *args: Any, **kwargs: Any) -> None:
        """Write a checkpoint under a temporary name, then rename it: it is whole or not there."""
        super().save_checkpoint(out_dir, f"{filename}.part", *args, **kwargs)
        if is_main_process():
            Path(out_dir, f"{filename}.part").replace(Path(out_dir, filename))

    @property
    def bare_model(self) -> nn.Module:
        """The model without its wrapper of a distributed run."""
        return self.model.module if is_model_wrapper(self.model) else self.model

    def wrap_model(self, model_wrapper_cfg: dict[str, Any] | None, model: nn.Module) -> nn.Module:
        """Wrap the model for a distributed run; on a CPU there is no device to name."""
        if self.distributed and not torch.cuda.is_available():
            return MMDistributedDataParallel(model, broadcast_buffers=False)
        return super().wrap_model(model_wrapper_cfg, model)


def _unused_stamp(stamp: str) -> str:
    """Tell a run from those of this process that began in the same second.

    mmengine names a run's log, message hub and visualizer by its second; two runs of one name
    would share them, and with them the history.
    """
    candidates = (stamp if number == 1 else f"{stamp}_{number}" for number in itertools.count(1))
    used = tuple(MessageHub._instance_dict)
    return next(name for name in candidates if not any(one.endswith(name) for one in used))


def _refuse_empty(loader: DataLoader[Any], name: str) -> None:
    """Refuse a loader without a batch: its loop would end at once, without a word."""
    if len(loader) == 0:
        raise ValueError(
            f"{name}: its {len(loader.dataset)} pictures give no batch of {loader.batch_size}; "  # type: ignore[arg-type]
            "lower batch_size, or write drop_last=False"
        )


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

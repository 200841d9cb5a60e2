"""mmengine's Runner, quiet on the console and able to run distributed on a CPU."""

import itertools
import os
from collections.abc import Mapping
from contextlib import nullcontext
from functools import cached_property
from pathlib import Path
from typing import Any

import mmengine.runner
import torch
from mmengine.dist import barrier, is_main_process
from mmengine.logging import MessageHub, MMLogger
from mmengine.model import is_model_wrapper
from mmengine.runner import BaseLoop, LogProcessor
from torch import nn
from torch.utils.data import DataLoader

from digitdet.checkpoints.content import pack
from digitdet.checkpoints.finding import find_to_resume, set_aside
from digitdet.checkpoints.provenance import GitState, git_state
from digitdet.checkpoints.reading import load_file, state_dict_of
from digitdet.checkpoints.resuming import files_named, go_on, steps_kept
from digitdet.checkpoints.writing import write_checkpoint
from digitdet.config_checks.hooks import DEFAULTS
from digitdet.console import console
from digitdet.datasets.loaders import build_loader, refuse_empty
from digitdet.determinism import prepare_cublas
from digitdet.evaluation.ordering import tell_order
from digitdet.folder_lock import held_folder
from digitdet.histories import bound_histories, check_windows
from digitdet.launchers import set_rank_variables
from digitdet.learning_rates import adapt_rates
from digitdet.models.weights import check_state_dict
from digitdet.optimizers import optimizers_of, use_fused
from digitdet.processes import distribute
from digitdet.quiet_logs import ignore_old_names, quieten
from digitdet.threads import keep_to_cores
from digitdet.visualization import live_run


class Runner(mmengine.runner.Runner):
    """mmengine's Runner with a quiet console, early errors, and distributed runs on a CPU too.

    The console shows warnings and what the hooks print; the log file holds everything.

    Attributes:
        random_states: Of the generators, to be restored by the loop before its first step; None
            where a run begins.
    """

    optim_wrapper: Any
    param_schedulers: Any
    random_states: dict[str, Any] | None = None
    # Steps that earlier epochs had more, or fewer, than they have with this run's batches.
    other_steps = 0
    _has_begun = _is_beginning = False

    def build_logger(self, log_level: str = "INFO", **kwargs: Any) -> MMLogger:
        """Build the logger; its console handler shows warnings and worse."""
        logger = super().build_logger(log_level=log_level, **kwargs)
        quieten(logger)
        return logger

    def build_message_hub(self, message_hub: dict[str, Any] | None = None) -> MessageHub:
        """Build the message hub, which keeps the last values of each scalar."""
        hub = super().build_message_hub(message_hub)
        bound_histories(hub)
        return hub

    def build_log_processor(self, log_processor: LogProcessor | dict[str, Any]) -> LogProcessor:
        """Build what smooths the logged values.

        Raises:
            ValueError: If it smooths over more of them than are kept.
        """
        built = super().build_log_processor(log_processor)
        check_windows(built.window_size, built.custom_cfg)
        return built

    def setup_env(self, env_cfg: dict[str, Any]) -> None:
        """Set up the environment; without CUDA, processes talk through gloo.

        mmengine's own set-up selects a CUDA device and fails where there is none.
        """
        if self.distributed and not torch.distributed.is_initialized():
            set_rank_variables(self.launcher)
            if not torch.cuda.is_available():
                torch.distributed.init_process_group(backend="gloo")
        super().setup_env(env_cfg)
        keep_to_cores()
        ignore_old_names()
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

    def resume(
        self,
        filename: str,
        resume_optimizer: bool = True,  # noqa: ARG002
        resume_param_scheduler: bool = True,  # noqa: ARG002
        map_location: Any = "cpu",
    ) -> None:
        """Go on from a checkpoint as if the run had never been stopped.

        Args:
            filename: A checkpoint of digitdet, with its optimizer.
            resume_optimizer: Not used; mmengine's argument.
            resume_param_scheduler: Not used; mmengine's argument.
            map_location: Where its tensors go first.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If no run can go on from it, or not this one.
        """
        self._load_from, self._resume = filename, True
        go_on(self, filename, map_location)

    def train(self) -> nn.Module:
        """Train; what an earlier run left in the work folder is set aside.

        Raises:
            ValueError: If another process trains in that folder.
        """
        _ = self.git  # as it is now: somebody may work on in it
        self._is_beginning = not self._has_begun
        self._has_begun = True
        held = held_folder(Path(self.work_dir)) if is_main_process() else nullcontext()
        with held, live_run.shown(self):
            model: nn.Module = super().train()
        return model

    def load_or_resume(self) -> None:
        """Load the checkpoint to begin with or to go on from, if there is one."""
        if self._resume and self._load_from is None:
            newest = find_to_resume(Path(self.work_dir))
            self._load_from, self._resume = newest and str(newest), newest is not None
        super().load_or_resume()
        if self._is_beginning:
            self._is_beginning = False
            barrier()  # until all have loaded
            if is_main_process():
                set_aside(Path(self.work_dir), steps_kept(self), files_named(self))
            live_run.begin(self)

    def build_model(self, model: nn.Module | dict[str, Any]) -> nn.Module:
        """Build the data sets, then the model: data that is missing is told before weights load."""
        training = self._train_loop is not None
        for name in ("_train_dataloader", "_val_dataloader") if training else ("_test_dataloader",):
            loader = getattr(self, name)
            if loader is not None:
                per_rank = self._randomness_cfg.get("diff_rank_seed", False)
                built = self.build_dataloader(loader, self.seed, per_rank)
                refuse_empty(built, name.removeprefix("_"))
                setattr(self, name, built)
        return super().build_model(model)

    @staticmethod
    def build_dataloader(
        dataloader: DataLoader[Any] | dict[str, Any],
        seed: int | None = None,
        diff_rank_seed: bool = False,
    ) -> DataLoader[Any]:
        """Build a loader, see `build_loader`."""
        return build_loader(dataloader, seed, diff_rank_seed)

    def register_default_hooks(self, hooks: dict[str, Any] | None = None) -> None:
        """Register the hooks that stand under a name; None leaves out one of digitdet's, too."""
        given = (hooks or {}).items()
        super().register_default_hooks(
            {name: hook for name, hook in given if hook is not None or name in DEFAULTS}
        )

    def build_train_loop(self, loop: BaseLoop | dict[str, Any]) -> BaseLoop:
        """Build the loop; where its config names none and goes by epoch, it is digitdet's."""
        if isinstance(loop, Mapping) and loop.get("by_epoch") and "type" not in loop:
            rest = {key: value for key, value in loop.items() if key != "by_epoch"}
            loop = {"type": "digitdet.EpochBasedTrainLoop", **rest}
        return super().build_train_loop(loop)

    def build_optim_wrapper(self, optim_wrapper: Any) -> Any:
        """Build the optimizer; where torch has one kernel for its step, it computes by that."""
        built = super().build_optim_wrapper(optim_wrapper)
        if built is not optim_wrapper:
            for optimizer in optimizers_of(built):
                use_fused(optimizer)
        return built

    def scale_lr(self, optim_wrapper: Any, auto_scale_lr: Mapping[str, Any] | None = None) -> None:
        """Scale the rates to the batch, where that is enabled, else say that they are for another.

        A run that goes on has the rates of its checkpoint.
        """
        said = adapt_rates(optim_wrapper, auto_scale_lr, self.train_dataloader, self.world_size)
        if said and not self._resume and is_main_process():
            console.print(said)
            self.logger.info(said)

    def build_val_loop(self, loop: BaseLoop | dict[str, Any]) -> BaseLoop:
        """Build the validation; its metrics get results in the order of the data set."""
        return tell_order(super().build_val_loop(loop))

    def build_test_loop(self, loop: BaseLoop | dict[str, Any]) -> BaseLoop:
        """Build the test; its metrics get results in the order of the data set."""
        return tell_order(super().build_test_loop(loop))

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
        checkpoint: dict[str, Any] = load_file(filename, map_location)
        self.take_weights(checkpoint, filename)
        return checkpoint

    def take_weights(self, checkpoint: dict[str, Any], source: str) -> None:
        """Load a checkpoint's weights, which hooks may change before."""
        state_dict_of(checkpoint, source)
        self.call_hook("after_load_checkpoint", checkpoint=checkpoint)
        state = state_dict_of(checkpoint, source)
        check_state_dict(self.bare_model, state, source)
        self.bare_model.load_state_dict(state)
        self._has_loaded = True
        self.logger.info(f"loaded {source}")

    def save_checkpoint(
        self,
        out_dir: str,
        filename: str,
        file_client_args: Any = None,  # noqa: ARG002
        save_optimizer: bool = True,
        save_param_scheduler: bool = True,  # noqa: ARG002
        meta: Mapping[str, Any] | None = None,
        by_epoch: bool = True,
        backend_args: Any = None,  # noqa: ARG002
    ) -> None:
        """Write a checkpoint; all processes of a distributed run call it.

        Args:
            out_dir: The folder; is made.
            filename: The file's name.
            file_client_args: Not used; mmengine's argument.
            save_optimizer: Whether a run can go on from it; else it holds weights alone.
            save_param_scheduler: Not used; they are saved with the optimizer.
            meta: ``epoch`` and ``iter``, the finished ones, and ``is_stopover``, where they are
                not as ``by_epoch`` says.
            by_epoch: Whether an epoch is about to end; else it is a step.
            backend_args: Not used; mmengine's argument.

        Raises:
            OSError: If the disk is full, or can't be written to.
            TypeError: If a hook adds what could not be loaded again.
        """
        given = dict(meta or {})
        checkpoint = pack(
            self,
            epoch=given.get("epoch", self.epoch + int(by_epoch)),
            iteration=given.get("iter", self.iter + int(not by_epoch)),
            with_optimizer=save_optimizer,
            is_stopover=given.get("is_stopover", False),
        )
        self.call_hook("before_save_checkpoint", checkpoint=checkpoint)
        if is_main_process():
            write_checkpoint(Path(out_dir, filename), checkpoint)

    @cached_property
    def git(self) -> GitState | None:
        """The state of the repository that the run was started in, if it was in one."""
        return git_state(Path())

    def epoch_step(self, epoch: int, iteration: int) -> int:
        """Return how many of an epoch's steps are finished.

        Args:
            epoch: Finished epochs.
            iteration: Finished steps, those of earlier epochs included.
        """
        return iteration - epoch * len(self.train_dataloader) - self.other_steps

    @property
    def bare_model(self) -> nn.Module:
        """The model without its wrapper of a distributed run."""
        return self.model.module if is_model_wrapper(self.model) else self.model

    def wrap_model(self, model_wrapper_cfg: dict[str, Any] | None, model: nn.Module) -> nn.Module:
        """Wrap the model for a distributed run, see `distribute`."""
        own_way = model_wrapper_cfg is not None or self.cfg.get("sync_bn") == "mmcv"
        on_cuda = torch.cuda.is_available()
        if not self.distributed or is_model_wrapper(model) or (own_way and on_cuda):
            return super().wrap_model(model_wrapper_cfg, model)
        return distribute(
            model,
            with_shared_statistics=bool(self.cfg.get("sync_bn")) and self._train_loop is not None,
            find_unused_parameters=self.cfg.get("find_unused_parameters", False),
        )


def _unused_stamp(stamp: str) -> str:
    """Tell a run from those of this process that began in the same second.

    mmengine names a run's log, message hub and visualizer by its second; two runs of one name
    would share them, and with them the history.
    """
    candidates = (stamp if number == 1 else f"{stamp}_{number}" for number in itertools.count(1))
    used = tuple(MessageHub._instance_dict)
    return next(name for name in candidates if not any(one.endswith(name) for one in used))

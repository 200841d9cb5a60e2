"""The loop of a training: from any step on, until it is done or asked to end."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import mmengine.runner
from mmengine.dist import all_gather_object, get_rank, get_world_size, is_main_process
from mmengine.hooks import Hook
from torch import nn
from torch.utils.data import DataLoader

from digitdet.checkpoints.random_states import capture, restore
from digitdet.datasets.remaining import remaining_batches
from digitdet.hooks.accumulation_hook import is_updated
from digitdet.hooks.checkpoint_hook import VALIDATED, CheckpointHook
from digitdet.interruption import SignalWatch, TrainingInterrupted, way_on
from digitdet.processes import largest_of_processes, take_buffers_of_first
from digitdet.registry import LOOPS
from digitdet.worker_signals import end_workers, held_signals

EPOCH_START = "epoch_start_random_states"


@LOOPS.register_module()
class EpochBasedTrainLoop(mmengine.runner.EpochBasedTrainLoop):
    """mmengine's loop, which goes on in the middle of an epoch too, and ends between two steps.

    A resumed run has the batches that are left of its epoch, in the same order, and reads nothing
    of those before; a validation that it was stopped in comes first. The generators have the states
    of the checkpoint right before the first batch is read. Ctrl-C, SIGTERM, SIGUSR1 and SIGHUP end
    the step, with accumulated gradients their update; `CheckpointHook` saves it. A validation is
    ended after a batch, in a distributed run when it is done.

    Its arguments are mmengine's.

    Attributes:
        epoch_start: States of the generators when the epoch's batches began; None if not known.
    """

    _watch: SignalWatch
    _before_validation: dict[str, Any]  # states of the generators

    def __init__(
        self,
        runner: Any,
        dataloader: DataLoader[Any] | dict[str, Any],
        max_epochs: int,
        val_begin: int = 1,
        val_interval: int = 1,
        dynamic_intervals: list[tuple[int, int]] | None = None,
    ) -> None:
        super().__init__(runner, dataloader, max_epochs, val_begin, val_interval, dynamic_intervals)
        self.epoch_start: dict[str, Any] | None = None
        runner.register_hook(_LoopHook(self))

    def run(self) -> nn.Module:
        """Train.

        Raises:
            TrainingInterrupted: If a signal ended the training.
        """
        self._watch = SignalWatch()
        with self._watch:
            try:
                self._run()
            except BaseException:
                self.runner.call_hook("after_interruption")
                raise
            finally:
                for loop in (self, self.runner.val_loop):
                    end_workers(getattr(getattr(loop, "dataloader", None), "_iterator", None))
        model: nn.Module = self.runner.model
        return model

    def _run(self) -> None:
        runner = self.runner
        runner.call_hook("before_train")
        self._stop_if_asked("before the first step")
        if self._num_done() == 0:
            self._restore_randomness()
        self._decide_current_val_interval()
        validated = runner.message_hub.runtime_info.get(VALIDATED, 0)
        if self._num_done() == 0 and validated < self._epoch:
            self._validate_if_due()
        while not self._is_over():
            self.run_epoch()
            self._decide_current_val_interval()
            self._validate_if_due()
            if not self._is_over():
                self._stop_if_asked(self._after_epoch())
        runner.call_hook("after_train")
        number = largest_of_processes(self._watch.noted)
        if number:
            runner.visualizer.close()
            # Other seeds may be left.
            advice = way_on(sys.argv, is_saved=True) if "--seeds" in sys.argv else ""
            error = TrainingInterrupted(number, "at its end", None, advice, is_finished=True)
            raise self._said(error)

    def run_epoch(self) -> None:
        """Train for what is left of an epoch."""
        done, total = self._num_done(), len(self.dataloader)
        self.runner.call_hook("before_train_epoch")
        self.runner.model.train()
        batches = self._remaining(done)
        try:
            for index, batch in enumerate(batches, done):
                self.run_iter(index, batch)
                if index + 1 < total:  # else the epoch's own checkpoint is next
                    self._stop_if_asked(
                        f"after step {self._iter}, in epoch {self._epoch + 1} of {self._max_epochs}"
                    )
        except BaseException:
            end_workers(batches)
            raise
        self.runner.call_hook("after_train_epoch")
        self._epoch += 1

    def _num_done(self) -> int:
        """Return how many steps of the epoch are finished."""
        return int(self.runner.epoch_step(self._epoch, self._iter))

    def _is_over(self) -> bool:
        return self._epoch >= self._max_epochs or self.stop_training

    def _after_epoch(self) -> str:
        return f"after epoch {self._epoch} of {self._max_epochs}"

    def _validate_if_due(self) -> None:
        """Validate, if the epoch that ended is one that is validated."""
        epoch = self._epoch
        is_due = epoch % self.val_interval == 0 or epoch == self._max_epochs
        if self.runner.val_loop is not None and epoch >= max(1, self.val_begin) and is_due:
            self._stop_if_asked(self._after_epoch())
            self._before_validation = capture()
            take_buffers_of_first(self.runner.bare_model)
            self.runner.val_loop.run()

    def _remaining(self, done: int) -> Iterator[Any]:
        """Return the batches of an epoch without the first ones."""
        if done >= len(self.dataloader):
            self._restore_randomness()
            return iter(())
        if done:
            if self.epoch_start is not None:
                restore(self.epoch_start)
            loader = remaining_batches(self.dataloader, done)
        else:
            self.epoch_start, loader = capture(), self.dataloader
        with held_signals():
            batches = iter(loader)  # draws a seed for its workers
        self._restore_randomness()
        return batches

    def _restore_randomness(self) -> None:
        """Set the generators to where a resumed run was stopped."""
        states, self.runner.random_states = self.runner.random_states, None
        if states is not None:
            restore(states)

    def look_in_validation(self) -> None:
        """Save what was before the validation and end, if a signal came."""
        # In a distributed run the processes may have different numbers of batches.
        if self._watch.noted and get_world_size() == 1:
            restore(self._before_validation)
            self._stop_if_asked(f"in the validation {self._after_epoch()}")

    def _stop_if_asked(self, place: str) -> None:
        """Save and end, if a signal came; where gradients are being accumulated, not yet.

        Raises:
            TrainingInterrupted: If one came.
        """
        number = largest_of_processes(self._watch.noted)
        if not number or not is_updated(self.runner.optim_wrapper):
            return
        hooks = (hook for hook in self.runner.hooks if isinstance(hook, CheckpointHook))
        hook = next(hooks, None)
        checkpoint = hook.save_stopover(self.runner) if hook and self._iter else None
        self.runner.visualizer.close()
        raise self._interruption(number, place, checkpoint)

    def _interruption(
        self, number: int, place: str, checkpoint: Path | None
    ) -> TrainingInterrupted:
        home = Path(self.runner.work_dir).resolve()
        source = checkpoint if checkpoint and checkpoint.resolve().parent != home else None
        launcher = self.runner.launcher
        advice = way_on(sys.argv, is_saved=bool(checkpoint), source=source, launcher=launcher)
        return self._said(TrainingInterrupted(number, place, checkpoint, advice))

    def _said(self, error: TrainingInterrupted) -> TrainingInterrupted:
        """Log what is to be said, once for all processes."""
        self.runner.logger.info(str(error))
        if not is_main_process():
            error.args = ()
        return error


class _LoopHook(Hook):
    """What the loop does at moments that are not its own.

    It lets a validation end early, and keeps in checkpoints within an epoch the states that the
    generators had when the epoch began: a sampler's order may follow from them.
    """

    priority = "LOWEST"

    def __init__(self, loop: EpochBasedTrainLoop) -> None:
        self.loop = loop

    def after_val_iter(self, *_: Any, **__: Any) -> None:
        self.loop.look_in_validation()

    def before_save_checkpoint(self, runner: Any, checkpoint: dict[str, Any]) -> None:  # noqa: ARG002
        meta = checkpoint["meta"]
        if meta["is_resumable"] and meta["epoch_step"]:
            checkpoint[EPOCH_START] = all_gather_object(self.loop.epoch_start)

    def after_load_checkpoint(self, runner: Any, checkpoint: Mapping[str, Any]) -> None:
        states = checkpoint.get(EPOCH_START, ())
        if runner._resume and len(states) == get_world_size():
            self.loop.epoch_start = states[get_rank()]

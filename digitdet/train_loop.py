"""The loop of a training: from any step on, until it is done or asked to end."""

import itertools
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import mmengine.runner
from mmengine.dist import get_world_size, is_main_process
from mmengine.hooks import Hook
from torch import nn
from torch.utils.data import DataLoader, IterableDataset

from digitdet.checkpoints.random_states import capture, restore
from digitdet.hooks.accumulation_hook import is_updated
from digitdet.hooks.checkpoint_hook import VALIDATED, CheckpointHook
from digitdet.interruption import SignalWatch, TrainingInterrupted, way_on
from digitdet.processes import largest_of_processes
from digitdet.registry import LOOPS
from digitdet.worker_signals import held_signals


@LOOPS.register_module()
class EpochBasedTrainLoop(mmengine.runner.EpochBasedTrainLoop):
    """mmengine's loop, which goes on in the middle of an epoch too, and ends between two steps.

    A resumed run has the batches that are left of its epoch, in the same order, and reads nothing
    of those before; a validation that it was stopped in comes first. The generators have the states
    of the checkpoint right before the first batch is read. Ctrl-C, SIGTERM, SIGUSR1 and SIGHUP end
    the step, with accumulated gradients their update; `CheckpointHook` saves it. A validation is
    ended after a batch, in a distributed run when it is done.

    Its arguments are mmengine's.
    """

    _watch: SignalWatch
    _before_validation: dict[str, Any]  # states of the generators

    def run(self) -> nn.Module:
        """Train.

        Raises:
            TrainingInterrupted: If a signal ended the training.
        """
        self._watch = SignalWatch()
        self.runner.register_hook(_BetweenBatches(self._look_in_validation))
        with self._watch:
            try:
                self._run()
            except BaseException:
                self.runner.call_hook("after_interruption")
                raise
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
            raise TrainingInterrupted(number, "after its end; the training is finished", None)

    def run_epoch(self) -> None:
        """Train for what is left of an epoch."""
        done, total = self._num_done(), len(self.dataloader)
        self.runner.call_hook("before_train_epoch")
        self.runner.model.train()
        for index, batch in enumerate(self._remaining(done), done):
            self.run_iter(index, batch)
            if index + 1 < total:  # else the epoch's own checkpoint is next
                self._stop_if_asked(
                    f"after step {self._iter}, in epoch {self._epoch + 1} of {self._max_epochs}"
                )
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
            self.runner.val_loop.run()

    def _remaining(self, done: int) -> Iterator[Any]:
        """Return the batches of an epoch without the first ones."""
        if done >= len(self.dataloader):
            self._restore_randomness()
            return iter(())
        loader = remaining_batches(self.dataloader, done) if done else self.dataloader
        with held_signals():
            batches = iter(loader)  # draws a seed for its workers
        self._restore_randomness()
        return batches

    def _restore_randomness(self) -> None:
        """Set the generators to where a resumed run was stopped."""
        states, self.runner.random_states = self.runner.random_states, None
        if states is not None:
            restore(states)

    def _look_in_validation(self) -> None:
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
        advice = way_on(sys.argv, is_saved=bool(checkpoint), launcher=self.runner.launcher)
        error = TrainingInterrupted(number, place, checkpoint, advice)
        self.runner.logger.info(str(error))
        if not is_main_process():
            error.args = ()
        return error


class _BetweenBatches(Hook):
    """Lets a validation end early."""

    priority = "LOWEST"

    def __init__(self, look: Callable[[], None]) -> None:
        self._look = look

    def after_val_iter(self, *_: Any, **__: Any) -> None:
        self._look()


def remaining_batches(loader: DataLoader[Any], done: int) -> Iterable[Any]:
    """Return what a loader gives after its first batches.

    Args:
        loader: The loader. Of a data set that can only be read through, the first batches are read.
        done: How many batches are left out.
    """
    if isinstance(loader.dataset, IterableDataset):
        return itertools.islice(loader, done, None)
    arguments: dict[str, Any] = {
        name: getattr(loader, name)
        for name in (
            "num_workers",
            "collate_fn",
            "pin_memory",
            "timeout",
            "worker_init_fn",
            "multiprocessing_context",
            "generator",
            "prefetch_factor",
            "in_order",
        )
    }
    if loader.batch_sampler is None:  # it does not make batches
        sampler = _Rest(loader.sampler, done)
        return DataLoader(loader.dataset, batch_size=None, sampler=sampler, **arguments)
    batches: Any = _Rest(loader.batch_sampler, done)
    return DataLoader(loader.dataset, batch_sampler=batches, **arguments)


class _Rest:
    """What a sampler gives after its first items."""

    def __init__(self, sampler: Any, done: int) -> None:
        self.sampler = sampler
        self.done = done

    def __iter__(self) -> Iterator[Any]:
        return itertools.islice(iter(self.sampler), self.done, None)

    def __len__(self) -> int:
        return len(self.sampler) - self.done

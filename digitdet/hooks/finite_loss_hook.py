"""Stops a training before a loss that is no number reaches its weights."""

import math
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from mmengine.dist import all_gather_object, get_rank
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import Tensor, nn
from torch.optim import Optimizer

from digitdet.finite import are_finite
from digitdet.hooks.accumulation_hook import is_updated
from digitdet.hooks.kept_buffers import KeptBuffers
from digitdet.mixed_precision import autocast_of, scales_losses
from digitdet.optimizers import optimizers_of
from digitdet.processes import largest_of_processes
from digitdet.registry import HOOKS

if TYPE_CHECKING:  # needed in few runs, and takes a moment of each start
    from digitdet.replay.recording import Cause, Recording

SKIPPED = "skipped_steps"


class NonFiniteError(RuntimeError):
    """A loss, or gradients, that are not finite."""


@HOOKS.register_module()
class FiniteLossHook(Hook):
    """Stops the training when a loss or its gradients are not finite; the weights stay as they are.

    The step is recorded in ``WORK_DIR/non_finite/iter_N`` for ``tools/replay.py``. A batch that is
    skipped instead contributes nothing: no gradient, no step of the optimizer, no change of
    BatchNorm's statistics, no loss in the log. Where gradients are accumulated, it is left out of
    its update; gradients that are not finite take those accumulated before with them. Schedules
    and averages of weights count the step all the same.

    Gradients are looked at after ``clip_grad``, and not where losses are scaled, as in float16: the
    scaler skips steps by itself. In a distributed run, all processes skip or stop together.

    Args:
        max_skips: How many batches of the whole run may be skipped; the next one stops it. The
            count is a part of the checkpoints.
        num_replays_kept: How many recorded steps are kept, the newest ones; at least 1. Each holds
            the model's weights.

    Raises:
        ValueError: If an argument is out of its range.
    """

    priority = "HIGHEST"  # before RuntimeInfoHook, which logs the losses

    def __init__(self, max_skips: int = 0, num_replays_kept: int = 3) -> None:
        if max_skips < 0:
            raise ValueError(f"FiniteLossHook: max_skips is 0 or more, got {max_skips!r}")
        if num_replays_kept < 1:
            raise ValueError(
                f"FiniteLossHook: num_replays_kept is 1 or more, got {num_replays_kept!r}"
            )
        self.max_skips = max_skips
        self.num_replays_kept = num_replays_kept
        self._handles: list[Any] = []
        self._batch: Any = None
        self._buffers: KeptBuffers | None = None
        self._untouched: list[nn.Parameter] = []
        self._is_skipped = self._is_rerun = False

    def before_train(self, runner: Runner) -> None:
        """Watch the model's losses, and the gradients before each step of the optimizer."""
        losses = partial(self._check_losses, runner)
        self._handles = [runner.bare_model.register_forward_hook(losses, with_kwargs=True)]
        self._handles += [
            optimizer.register_step_pre_hook(lambda o, *_: self._check_gradients(runner, o))
            for optimizer in optimizers_of(runner.optim_wrapper)
        ]

    def before_train_epoch(self, runner: Runner) -> None:
        """Find the model's buffers."""
        self._buffers = KeptBuffers(runner.bare_model)

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:  # noqa: ARG002
        """Keep what the step may spoil."""
        self._batch, self._is_skipped = data_batch, False
        if self._buffers is None:
            self._buffers = KeptBuffers(runner.bare_model)
        self._buffers.keep()

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,  # noqa: ARG002
        data_batch: Any = None,  # noqa: ARG002
        outputs: dict[str, Tensor] | None = None,
    ) -> None:
        """Look at gradients that are still being accumulated; take a skipped loss from the log."""
        if not is_updated(runner.optim_wrapper):  # else they were looked at before the update
            for optimizer in optimizers_of(runner.optim_wrapper):
                self._check_gradients(runner, optimizer)
        if self._is_skipped and outputs:
            outputs.clear()

    def after_train(self, runner: Runner) -> None:  # noqa: ARG002
        """Leave the model as it was."""
        while self._handles:
            self._handles.pop().remove()

    def _check_losses(
        self, runner: Runner, model: Any, _: Any, kwargs: dict[str, Any], losses: Any
    ) -> Any:
        """Replace losses that are not finite by zeros, if their batch may be skipped."""
        if self._is_rerun or kwargs.get("mode") != "loss" or not isinstance(losses, Mapping):
            return None
        is_bad = not math.isfinite(_total(losses, model))
        if not largest_of_processes(is_bad):
            return None
        from digitdet.replay.step import gradient_norms, to_numbers

        total, terms = model.parse_losses(losses)
        # On all processes: the backward pass of SyncBatchNorm talks to the others.
        norms = gradient_norms(total, model)
        self._stop_or_skip(runner, "loss", to_numbers(terms), norms, is_bad)
        self._untouched = [p for p in model.parameters() if p.grad is None]
        # Depends on each parameter, as a distributed run wants it, but on none of their values.
        parts = [torch.atleast_1d(p)[:0].sum() for p in model.parameters() if p.requires_grad]
        return dict.fromkeys(losses, torch.stack(parts).sum())

    def _check_gradients(self, runner: Runner, optimizer: Optimizer) -> None:
        for parameter in self._untouched:  # by a skipped batch, whose gradients are zeros
            parameter.grad = None
        self._untouched = []
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        gradients = [grad for p in parameters if (grad := p.grad) is not None]
        if scales_losses(runner.optim_wrapper) or not gradients:
            return
        if not largest_of_processes(not are_finite(gradients)):
            return
        from digitdet.replay.step import gradient_norms, run_step

        self._is_rerun = True
        self._restore_buffers()
        with autocast_of(runner.optim_wrapper):
            total, terms = run_step(
                runner.bare_model, self._batch, runner.seed, runner.iter + 1, get_rank()
            )
            self._is_rerun = False
            norms = gradient_norms(total, runner.bare_model)
            self._stop_or_skip(runner, "gradients", terms, norms, True)
        for parameter in parameters:
            parameter.grad = None

    def _restore_buffers(self) -> None:
        if self._buffers is not None:
            self._buffers.restore()

    def _keep(self, runner: Runner, recording: "Recording") -> str:
        """Keep a step for replay, and say how to look at it; a full disk hides no bad loss."""
        from digitdet.replay.capture import keep_recording

        try:
            folder = keep_recording(runner.work_dir, recording, self.num_replays_kept)
        except (OSError, RuntimeError) as error:  # torch's writer raises the latter
            return f"The step could not be kept for tools/replay.py: {error}."
        return f"To look for the cause: `python tools/replay.py {folder}`."

    def _stop_or_skip(
        self,
        runner: Runner,
        cause: "Cause",
        losses: Mapping[str, float],
        norms: Mapping[str, float],
        is_own: bool,
    ) -> None:
        """Record the step; raise, or count it as skipped.

        Raises:
            NonFiniteError: If no more batches may be skipped.
        """
        from digitdet.replay.capture import record_step
        from digitdet.replay.messages import advise, describe

        self._restore_buffers()
        said = ""
        if is_own:
            recording = record_step(runner, self._batch, cause, losses, norms)
            said = f"{describe(recording.report)} {self._keep(runner, recording)}"
        said = next(filter(None, all_gather_object(said)), said)  # waits for all to have recorded
        skipped = list(runner.message_hub.runtime_info.get(SKIPPED, []))
        if len(skipped) >= self.max_skips:
            self.after_train(runner)
            raise NonFiniteError(f"{said}\n{advise(len(skipped))}")
        skipped.append(runner.iter + 1)
        runner.message_hub.update_info(SKIPPED, skipped)
        self._is_skipped = True
        count = f"{len(skipped)} of at most {self.max_skips}"
        runner.logger.warning(f"{said}\nThe batch is skipped ({count}).")


@torch.no_grad()
def _total(losses: Mapping[str, Any], model: Any) -> float:
    """Return the total of losses, waiting for the device once.

    A detector's are single numbers, which on a CPU are read in a moment.
    """
    values = [value for name, value in losses.items() if "loss" in name]
    if all(isinstance(one, Tensor) and one.is_cpu and one.numel() == 1 for one in values):
        return float(sum(one.item() for one in values))
    return float(model.parse_losses(losses)[0])

"""Checkpoints of tensors and plain values only."""

from collections.abc import Mapping
from pathlib import Path

import mmengine.hooks
from mmengine.runner import Runner

from digitdet.registry import HOOKS

VALIDATED = "validated_epoch"


@HOOKS.register_module()
class CheckpointHook(mmengine.hooks.CheckpointHook):
    """mmengine's hook, with checkpoints that load safely.

    A checkpoint holds tensors and plain Python values alone, so that ``weights_only=True`` loads
    it; the config in it is JSON and never executed. A run that was stopped in a validation begins
    with that validation when it goes on. The arguments are those of mmengine's hook.
    """

    def before_train(self, runner: Runner) -> None:
        """Prepare the folder; make up for a validation that the resumed run was stopped in."""
        super().before_train(runner)
        if not runner._resume or not self.by_epoch:
            return
        current = Path(self.out_dir, self.filename_tmpl.format(runner.epoch))
        self.last_ckpt = str(current) if current.is_file() else None
        validated = runner.message_hub.runtime_info.get(VALIDATED, 0)
        if _has_validation(runner) and validated < runner.epoch:
            runner.val_loop.run()

    def after_val_epoch(self, runner: Runner, metrics: Mapping[str, float] | None = None) -> None:
        """Keep the best, and save the epoch again where it lacks the validation's result."""
        runner.message_hub.update_info(VALIDATED, runner.epoch)
        before = runner.message_hub.runtime_info.get("best_ckpt")
        super().after_val_epoch(runner, metrics or {})
        saved_again = runner.message_hub.runtime_info.get("best_ckpt") != before
        name = self.filename_tmpl.format(runner.epoch)
        if self.by_epoch and not saved_again and Path(self.last_ckpt or "").name == name:
            meta = {"epoch": runner.epoch, "iter": runner.iter}
            self._save_checkpoint_with_step(runner, runner.epoch, meta)


def _has_validation(runner: Runner) -> bool:
    """Whether the epoch that a run was resumed after is one that is validated."""
    loop, epoch = runner.train_loop, runner.epoch
    due = epoch % loop.val_interval == 0 or epoch == runner.max_epochs
    return runner.val_loop is not None and epoch >= max(1, loop.val_begin) and due

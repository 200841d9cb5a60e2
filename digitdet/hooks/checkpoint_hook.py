"""Checkpoints of tensors and plain values only."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mmengine.hooks
from mmengine.logging import HistoryBuffer
from mmengine.runner import Runner

from digitdet.plain_values import to_plain
from digitdet.registry import HOOKS

# Of each logged scalar this many last values are kept: LogProcessor smooths over at most these.
HISTORY_LENGTH = 100
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

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Make the checkpoint plain."""
        checkpoint["meta"]["cfg"] = json.dumps(runner.cfg.to_dict(), default=str)
        checkpoint["message_hub"] = _pack_hub(checkpoint["message_hub"])
        for key in ("meta", "message_hub", "param_schedulers"):
            if key in checkpoint:
                checkpoint[key] = to_plain(checkpoint[key])

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Restore what was made plain, for a run that goes on.

        Raises:
            ValueError: If the checkpoint cannot be resumed from.
        """
        if runner._resume:
            _check_resumable(checkpoint, str(runner._load_from or "the checkpoint"))
            checkpoint["message_hub"] = _unpack_hub(checkpoint["message_hub"], runner.work_dir)


def _has_validation(runner: Runner) -> bool:
    """Whether the epoch that a run was resumed after is one that is validated."""
    loop, epoch = runner.train_loop, runner.epoch
    due = epoch % loop.val_interval == 0 or epoch == runner.max_epochs
    return runner.val_loop is not None and epoch >= max(1, loop.val_begin) and due


def _check_resumable(checkpoint: Mapping[str, Any], source: str) -> None:
    needed = ("meta", "message_hub", "optimizer")
    lacking = [key for key in needed if key not in checkpoint]
    if lacking:
        raise ValueError(
            f"{source}: can't be resumed from, it lacks {', '.join(lacking)}; resume from an "
            "epoch_*.pth, or start from its weights with `--cfg-options load_from=FILE`"
        )
    if "config" in checkpoint["meta"] or "log_scalars" not in checkpoint["message_hub"]:
        raise ValueError(f"{source}: was not written by digitdet; only its weights can be used")


def _pack_hub(hub: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the message hub's buffers into lists, and drop the config in source form."""
    scalars = {}
    for name, buffer in hub["log_scalars"].items():
        values, counts = buffer.data
        scalars[name] = (values[-HISTORY_LENGTH:].tolist(), counts[-HISTORY_LENGTH:].tolist())
    info = {key: value for key, value in hub["runtime_info"].items() if key != "cfg"}
    return {**hub, "log_scalars": scalars, "runtime_info": info}


def _unpack_hub(hub: Mapping[str, Any], work_dir: str) -> dict[str, Any]:
    """Restore the buffers; the best checkpoint is the one of this work folder, or none.

    A run may go on in another folder than it was in: the best one there is not its to delete.
    """
    scalars = {name: HistoryBuffer(*pair) for name, pair in hub["log_scalars"].items()}
    info, keys = dict(hub["runtime_info"]), dict(hub["resumed_keys"])
    if "best_ckpt" in info:
        here = Path(work_dir, Path(info.pop("best_ckpt")).name)
        if here.is_file():
            info["best_ckpt"] = str(here)
        else:
            keys.pop("best_ckpt", None)
    return {"log_scalars": scalars, "runtime_info": info, "resumed_keys": keys}

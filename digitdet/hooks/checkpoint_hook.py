"""Checkpoints of tensors and plain values only."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mmengine.hooks
import torch
from mmengine.logging import HistoryBuffer
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import Tensor

from digitdet.models.weights import check_state_dict, state_dict_of
from digitdet.registry import HOOKS

# Of each logged scalar this many last values are kept: LogProcessor smooths over at most these.
HISTORY_LENGTH = 100


@HOOKS.register_module()
class CheckpointHook(mmengine.hooks.CheckpointHook):
    """mmengine's hook, with checkpoints that load safely and are checked before they are used.

    A checkpoint holds tensors and plain Python values alone, so that ``weights_only=True`` loads
    it; the config in it is JSON and never executed. Loading one that does not fit the model is an
    error. The arguments are those of mmengine's hook.
    """

    def after_val_epoch(self, runner: Runner, metrics: Mapping[str, float] | None = None) -> None:
        """Keep the best, and save the epoch again where it lacks the validation's result."""
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
        """Check that the checkpoint fits the model, and restore what was made plain.

        Raises:
            ValueError: If its weights do not fit, or if it cannot be resumed from.
        """
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        source = str(runner._load_from or "the checkpoint")
        check_state_dict(model, state_dict_of(checkpoint, source), source)
        if runner._resume:
            _check_resumable(checkpoint, source)
            checkpoint["message_hub"] = _unpack_hub(checkpoint["message_hub"])


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


def _unpack_hub(hub: Mapping[str, Any]) -> dict[str, Any]:
    scalars = {name: HistoryBuffer(*pair) for name, pair in hub["log_scalars"].items()}
    return {**hub, "log_scalars": scalars}


def to_plain(value: Any) -> Any:
    """Turn nested values into tensors, numbers, strings, dicts, lists and tuples.

    Args:
        value: Nested containers of tensors, NumPy scalars and arrays, and plain values.

    Returns:
        The same with plain types; what is none of these becomes its text.
    """
    if isinstance(value, Mapping):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        items = [to_plain(item) for item in value]
        return tuple(items) if isinstance(value, tuple) else items
    if value is None or type(value) in (bool, int, float, str) or isinstance(value, Tensor):
        return value
    if isinstance(value, torch.dtype | torch.device):
        return str(value)
    return to_plain(value.tolist()) if hasattr(value, "tolist") else str(value)

"""What a checkpoint holds."""

import json
import time
from collections.abc import Mapping
from typing import Any

from mmengine.dist import all_gather_object
from mmengine.logging import MessageHub
from mmengine.utils import apply_to
from torch import Tensor

from digitdet.checkpoints.message_hub import pack_hub
from digitdet.checkpoints.provenance import versions
from digitdet.checkpoints.random_states import capture
from digitdet.labels import DIGITS
from digitdet.plain_values import to_plain

FORMAT, FORMAT_VERSION = "digitdet", 1
# What a run can't go on without, and what has to be said of it.
PARTS = ("meta", "state_dict", "message_hub", "optimizer", "param_schedulers", "random_states")
SAID = {
    "epoch": int,
    "iter": int,
    "epoch_step": int,
    "batches_per_epoch": int,
    "seed": int,
    "cfg": str,
    "versions": dict,
}
# Where the message hub holds the finished steps at the latest validation.
VALIDATED_STEP = "validated_step"
# Of the scalars under "val/", those that are times and no figures of the validation.
TIMES = ("time", "data_time")


def pack(
    runner: Any, *, epoch: int, iteration: int, with_optimizer: bool, is_stopover: bool
) -> dict[str, Any]:
    """Return what a checkpoint holds: tensors on the CPU, and plain values.

    All processes of a distributed run call it, since each has random states of its own.

    Args:
        runner: A `digitdet.runner.Runner`.
        epoch: Finished epochs.
        iteration: Finished steps.
        with_optimizer: Whether a run can go on from it; else it holds the weights alone.
        is_stopover: Whether it is a place to go on from that a later one replaces.

    Returns:
        ``meta``, ``state_dict`` and, with the optimizer, ``optimizer``, ``param_schedulers``,
        ``message_hub`` and ``random_states``, one for each process.
    """
    content: dict[str, Any] = {
        "meta": {
            **_describe(runner),
            "epoch": epoch,
            "iter": iteration,
            "epoch_step": runner.epoch_step(epoch, iteration),
            "metrics": _metrics_of(runner.message_hub, iteration),
            "is_stopover": is_stopover,
            "is_resumable": with_optimizer,
        },
        "state_dict": _plain(dict(runner.bare_model.state_dict())),
    }
    if with_optimizer:
        content["optimizer"] = _plain(runner.optim_wrapper.state_dict())
        content["param_schedulers"] = _plain(states_of(runner.param_schedulers))
        content["message_hub"] = to_plain(pack_hub(runner.message_hub.state_dict()))
        content["random_states"] = all_gather_object(capture())
    return content


def _describe(runner: Any) -> dict[str, Any]:
    """Return what a checkpoint says of its run."""
    dataset = runner.train_dataloader.dataset
    known = getattr(dataset, "metainfo", {})
    named = {key: known[key] for key in ("classes", "category_ids") if key in known}
    described = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "batches_per_epoch": len(runner.train_dataloader),
        "seed": runner.seed,
        "experiment_name": runner.experiment_name,
        "time": time.strftime("%Y%m%d_%H%M%S"),
        "cfg": config_text(runner.cfg),
        "classes": list(known.get("classes", DIGITS)),
        "dataset_meta": named,
        "versions": versions(),
        "git": runner.git,
    }
    return {key: to_plain(value) for key, value in described.items()}


def config_text(config: Any) -> str:
    """Return a merged config as JSON, which nothing executes."""
    return json.dumps(config.to_dict(), default=str)


def config_of(meta: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Return the merged config that a checkpoint carries; empty where it has none.

    Raises:
        ValueError: If it is no object of JSON.
    """
    try:
        config = json.loads(meta.get("cfg", "{}"))
    except (RecursionError, TypeError, ValueError) as error:
        raise ValueError(f"{source}: its config can't be read as JSON ({error})") from error
    if not isinstance(config, dict):
        raise ValueError(
            f"{source}: its config can't be read as JSON: it is a {type(config).__name__}"
        )
    return config


def _metrics_of(hub: MessageHub, iteration: int) -> dict[str, float]:
    """Return the figures of the weights after so many steps; none if these are not validated."""
    if hub.runtime_info.get(VALIDATED_STEP) != iteration:
        return {}
    names = [name for name in hub.log_scalars if name.startswith("val/")]
    figures = {name.removeprefix("val/"): hub.get_scalar(name).current() for name in names}
    return {name: float(figure) for name, figure in figures.items() if name not in TIMES}


def _plain(value: Any) -> Any:
    return apply_to(to_plain(value), lambda part: isinstance(part, Tensor), Tensor.cpu)


def states_of(schedules: Any) -> Any:
    """Return the states of schedules; several optimizers have theirs by their names.

    Functions among them are left out: the schedule that takes the state has them.
    """
    if isinstance(schedules, Mapping):
        return {name: states_of(part) for name, part in schedules.items()}
    states = (schedule.state_dict() for schedule in schedules or ())
    return [{key: value for key, value in s.items() if not callable(value)} for s in states]


def check_resumable(checkpoint: Any, source: str) -> None:
    """Refuse a checkpoint that no run can go on from.

    Args:
        checkpoint: What was loaded.
        source: Where it comes from, for errors.

    Raises:
        ValueError: If it was not written by digitdet, or lacks a part.
    """
    alone = "or start from its weights alone: `--cfg-options load_from=FILE`"
    content = checkpoint if isinstance(checkpoint, Mapping) else {}
    meta = content.get("meta")
    if meta is not None and (not isinstance(meta, Mapping) or meta.get("format") != FORMAT):
        raise ValueError(
            f"{source}: was not written by digitdet, so it can't be resumed from; resume from an "
            f"epoch_*.pth of tools/train.py, {alone}"
        )
    lacking = [key for key in PARTS if key not in content]
    if meta is None or lacking:
        raise ValueError(
            f"{source}: can't be resumed from, it lacks {', '.join(lacking)}; resume from an "
            f"epoch_*.pth, {alone}"
        )
    if meta.get("format_version") != FORMAT_VERSION:
        raise ValueError(
            f"{source}: can't be resumed from, digitdet {meta.get('versions')} wrote it in a "
            f"format, {meta.get('format_version')}, that this one does not know; take that, {alone}"
        )
    wrong = [key for key, kind in SAID.items() if type(meta.get(key)) is not kind]
    if wrong:
        raise ValueError(f"{source}: is damaged: it lacks meta.{wrong[0]}; {alone[3:]}")
    config_of(meta, source)

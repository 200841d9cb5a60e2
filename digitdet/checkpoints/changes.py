"""What differs between the config that a checkpoint was written with and that of the run."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from digitdet.checkpoints.content import config_text
from digitdet.checkpoints.provenance import versions

# Where a run is and what it begins with, which every resumed run changes.
NOT_COUNTED = re.compile(r"(work_dir|load_from|resume|launcher|model\.weights)")
# Parts that a state in the checkpoint was made by: to another one it means nothing.
MADE_BY = re.compile(r"optim_wrapper(\.\w+)?\.optimizer\.type|param_scheduler(\.\w+)*\.type")
# Values that the checkpoint's state holds, so that a config's do nothing: optimizers keep those of
# their groups of parameters, but for how they compute, schedules all that they have, and the seed
# decides every draw.
HELD = re.compile(
    r"(?!.*\.(fused|foreach)$)"
    r"(optim_wrapper(\.\w+)?\.(optimizer|paramwise_cfg|loss_scale)\..+"
    r"|(param_scheduler|auto_scale_lr|randomness\.seed)(\..+)?)"
)
LONGEST = 60
MOST_SHOWN = 20
ANEW = "start from its weights instead, without --resume: `--cfg-options load_from=FILE`"


@dataclass(frozen=True)
class Change:
    """A value that differs.

    Attributes:
        key: Its dotted key; positions of lists as numbers.
        then: What the checkpoint's config has, as JSON; empty where it has none.
        now: What the run's config has.
    """

    key: str
    then: str
    now: str

    @property
    def effect(self) -> Literal["", "held", "refused"]:
        """Whether the checkpoint's state decides instead, or can't be gone on with."""
        if MADE_BY.fullmatch(self.key):
            return "refused"
        return "held" if HELD.fullmatch(self.key) else ""

    def __str__(self) -> str:
        ignored = "  (ignored)" if self.effect == "held" else ""
        return f"{self.key}: {_shortened(self.then)} -> {_shortened(self.now)}{ignored}"


def describe_continuation(runner: Any, meta: Mapping[str, Any], source: str) -> Iterator[str]:
    """Yield what has to be said of a run that goes on, once its position is restored.

    Args:
        runner: A `digitdet.runner.Runner`.
        meta: What the checkpoint says of itself.
        source: Where it comes from.
    """
    changes = changes_of(runner, meta)
    if changes:
        lines = [f"the config is not that of {source}:", *map(str, changes[:MOST_SHOWN])]
        more = len(changes) - MOST_SHOWN
        yield "\n  ".join([*lines, f"and {more} more values"] if more > 0 else lines)
    if any(change.effect == "held" for change in changes):
        yield f"what is ignored goes on as the checkpoint's state holds it; to use it, {ANEW}"
    own, before = versions(), meta["versions"]
    names = [name for name in own if own[name] != before.get(name)]
    others = [f"{name} {before.get(name, 'unknown')} -> {own[name]}" for name in names]
    if others:
        yield f"written with other versions, so that last digits may differ: {', '.join(others)}"
    then, now = meta["batches_per_epoch"], len(runner.train_dataloader)
    if then != now:
        yield (
            f"an epoch has {now} steps now, {then} before; steps and schedules go on from "
            f"{meta['iter']}"
        )
    if runner.epoch >= runner.max_epochs and runner.iter >= runner.max_iters:
        yield (
            f"{source} is the end of this training, after epoch {runner.epoch} of "
            f"{runner.max_epochs}: nothing is left to train. To train further, give it more "
            f"epochs, `--cfg-options train_cfg.max_epochs=N`, with the rate that it ended with; "
            f"or {ANEW}"
        )


def changes_of(runner: Any, meta: Mapping[str, Any]) -> list[Change]:
    """Find what differs between a run's config and a checkpoint's."""
    return find_changes(meta["cfg"], config_text(runner.cfg))


def find_changes(then: str, now: str) -> list[Change]:
    """Find what differs between two configs.

    Args:
        then: The checkpoint's, as JSON; ``"{}"`` where it is not known.
        now: The run's.

    Returns:
        What differs, by its key; nothing where one of them is not known.
    """
    first, second = json.loads(then), json.loads(now)
    if not first or not second:
        return []
    return [c for c in _differences(first, second, "") if not NOT_COUNTED.fullmatch(c.key)]


def _differences(then: Any, now: Any, key: str) -> Iterator[Change]:
    """Yield the differences within two values, down to where one of them holds no others."""
    if isinstance(then, list) and isinstance(now, list):
        then, now = (dict(zip(map(str, range(len(v))), v, strict=True)) for v in (then, now))
    if not isinstance(then, Mapping) or not isinstance(now, Mapping):
        if json.dumps(then) != json.dumps(now):
            yield Change(key, json.dumps(then), json.dumps(now))
        return
    for name in {**then, **now}:
        inner = f"{key}.{name}" if key else name
        if name in then and name in now:
            yield from _differences(then[name], now[name], inner)
        else:
            sides = (json.dumps(side[name]) if name in side else "" for side in (then, now))
            yield Change(inner, *sides)


def _shortened(text: str) -> str:
    if not text:
        return "not set"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."

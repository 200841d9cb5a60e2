"""What a sweep is of: trials can be compared, and a sweep gone on with, where it is the same."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digitdet.figure_names import is_error
from digitdet.sweeps.dimension import Dimension


@dataclass(frozen=True)
class Setting:
    """What all trials of a sweep have in common.

    Attributes:
        dimensions: What is tried.
        config: The merged config without what is tried, plain values.
        own: Dotted key -> the config's own value, of keys of the space that it states.
        metric: Name of the figure of the validation that tells which trial is better.
        sampler: What chooses the values.
        pruner: What ends trials early.
        seed: Of the sampler.
    """

    dimensions: Sequence[Dimension]
    config: Mapping[str, Any]
    own: Mapping[str, Any]
    metric: str
    sampler: str
    pruner: str
    seed: int

    @property
    def is_error(self) -> bool:
        """Whether a smaller value of the metric is the better one."""
        return is_error(self.metric)

    @property
    def num_epochs(self) -> int:
        """The epochs of the longest training."""
        found = next((d for d in self.dimensions if d.key == "train_cfg.max_epochs"), None)
        epochs = found.ends if found else [self.config["train_cfg"]["max_epochs"]]
        return int(max(epochs))

    def to_plain(self) -> dict[str, Any]:
        """Return it as JSON holds it; the folder of the results is no part of it."""
        config = {key: value for key, value in self.config.items() if key != "work_dir"}
        plain = {
            "--metric": self.metric,
            "--sampler": self.sampler,
            "--pruner": self.pruner,
            "--seed": self.seed,
            "space": {dimension.key: dimension.to_plain() for dimension in self.dimensions},
            "config": config,
        }
        return dict(json.loads(json.dumps(plain, default=str)))


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Say what two plain settings differ in, a few words for each.

    Args:
        before: As `Setting.to_plain` gives it.
        now: Likewise.
    """
    said = [name for name in now if name.startswith("--") and before.get(name) != now[name]]
    spaces = before.get("space", {}), now["space"]
    keys = list(dict.fromkeys([*spaces[0], *spaces[1]]))
    said += [f"{key} in the space" for key in keys if spaces[0].get(key) != spaces[1].get(key)]
    said += [f"{key} of the config" for key in _differing(before.get("config"), now["config"])]
    return said


def _differing(one: Any, other: Any, above: str = "") -> Iterator[str]:
    """Yield the dotted keys in which two nested values differ."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in dict.fromkeys([*one, *other]):
            place = f"{above}.{key}" if above else str(key)
            if key in one and key in other:
                yield from _differing(one[key], other[key], place)
            else:
                yield place
    elif one != other:
        yield above or "all"

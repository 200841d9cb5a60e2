"""Configs: the shipped ones with other values that are good, and with one mistake anywhere."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from digitdet import config as configs

EXPERIMENTS = sorted((Path(__file__).parents[2] / "configs" / "experiments").glob("*.py"))

# Values that each experiment takes.
GOOD: dict[str, st.SearchStrategy[Any]] = {
    "optim_wrapper.optimizer.lr": st.floats(1e-7, 1),
    "train_dataloader.batch_size": st.integers(1, 64),
    "train_dataloader.num_workers": st.integers(0, 8),
    "train_dataloader.sampler.shuffle": st.booleans(),
    "val_dataloader.batch_size": st.integers(1, 64),
    "model.min_size": st.integers(32, 96),
    "model.max_size": st.integers(1333, 2000),
    "model.score_threshold": st.floats(0, 1, exclude_max=True),
    "model.mean": st.lists(st.floats(0, 1), min_size=3, max_size=3),
    "model.trainable_backbone_stages": st.none(),
    "train_cfg.max_epochs": st.integers(30, 60),
    "train_cfg.val_interval": st.integers(1, 3),
    "randomness.seed": st.none() | st.integers(0, 2**32 - 1),
    "randomness.deterministic": st.booleans(),
    "reader.score_threshold": st.floats(0, 1),
    "default_hooks.logger.interval": st.integers(1, 1000),
    "default_hooks.checkpoint.save_best": st.sampled_from(["map", "map_50", "ap_3"]),
    "work_dir": st.text("ab é'\"\\{}#/\n", min_size=1).filter(str.strip),
    "log_level": st.sampled_from(["INFO", "WARNING"]),
}
WRONG: list[Any] = [
    *(None, True, "", "x", "map", 0, -1, 3, 10**12, -0.5, 1.5, 1e30, float("nan"), float("inf")),
    *([], [1], ["x"], {}, {"type": "x"}, {"x": 1}, [{"type": "SGD"}]),
]
KINDS = ("mistype a key", "mistype a type", "replace a value", "delete a key")


@dataclass(frozen=True)
class Mutation:
    """A mistake in a config.

    Attributes:
        config: The config.
        what: What was done, for messages.
        names: One of these has to be in a refusal.
    """

    config: dict[str, Any]
    what: str
    names: tuple[str, ...]


@cache
def merged(file: Path) -> dict[str, Any]:
    """Return an experiment with all that it inherits; not to be changed."""
    content: dict[str, Any] = configs.load(file).to_dict()
    return content


def good_values() -> st.SearchStrategy[dict[str, Any]]:
    """Make a strategy of overrides that any experiment takes."""
    return st.lists(st.sampled_from(sorted(GOOD)), max_size=6, unique=True).flatmap(
        lambda keys: st.fixed_dictionaries({key: GOOD[key] for key in keys})
    )


def _places(content: Any, above: str = "") -> Iterator[tuple[Any, Any, str]]:
    """Walk all containers and keys, with the dotted key of each value."""
    items = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in list(items):
        dotted = f"{above}{key}"
        yield content, key, dotted
        if isinstance(value, dict | list):
            yield from _places(value, f"{dotted}.")


def _mistype(name: str, position: int) -> str:
    """Leave out, repeat or swap a letter."""
    at = position % len(name)
    head, letter, tail = name[:at], name[at], name[at + 1 :]
    return (head + tail or "x", head + 2 * letter + tail, head + tail[:1] + letter + tail[1:])[
        position % 3
    ]


@st.composite
def mutations(draw: st.DrawFn) -> Mutation:
    """Change one place of an experiment."""
    file = draw(st.sampled_from(EXPERIMENTS))
    content = copy.deepcopy(merged(file))
    kind = draw(st.sampled_from(KINDS))
    position = draw(st.integers(0, 10**4))
    places = [
        place
        for place in _places(content)
        if kind == "replace a value"
        or (isinstance(place[0], dict) and (kind != "mistype a type" or place[1] == "type"))
    ]
    container, key, dotted = places[draw(st.integers(0, len(places) - 1))]
    names = tuple(part for part in dotted.split(".") if not part.isdigit())[-2:]
    match kind:
        case "mistype a key":
            other = _mistype(key, position)
            container[other] = container.pop(key)
            names, dotted = (*names, other), f"{dotted} -> {other}"
        case "mistype a type":
            container[key] = _mistype(container[key], position)
            names, dotted = (container[key], *names), f"{dotted} -> {container[key]}"
        case "replace a value":
            container[key] = copy.deepcopy(draw(st.sampled_from(WRONG)))
            dotted = f"{dotted} -> {container[key]!r}"
        case _:
            del container[key]
    return Mutation(content, f"{file.stem}: {kind}: {dotted}", names)

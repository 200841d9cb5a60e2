"""Training and evaluation have to see different pictures."""

from collections.abc import Iterator, Sequence
from typing import Any

from mmengine.config import Config

from digitdet.config_checks.libraries import is_own, stated_or_default
from digitdet.config_checks.parts import Part
from digitdet.config_checks.problems import Problem

# What says which pictures a data set of digitdet's has; `indices` may part one file.
SOURCE = ("data_root", "image_dir", "ann_file", "seed", "factors", "fonts", "indices")
TRAINED = "train_dataloader"
EVALUATED = ("val_dataloader", "test_dataloader")


def check_splits(config: Config, parts: Sequence[Part]) -> list[Problem]:  # noqa: ARG001
    """Warn of a training on boxes as published, and of an evaluation on the training's pictures.

    These are the same files, or scenes of one seed.

    Args:
        config: The merged config.
        parts: What is built of it.
    """
    trained = list(_sources(parts, (TRAINED,)))
    uncleaned = [
        Problem(
            f"{part.key}.test_mode",
            "leave it out: boxes for training are clipped to their picture, and empty ones dropped",
            is_warning=True,
        )
        for part, _ in trained
        if part.config.get("test_mode")
    ]
    return uncleaned + [
        Problem(
            f"{part.key}.{'seed' if 'seed' in part.signature.parameters else 'ann_file'}",
            f"these are the pictures of {other.key}, so the figures say nothing about others; "
            "name other ones",
            is_warning=True,
        )
        for part, source in _sources(parts, EVALUATED)
        for other, theirs in trained
        if source == theirs
    ]


def _sources(parts: Sequence[Part], loaders: Sequence[str]) -> Iterator[tuple[Part, list[Any]]]:
    """Yield data sets of digitdet's that hold labelled pictures, and where those are from."""
    for part in parts:
        is_dataset = part.registry.name == "dataset" and is_own(part.kind)
        has_labels = {"seed", "ann_file"} & part.signature.parameters.keys()
        if is_dataset and has_labels and part.key.split(".")[0] in loaders:
            yield part, [part.kind, *(stated_or_default(part, name) for name in SOURCE)]

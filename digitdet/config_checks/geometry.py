"""Evaluation has to see pictures and truth as they are."""

import inspect
from collections.abc import Iterator, Sequence
from typing import Any

from mmengine.config import Config
from torchvision.transforms import v2

from digitdet.config_checks.libraries import class_name, is_own, stated_or_default
from digitdet.config_checks.parts import Part
from digitdet.config_checks.problems import Problem

EVALUATED = ("val_dataloader", "test_dataloader")
OWN_GEOMETRY = ("RandomDigitCrop", "RandomScale", "RandomTilt")
FACTORS_OF_GEOMETRY = ("perspective", "rotation", "zoom_out", "crop", "scale")
TRUTH = (v2.ClampBoundingBoxes, v2.SanitizeBoundingBoxes)
CONTAINERS = (v2.Compose, v2.RandomApply, v2.RandomChoice, v2.RandomOrder)
RANDOM = (
    v2.ColorJitter,
    v2.ElasticTransform,
    v2.GaussianBlur,
    v2.GaussianNoise,
    v2.AugMix,
    v2.AutoAugment,
    v2.RandAugment,
    v2.TrivialAugmentWide,
    v2.CutMix,
    v2.MixUp,
    v2.JPEG,
)


def check_geometry(config: Config, parts: Sequence[Part]) -> list[Problem]:  # noqa: ARG001
    """Find what changes pictures or truth in an evaluation, at any depth.

    Geometry is refused whatever ``allow_unsafe`` says: predictions would be of other pictures than
    the file's. Random colours are warned of: each evaluation would give other figures. A transform
    of a user's own that is not derived from one of torchvision's is not judged.

    Args:
        config: The merged config.
        parts: What is built of it.
    """
    problems: list[Problem] = []
    for part in parts:
        if part.key.split(".")[0] in EVALUATED:
            if part.registry.name == "transform":
                problems += _transform(part)
            elif part.registry.name == "dataset":
                problems += _truth(part)
    return problems


def _transform(part: Part) -> Iterator[Problem]:
    name = class_name(part)
    if _moves(part):
        text = f"{name} changes geometry, and a validation or test has to see pictures as they are"
        yield Problem(part.key, f"{text}: remove it here; the model resizes by itself")
    elif _is_a(part.kind, TRUTH):
        text = f"{name} changes the boxes that a validation or test is measured by; remove it here"
        yield Problem(part.key, text)
    elif _draws(part.kind, name):
        text = f"{name} draws at random, so each evaluation gives other figures; remove it here"
        yield Problem(part.key, text, is_warning=True)


def _is_a(kind: Any, of: tuple[type, ...]) -> bool:
    return inspect.isclass(kind) and issubclass(kind, of)


def _moves(part: Part) -> bool:
    """Whether a transform moves, crops, turns or resizes what is in a picture."""
    name = class_name(part)
    if name == "DigitAugmentation":
        return any(stated_or_default(part, factor) for factor in FACTORS_OF_GEOMETRY)
    bases = getattr(part.kind, "__mro__", ())
    return name in OWN_GEOMETRY or any(
        base.__module__ == "torchvision.transforms.v2._geometry" for base in bases
    )


def _draws(kind: Any, name: str) -> bool:
    if name in ("DigitAugmentation", "RandomJPEG") or _is_a(kind, RANDOM):
        return True
    is_random = name.startswith("Random") and _is_a(kind, (v2.Transform,))
    return is_random and not _is_a(kind, CONTAINERS)


def _truth(part: Part) -> Iterator[Problem]:
    """Find truth that is cleaned as for training."""
    if is_own(part.kind) and stated_or_default(part, "test_mode") is False:
        text = "write test_mode=True: else boxes are cleaned as for training, or numbers are lost"
        yield Problem(f"{part.key}.test_mode", text, is_warning=True)

"""The model's number of classes against the data sets'."""

from collections.abc import Sequence

from mmengine.config import Config

from digitdet.config_checks.libraries import is_own, stated_or_default
from digitdet.config_checks.numbers import is_number
from digitdet.config_checks.parts import Part
from digitdet.config_checks.problems import Problem
from digitdet.labels import DIGITS, NUM_CLASSES

WRAPPED = ("dataset", "datasets")


def check_classes(config: Config, parts: Sequence[Part]) -> list[Problem]:  # noqa: ARG001
    """Find a model whose number of classes does not fit digitdet's data sets.

    Data sets of a user's own are not judged: their classes are theirs.

    Args:
        config: The merged config.
        parts: What is built of it.
    """
    source = _digit_source(parts)
    if source is None:
        return []
    problems = []
    for part in parts:
        is_model = part.registry.name == "model" and is_own(part.kind)
        if not is_model or "num_classes" not in part.signature.parameters:
            continue
        given = stated_or_default(part, "num_classes")
        if is_number(given) and given > 1 and given != NUM_CLASSES:
            text = (
                f"write {NUM_CLASSES}, not {given!r}: {source} has {len(DIGITS)} digits, and the "
                "background counts too"
            )
            problems.append(Problem(f"{part.key}.num_classes", text))
    return problems


def _digit_source(parts: Sequence[Part]) -> str | None:
    """Return a data set of digits, with its key, if all that hold pictures are digitdet's."""
    leaves = [
        part
        for part in parts
        if part.registry.name == "dataset" and not any(name in part.config for name in WRAPPED)
    ]
    if not leaves or not all(is_own(part.kind) for part in leaves):
        return None
    return f"{leaves[0].config.get('type')} ({leaves[0].key})"

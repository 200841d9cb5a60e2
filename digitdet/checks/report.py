"""What was found in a data folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from digitdet.checks.box_checks import corners
from digitdet.checks.category_checks import find_labels, ids_are_digits
from digitdet.checks.findings import Problem, group
from digitdet.checks.records import Split, records, stated_size
from digitdet.inspection.distributions import Distributions, measure


@dataclass(frozen=True)
class Report:
    """What was found in a data folder.

    Attributes:
        root: The folder.
        splits: What it holds.
        unread: What kept parts of it from being read.
        found: What is wrong with the others.
    """

    root: Path
    splits: Sequence[Split]
    unread: Sequence[Problem]
    found: Sequence[Problem]

    @property
    def problems(self) -> list[Problem]:
        """All problems."""
        return [*self.unread, *self.found]

    @property
    def num_errors(self) -> int:
        """How many problems are errors."""
        return sum(problem.is_error for problem in self.problems)

    @property
    def num_warnings(self) -> int:
        """How many problems are warnings."""
        return len(self.problems) - self.num_errors

    @cached_property
    def distributions(self) -> dict[str, Distributions]:
        """The measurements of each split, by its name."""
        return {split.name: measure_split(split) for split in self.splits}

    def to_json(self) -> dict[str, Any]:
        """Return plain values.

        Returns:
            ``errors`` and ``warnings``, their numbers; ``counts``, code -> number;
            ``problems``, each with ``code``, ``severity``, ``where``, ``detail`` and ``remedy``;
            ``splits``, name -> ``file`` (null without annotations) and the distributions.
        """
        files = {split.name: split.source if split.is_labelled else None for split in self.splits}
        return {
            "data_root": str(self.root),
            "errors": self.num_errors,
            "warnings": self.num_warnings,
            "counts": {code: len(found) for code, found in group(self.problems).items()},
            "problems": [problem.to_json() for problem in self.problems],
            "splits": {
                name: {"file": files[name], **found.summary()}
                for name, found in self.distributions.items()
            },
        }


def measure_split(split: Split) -> Distributions:
    """Measure what is usable of a split.

    Sizes are the pictures' own where they were read, else the stated ones; boxes are measured as
    they are meant.
    """
    counts = np.bincount(split.boxes.images, minlength=len(split.images))
    labels, shift = find_labels(split), int(ids_are_digits(split))
    ids = (record.get("category_id") for _, record in records(split.annotations))
    shifted = [category + shift for category in ids if type(category) is int]
    return measure(
        sizes=np.array(_sizes(split), dtype=np.int64).reshape(-1, 2)[:, ::-1],
        boxes=corners(split.boxes),
        counts=counts,
        labels=np.array([labels[c] for c in shifted if c in labels], dtype=np.int64),
    )


def _sizes(split: Split) -> list[tuple[int, int]]:
    """Return the known widths and heights."""
    if not split.is_labelled:
        return [picture.size for picture in (split.pictures or {}).values() if picture.size]
    sizes = []
    for position, image in records(split.images):
        picture = split.picture(position)
        size = (picture and picture.size) or stated_size(image)
        sizes += [size] if size else []
    return sizes

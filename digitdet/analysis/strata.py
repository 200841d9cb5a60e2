"""Accuracy by height, length and contrast, with how sure it is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from digitdet.analysis.errors import PictureErrors, Verdict
from digitdet.evaluation.coco.arrays import FloatArray, IntArray
from digitdet.evaluation.coco.settings import HEIGHTS
from digitdet.evaluation.number_figures import LENGTHS, PictureReading
from digitdet.evaluation.results import Result

LEVEL = 0.95
UNITS = {"height": " (px)", "length": " (digits)", "contrast": ""}
CONTRAST_EDGES = (0.2, 0.3, 0.4)  # of SVHN's first 256 training pictures, a 10th to a third in each
_HEIGHT_EDGES = [low for low, _ in HEIGHTS.bounds[1:]]  # pixels; an edge begins its bin


@dataclass(frozen=True)
class Stratum:
    """How much of a part is right.

    Attributes:
        name: Of the part: ``"12_24"``.
        count: How many pictures or digits it has.
        right: How many of them are right.
    """

    name: str
    count: int
    right: int

    @property
    def label(self) -> str:
        """The name in words: ``"12 to 24"``."""
        low, _, high = self.name.partition("_")
        if high == "up":
            return f"{low} and more"
        return f"{low} to {high}" if high else low

    @property
    def share(self) -> float:
        """The share that is right; -1 where there is none."""
        return self.right / self.count if self.count else -1.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of the share, at `LEVEL`; (-1, -1) where there is none."""
        return wilson_interval(self.right, self.count)


def wilson_interval(right: int, count: int, level: float = LEVEL) -> tuple[float, float]:
    """Return the interval of a share that holds with few trials, and near 0 and 1.

    Source: E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference,
    1927.

    Args:
        right: Number of successes.
        count: Number of trials.
        level: Confidence, 0 to 1.

    Returns:
        Lower and upper end, 0 to 1; -1 and -1 without trials.
    """
    if not count:
        return -1.0, -1.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, shrunk = right / count, z * z / count
    centre = share + shrunk / 2
    spread = z * math.sqrt(share * (1 - share) / count + shrunk / count / 4)
    low, high = (centre - spread) / (1 + shrunk), (centre + spread) / (1 + shrunk)
    # The ends where all or none are right, which rounding misses.
    return (0.0 if right == 0 else low), (1.0 if right == count else high)


def digits_by_height(results: Sequence[Result], errors: Sequence[PictureErrors]) -> list[Stratum]:
    """Count which true digits are found, by their height.

    Args:
        results: Prediction and target of each picture.
        errors: What `find_errors` found in each.

    Returns:
        A part for each of `HEIGHTS`.
    """
    heights, is_found = [np.zeros(0)], [np.zeros(0, dtype=bool)]
    for (_, target), found in zip(results, errors, strict=True):
        right = [verdict is Verdict.RIGHT for verdict in found.verdicts]
        boxes = target["boxes"].double().numpy()
        hit = np.isin(np.arange(len(boxes)), found.partners[np.array(right, dtype=bool)])
        counted = ~target["iscrowd"].numpy()
        heights.append((boxes[:, 3] - boxes[:, 1])[counted])
        is_found.append(hit[counted])
    bins = np.digitize(np.concatenate(heights), _HEIGHT_EDGES)
    return _strata(HEIGHTS.names, bins, np.concatenate(is_found))


def numbers_by_stratum(
    pictures: Sequence[PictureReading], contrasts: FloatArray
) -> dict[str, list[Stratum]]:
    """Count which numbers are right; what they are parted by -> the parts."""
    return {
        "height": numbers_by_height(pictures),
        "length": numbers_by_length(pictures),
        "contrast": numbers_by_contrast(pictures, contrasts),
    }


def numbers_by_length(pictures: Sequence[PictureReading]) -> list[Stratum]:
    """Count which numbers are right, by their digits: a part for each of `LENGTHS`."""
    lengths = np.array([len(picture.first_true) for picture in pictures], dtype=np.int64)
    return _strata(LENGTHS, np.minimum(lengths, len(LENGTHS)) - 1, _are_right(pictures))


def numbers_by_height(pictures: Sequence[PictureReading]) -> list[Stratum]:
    """Count which numbers are right, by their median height: a part for each of `HEIGHTS`."""
    heights = np.array([picture.height for picture in pictures], dtype=np.float64)
    has_number = np.array([bool(picture.true) for picture in pictures], dtype=bool)
    bins = np.where(has_number, np.digitize(heights, _HEIGHT_EDGES), -1)
    return _strata(HEIGHTS.names, bins, _are_right(pictures))


def numbers_by_contrast(pictures: Sequence[PictureReading], contrasts: FloatArray) -> list[Stratum]:
    """Count which numbers are right, by their contrast.

    Args:
        pictures: P pictures.
        contrasts: (P,) their contrasts, 0 to 1; -1 where there is none.

    Returns:
        A part for each range that `CONTRAST_EDGES` part; an edge begins its range.
    """
    bins = np.where(contrasts < 0, -1, np.digitize(contrasts, CONTRAST_EDGES))
    edges = (0, *CONTRAST_EDGES, 1)
    names = [f"{low:g}_{high:g}" for low, high in pairwise(edges)]
    return _strata(names, bins, _are_right(pictures))


def _are_right(pictures: Sequence[PictureReading]) -> NDArray[np.bool_]:
    return np.array([picture.is_right for picture in pictures], dtype=bool)


def _strata(names: Sequence[str], bins: IntArray, is_right: NDArray[np.bool_]) -> list[Stratum]:
    """Count by bins, from 0; what lies in none is in bin -1."""
    return [
        Stratum(name, int((bins == position).sum()), int(is_right[bins == position].sum()))
        for position, name in enumerate(names)
    ]

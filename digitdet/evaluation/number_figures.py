"""Figures of how well numbers are read."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitdet.evaluation.coco.settings import HEIGHTS
from digitdet.evaluation.strings import digit_errors, edit_distance

LENGTHS = ("1", "2", "3", "4", "5_up")
_HEIGHT_EDGES = [low for low, _ in HEIGHTS.bounds[1:]]  # pixels; an edge begins its bin


@dataclass(frozen=True)
class PictureReading:
    """What was read in a picture, and what stands there.

    Attributes:
        read: The numbers that were read, *the* number first; empty where nothing was.
        true: The true numbers, likewise.
        confidence: Of the first number that was read; of no meaning where there is none.
        height: Median height in pixels of the boxes of the first true number; of no meaning where
            there is none.
    """

    read: Sequence[str]
    true: Sequence[str]
    confidence: float = 0.0
    height: float = 0.0

    @property
    def first_read(self) -> str:
        """The number that was read; "" where nothing was."""
        return self.read[0] if self.read else ""

    @property
    def first_true(self) -> str:
        """The true number; "" where there is none."""
        return self.true[0] if self.true else ""

    @property
    def is_right(self) -> bool:
        """Whether the number is read exactly; without one, whether nothing is."""
        return self.first_read == self.first_true


def number_figures(pictures: Sequence[PictureReading]) -> dict[str, float]:
    """Compute all figures of the numbers of a split.

    Args:
        pictures: Its pictures.

    Returns:
        ``number_accuracy``: share of pictures whose number is right;
        ``all_numbers_accuracy``: share of which all numbers are, whatever their order;
        ``number_edit_distance``: mean edit distance of the number a picture;
        ``number_accuracy_length_1`` .. ``_5_up``: the accuracy by the true number's digits;
        ``number_accuracy_height_0_12`` .. ``_48_up``: by the median height of its boxes, in pixels;
        ``digits_missing``, ``digits_extra``, ``digits_wrong``, ``digits_misordered``: counts, see
        `DigitErrors`; ``coverage_98``: see `coverage`. -1 where there is no such picture.
    """
    right = np.array([picture.is_right for picture in pictures], dtype=bool)
    all_right = [sorted(picture.read) == sorted(picture.true) for picture in pictures]
    distances = [edit_distance(picture.first_read, picture.first_true) for picture in pictures]
    is_answered = np.array([bool(picture.read) for picture in pictures], dtype=bool)
    confidences = np.array([picture.confidence for picture in pictures], dtype=np.float64)
    return {
        "number_accuracy": _mean(right),
        "all_numbers_accuracy": _mean(np.array(all_right, dtype=bool)),
        "number_edit_distance": _mean(np.array(distances, dtype=np.int64)),
        **_by_length(pictures, right),
        **_by_height(pictures, right),
        **_count_digits(pictures),
        "coverage_98": coverage(confidences, right, is_answered),
    }


def coverage(
    confidences: NDArray[np.float64],
    right: NDArray[np.bool_],
    is_answered: NDArray[np.bool_],
    percent: int = 98,
) -> float:
    """Return how many pictures can be answered such that enough of the answers are right.

    Answers are given from a least confidence on, so that equal ones are given together; the best
    such bound is taken. A picture in which nothing was read is never answered.

    Source: I. J. Goodfellow et al., Multi-digit Number Recognition from Street View Imagery using
    Deep Convolutional Neural Networks, arXiv 1312.6082, section 4: coverage at 98 % accuracy.

    Args:
        confidences: (I,) the confidence of each picture's number.
        right: (I,) whether it is right.
        is_answered: (I,) whether there is one.
        percent: Least share of right answers, in per cent.

    Returns:
        The largest share of the I pictures that can be answered, 0 to 1; 0 where no bound gives
        enough right answers, -1 where there are no pictures.
    """
    if not len(confidences):
        return -1.0
    given = np.flatnonzero(is_answered)
    order = given[np.argsort(-confidences[given], kind="stable")]
    answers = np.arange(1, len(order) + 1)
    is_last = np.append(np.diff(confidences[order]) != 0, True)[: len(order)]
    # In whole numbers: 49 of 50 are 98 %, not a little less.
    is_enough = (100 * np.cumsum(right[order]) >= percent * answers) & is_last
    return float(answers[is_enough].max(initial=0) / len(confidences))


def number_notes(figures: dict[str, float]) -> dict[str, str]:
    """Say in words why some of `number_figures` are -1.

    Args:
        figures: All of them.

    Returns:
        Name of the figure -> reason.
    """
    if figures["number_accuracy"] == -1:
        return {name: "there are no pictures" for name, value in figures.items() if value == -1}
    lengths = {
        f"number_accuracy_length_{name}": f"no true number has {_words(name)}" for name in LENGTHS
    }
    heights = {
        f"number_accuracy_height_{name}": f"no true number is {_range(name)} high"
        for name in HEIGHTS.names
    }
    return {name: note for name, note in (lengths | heights).items() if figures[name] == -1}


def _words(length: str) -> str:
    return {"1": "1 digit", "5_up": "5 or more digits"}.get(length, f"{length} digits")


def _range(height: str) -> str:
    low, high = height.split("_")
    if low == "0":
        return f"below {high} px"
    return f"{low} px or more" if high == "up" else f"{low} px to below {high} px"


def _mean(values: NDArray[np.bool_] | NDArray[np.int64]) -> float:
    return float(values.mean()) if len(values) else -1.0


def _by_length(pictures: Sequence[PictureReading], right: NDArray[np.bool_]) -> dict[str, float]:
    lengths = np.array([len(picture.first_true) for picture in pictures], dtype=np.int64)
    bins = np.minimum(lengths, len(LENGTHS))
    return {
        f"number_accuracy_length_{name}": _mean(right[bins == length])
        for length, name in enumerate(LENGTHS, 1)
    }


def _by_height(pictures: Sequence[PictureReading], right: NDArray[np.bool_]) -> dict[str, float]:
    heights = np.array([picture.height for picture in pictures], dtype=np.float64)
    has_number = np.array([bool(picture.true) for picture in pictures], dtype=bool)
    bins = np.digitize(heights, _HEIGHT_EDGES)
    return {
        f"number_accuracy_height_{name}": _mean(right[has_number & (bins == height)])
        for height, name in enumerate(HEIGHTS.names)
    }


def _count_digits(pictures: Sequence[PictureReading]) -> dict[str, float]:
    errors = [digit_errors(picture.first_read, picture.first_true) for picture in pictures]
    return {
        "digits_missing": float(sum(error.missing for error in errors)),
        "digits_extra": float(sum(error.extra for error in errors)),
        "digits_wrong": float(sum(error.wrong for error in errors)),
        "digits_misordered": float(sum(error.misordered for error in errors)),
    }

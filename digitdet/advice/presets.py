"""What a preset asks of the input size and the regions, and what data ask for by it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Short side and longest side, in pixels; the last is torchvision's own.
INPUT_SIZES = (
    (96, 192),
    (128, 256),
    (160, 320),
    (200, 400),
    (256, 512),
    (320, 640),
    (400, 800),
    (640, 1066),
    (800, 1333),
)
# The box head looks at a digit in 7 x 7 cells; at stride 4, a lower one has less than a place of
# the finest feature map for each row of them.
SMALL = 28
PROPOSALS = (50, 100, 200, 300, 500, 1000)
ROIS = (64, 128, 256, 512)
MOST_DIGITS = 99  # percentile of the digits of a picture that regions are planned for


@dataclass(frozen=True)
class Preset:
    """How much a detector may leave out to be fast: choices, which nobody has tuned.

    Attributes:
        most_small: Share of the digits that may be lower than `SMALL` pixels.
        proposals_per_digit: Regions for each digit of a picture in evaluation.
        rois_per_digit: Regions sampled for each digit of a picture in training; a quarter of them
            at most lie on a digit.
    """

    most_small: float
    proposals_per_digit: int
    rois_per_digit: int


PRESETS = {
    "fast": Preset(most_small=0.01, proposals_per_digit=10, rois_per_digit=16),
    "quality": Preset(most_small=0.001, proposals_per_digit=20, rois_per_digit=32),
}


def choose_input(shares: Sequence[float], preset: Preset) -> int:
    """Choose the smallest input size at which few enough digits are small.

    Args:
        shares: Share of small digits at each input size, smallest size first.
        preset: What to aim for.

    Returns:
        The position of the input size; the last where none is large enough.
    """
    fits = (position for position, share in enumerate(shares) if share <= preset.most_small)
    return next(fits, len(shares) - 1)


def planned_digits(counts: NDArray[np.int64]) -> int:
    """Return the digits of a picture to plan for: the 99th percentile, of pictures with digits.

    Args:
        counts: (I,), boxes of each picture; one at least has a box.
    """
    return int(np.percentile(counts[counts > 0], MOST_DIGITS, method="higher"))


def choose_regions(digits: int, preset: Preset) -> tuple[int, int]:
    """Choose how many regions a picture gets.

    Args:
        digits: Digits of a picture to plan for.
        preset: What to aim for.

    Returns:
        Regions sampled in training, and proposals in evaluation.
    """
    return (
        _at_least(digits * preset.rois_per_digit, ROIS),
        _at_least(digits * preset.proposals_per_digit, PROPOSALS),
    )


def _at_least(number: int, choices: Sequence[int]) -> int:
    return next((choice for choice in choices if choice >= number), choices[-1])

"""Reads all numbers of a picture, in lines of any direction."""

import math
from collections.abc import Sequence

import torch

from digitdet.labels import label_to_digit
from digitdet.readers.choosing import drop_doubtful, order_lines
from digitdet.readers.found_digits import FoundDigit, find_digits
from digitdet.readers.lines import Line, LineLimits, group_lines
from digitdet.readers.suppression import suppress
from digitdet.registry import READERS
from digitdet.structures import Number, Prediction


@READERS.register_module()
class LineReader:
    """Reads the numbers of a picture, in lines that slant, climb in steps or run downwards."""

    def __init__(
        self,
        score_threshold: float = 0.5,
        fallback_thresholds: Sequence[float] = (0.3, 0.1),
        join_ratio: float = 0.35,
        max_iou: float = 0.5,
        max_containment: float = 0.8,
        max_gap: float = 1.9,
        max_step: float = 1.6,
        max_height_ratio: float = 1.6,
        columns: bool = True,
        single_ratio: float = 0.55,
        several_ratio: float = 0.55,
        max_single_size: float = 2.5,
        max_digits: int | None = None,
        max_numbers: int | None = None,
    ) -> None:
        self.score_threshold = score_threshold
        self.fallback_thresholds = tuple(fallback_thresholds)
        self.join_ratio = join_ratio
        self.max_iou = max_iou
        self.max_containment = max_containment
        self.limits = LineLimits(max_gap, max_step, max_height_ratio, columns)
        self.single_ratio = single_ratio
        self.several_ratio = several_ratio
        self.max_single_size = max_single_size
        self.max_digits = max_digits
        self.max_numbers = max_numbers

    def __call__(self, prediction: Prediction) -> list[Number]:
        """Read a picture.

        Args:
            prediction: Its detections, in any order.

        Returns:
            Its numbers, *the* number of the picture first; an empty list where nothing is read.
        """
        lowest = min(self.score_threshold, *self.fallback_thresholds)
        digits = find_digits(prediction, lowest * self.join_ratio)
        for threshold in (self.score_threshold, *self.fallback_thresholds):
            if digits and digits[0].score >= threshold:
                return [_number(line) for line in self._read(digits, threshold)]
        return []

    def _read(self, digits: list[FoundDigit], threshold: float) -> list[Line]:
        join = min(self.join_ratio * digits[0].score, threshold)
        kept = suppress([d for d in digits if d.score >= join], self.max_iou, self.max_containment)
        lines = group_lines(kept, self.limits)
        lines = [line for line in lines if any(d.score >= threshold for d in line.digits)]
        lines = drop_doubtful(lines, self.single_ratio, self.several_ratio, self.max_single_size)
        return order_lines(lines)[: self.max_numbers]


def _number(line: Line) -> Number:
    scores = [digit.score for digit in line.digits]
    return Number(
        text="".join(str(label_to_digit(digit.label)) for digit in line.digits),
        boxes=torch.tensor([digit[:4] for digit in line.digits]),
        scores=torch.tensor(scores),
        confidence=math.prod(scores),
    )

"""Reads all numbers of a picture, in lines of any direction."""

import math
from collections.abc import Sequence

import torch

from digitdet.labels import label_to_digit
from digitdet.readers.choosing import drop_doubtful, order_lines, shorten
from digitdet.readers.found_digits import FoundDigit, find_digits
from digitdet.readers.lines import Line, LineLimits, group_lines
from digitdet.readers.settings import (
    check_count,
    check_flag,
    check_more_than,
    check_share,
    check_thresholds,
)
from digitdet.readers.suppression import suppress
from digitdet.readers.touching import join_touching
from digitdet.registry import READERS
from digitdet.structures import Number, Prediction


@READERS.register_module()
class LineReader:
    """Reads the numbers of a picture, in lines that slant, climb in steps or run downwards.

    Of boxes that cover the same, whatever their classes, the surest stays. Neighbours are joined
    into lines, the nearest first; each line is read along its own direction. Lines that are much
    less sure than the surest are dropped. All lengths are relative to digits of the picture, so
    that its size does not matter.

    Args:
        score_threshold: A picture is read if one of its digits scores so much, 0 to 1.
        fallback_thresholds: Thresholds that are tried one after the other where no digit reaches
            ``score_threshold``, each lower than the one before; those that are not below
            ``score_threshold`` are left out. Digits that score less than the last one are never
            read.
        join_ratio: Share, 0 to 1, of the highest score in the picture that a digit below the
            threshold needs to be read along. At 1, the threshold is for all digits.
        max_iou: Intersection over union, 0 to 1; boxes that share more are one digit.
        max_containment: Intersection over the smaller area, 0 to 1; of two boxes that share more,
            the less sure is a part of a digit, or lies around one or several.
        max_gap: Widest gap between digits of a number on one level, in heights of a digit.
        max_uneven_gap: How much wider one gap of a number may be than twice the median of its
            others, in heights of a digit; wider, and it parts two numbers.
        max_step: How far a digit may stand above or below the next, in heights of a digit; the
            wider the gap between them, the less.
        max_height_ratio: Height of the larger of two neighbours over that of the smaller, more
            than 1; the farther apart they stand, the less.
        columns: Whether digits below one another are read downwards. If not, they are read by
            their left edges, which is the order of SVHN's files.
        single_ratio: Share, 0 to 1, of the surest number's mean score that a further number of one
            digit needs.
        several_ratio: The same for a further number of several digits.
        max_single_size: How many times as high or as low as the surest number's digits a further
            number of one digit may be, more than 1.
        max_digits: Most digits of a number; the least sure are left out. Any number if None.
        max_numbers: Most numbers of a picture. Any number if None.

    Raises:
        ValueError: If an argument is out of its range.
    """

    def __init__(
        self,
        score_threshold: float = 0.5,
        fallback_thresholds: Sequence[float] = (0.3, 0.1),
        join_ratio: float = 0.35,
        max_iou: float = 0.5,
        max_containment: float = 0.7,
        max_gap: float = 1.9,
        max_uneven_gap: float = 0.7,
        max_step: float = 1.6,
        max_height_ratio: float = 1.75,
        columns: bool = True,
        single_ratio: float = 0.6,
        several_ratio: float = 0.55,
        max_single_size: float = 2.5,
        max_digits: int | None = None,
        max_numbers: int | None = None,
    ) -> None:
        thresholds = check_thresholds(score_threshold, fallback_thresholds)
        self.score_threshold, self.fallback_thresholds = thresholds[0], thresholds[1:]
        # As scores are: a score of .7 is a little less in float32, and yet reaches .7.
        self._reached = torch.tensor(thresholds, dtype=torch.float32).tolist()
        self.join_ratio = check_share(join_ratio, "join_ratio")
        self.max_iou = check_share(max_iou, "max_iou")
        self.max_containment = check_share(max_containment, "max_containment")
        self.limits = LineLimits(
            check_more_than(max_gap, 0, "max_gap"),
            check_more_than(max_uneven_gap, 0, "max_uneven_gap"),
            check_more_than(max_step, 0, "max_step"),
            check_more_than(max_height_ratio, 1, "max_height_ratio"),
            check_flag(columns, "columns"),
        )
        self.single_ratio = check_share(single_ratio, "single_ratio")
        self.several_ratio = check_share(several_ratio, "several_ratio")
        self.max_single_size = check_more_than(max_single_size, 1, "max_single_size")
        self.max_digits = check_count(max_digits, "max_digits")
        self.max_numbers = check_count(max_numbers, "max_numbers")

    @property
    def lowest_threshold(self) -> float:
        """The lowest score of a digit that is read where nothing else is found."""
        return (self.score_threshold, *self.fallback_thresholds)[-1]

    def __call__(self, prediction: Prediction) -> list[Number]:
        """Read a picture.

        Args:
            prediction: Its detections, in any order.

        Returns:
            Its numbers, *the* number of the picture first: the one with the largest digits; of
            those about as large, the upper, then the left one. Empty where nothing is read.
        """
        digits = find_digits(prediction, self._reached[-1])
        if not digits:
            return []
        best = digits[0].score
        threshold = next(value for value in self._reached if best >= value)
        lowest = min(threshold, max(self.join_ratio * best, self._reached[-1]))
        digits = [digit for digit in digits if digit.score >= lowest]
        return [_number(line) for line in self._read_lines(digits)]

    def _read_lines(self, digits: list[FoundDigit]) -> list[Line]:
        lines = group_lines(suppress(digits, self.max_iou, self.max_containment), self.limits)
        if len(lines) > 1:
            lines = drop_doubtful(
                lines, self.single_ratio, self.several_ratio, self.max_single_size
            )
            lines = order_lines(join_touching(lines))[: self.max_numbers]
        return lines if self.max_digits is None else [shorten(x, self.max_digits) for x in lines]


def _number(line: Line) -> Number:
    scores = [digit.score for digit in line.digits]
    return Number(
        text="".join(str(label_to_digit(digit.label)) for digit in line.digits),
        boxes=torch.tensor([digit[:4] for digit in line.digits], dtype=torch.float32),
        scores=torch.tensor(scores, dtype=torch.float32),
        confidence=math.prod(scores),
    )

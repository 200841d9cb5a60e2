"""The numbers that were read in a split, each judged by whether it stands in its picture."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitdet.evaluation.coco.arrays import FloatArray, IntArray
from digitdet.evaluation.numbers import true_numbers
from digitdet.evaluation.results import Result, check_image_ids
from digitdet.structures import Number, Prediction

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class JudgedNumbers:
    """The numbers of a split, those of a picture behind one another.

    A picture's first number and its further ones are judged alike: a number is right if it stands
    in the picture, wherever, and no surer one of the same digits has taken its place.

    Attributes:
        num_pictures: How many pictures there are, those without a number among them.
        pictures: (N,) int64, the position of each number's picture.
        confidences: (N,) float64, 0 to 1.
        is_right: (N,) whether each number is right.
        is_first: (N,) whether each is the first of its picture.
        is_picture_right: (P,) whether each picture's first number is its first true one; without
            either, too. It is what ``number_accuracy`` counts.
    """

    num_pictures: int
    pictures: IntArray
    confidences: FloatArray
    is_right: BoolArray
    is_first: BoolArray
    is_picture_right: BoolArray


def judge_numbers(
    results: Sequence[Result],
    reader: Callable[[Prediction], list[Number]],
    truth: str = "file",
) -> JudgedNumbers:
    """Read the numbers of a split and judge them.

    Args:
        results: Prediction and target of each picture.
        reader: What reads the numbers.
        truth: Order of the true digits, see `true_numbers`.

    Raises:
        ValueError: If two pictures have the same id.
    """
    check_image_ids(target for _, target in results)
    read = [reader(prediction) for prediction, _ in results]
    true = [true_numbers(target, truth) for _, target in results]
    pairs = list(zip(read, true, strict=True))
    numbers = [number for of_picture in read for number in of_picture]
    firsts = [place == 0 for of_picture in read for place in range(len(of_picture))]
    is_right = [flag for pair in pairs for flag in _judge(*pair)]
    is_picture_right = [[n.text for n in one[:1]] == other[:1] for one, other in pairs]
    return JudgedNumbers(
        num_pictures=len(results),
        pictures=np.repeat(np.arange(len(results)), [len(one) for one in read]),
        confidences=np.array([number.confidence for number in numbers], dtype=np.float64),
        is_right=np.array(is_right, dtype=bool),
        is_first=np.array(firsts, dtype=bool),
        is_picture_right=np.array(is_picture_right, dtype=bool),
    )


def _judge(read: Sequence[Number], true: Iterable[str]) -> list[bool]:
    """Return which of a picture's numbers are right; each true one is given to the surest."""
    left = Counter(true)
    is_right = [False] * len(read)
    for position in sorted(range(len(read)), key=lambda p: -read[p].confidence):
        text = read[position].text
        is_right[position] = left[text] > 0
        left[text] -= 1
    return is_right

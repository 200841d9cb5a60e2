"""How well the numbers of pictures are read."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

from mmengine.evaluator import BaseMetric
from torch import Tensor

from digitdet.evaluation.gathering import evaluate_gathered
from digitdet.evaluation.number_figures import PictureReading, number_figures, number_notes
from digitdet.evaluation.numbers import check_truth, number_groups, spell
from digitdet.evaluation.results import Result, check_image_ids
from digitdet.registry import METRICS, READERS
from digitdet.structures import Number, Prediction, Target


@METRICS.register_module()
class NumberMetric(BaseMetric):
    """Exact match, edit distance, digit errors and coverage of the numbers that a reader reads.

    Gives the figures of `number_figures`; ``number_accuracy`` may decide which checkpoint is best.

    Args:
        reader: Config of the reader; the config's top-level ``reader`` if it sets none here.
        truth: Order of a true number's digits: ``"file"``, as they stand in the annotation file, or
            ``"left"``, by left edge, where that order means nothing.

    Attributes:
        evaluator: What the numbers are read by.
        notes: Name of a figure -> why it is -1, after an evaluation.

    Raises:
        ValueError: If ``truth`` is neither.
    """

    default_prefix = ""

    def __init__(self, reader: Mapping[str, Any], truth: str = "file") -> None:
        super().__init__()
        self.reader = READERS.build(dict(reader))
        self.truth = check_truth(truth)
        self.evaluator = f"numbers by {type(self.reader).__name__}"
        self.notes: dict[str, str] = {}

    @classmethod
    def figure_names(cls) -> tuple[str, ...]:
        """Return the names of all figures that `compute_metrics` gives, on any split."""
        return tuple(number_figures([]))

    def process(self, data_batch: Any, data_samples: Sequence[Any]) -> None:
        """Keep the predictions and the truth of a batch.

        Args:
            data_batch: The `Batch`.
            data_samples: One `Prediction` for each of its pictures.
        """
        self.results.extend(zip(data_samples, data_batch["targets"], strict=True))

    def evaluate(self, size: int) -> dict[str, float]:  # noqa: ARG002
        """Gather the results of all processes and compute the figures."""
        return evaluate_gathered(self)

    def compute_metrics(self, results: list[Result]) -> dict[str, float]:
        """Read the numbers of a split and compute the figures.

        Args:
            results: Prediction and target of each picture.

        Raises:
            ValueError: If two pictures have the same id.
        """
        check_image_ids(target for _, target in results)
        pictures = [read_picture(*result, self.reader, self.truth) for result in results]
        figures = number_figures(pictures)
        self.notes = number_notes(figures)
        return figures


def read_picture(
    prediction: Prediction,
    target: Target,
    reader: Callable[[Prediction], list[Number]],
    truth: str = "file",
) -> PictureReading:
    """Read a picture's numbers, and put them beside the truth.

    Args:
        prediction: What was detected.
        target: The truth.
        reader: What reads the numbers.
        truth: See `true_numbers`.
    """
    numbers = reader(prediction)
    groups = number_groups(target, truth)
    return PictureReading(
        read=[number.text for number in numbers],
        true=[spell(target, group) for group in groups],
        confidence=numbers[0].confidence if numbers else 0.0,
        height=_median_height(target["boxes"][groups[0]]) if groups else 0.0,
    )


def _median_height(boxes: Tensor) -> float:
    """Return the median of boxes' heights, in pixels; of two middle ones, their mean."""
    return float(median((boxes[:, 3] - boxes[:, 1]).tolist()))

"""Average precision of digit boxes, as COCO computes it."""

from collections.abc import Sequence
from typing import Any

from mmengine.evaluator import BaseMetric

from digitdet.evaluation.coco.arrays import to_arrays
from digitdet.evaluation.coco.backends import find_backend
from digitdet.evaluation.coco.figures import coco_figures, explain
from digitdet.evaluation.coco.settings import AREAS, HEIGHTS, empty_curves
from digitdet.evaluation.gathering import evaluate_gathered
from digitdet.evaluation.results import Result, check_image_ids
from digitdet.registry import METRICS


@METRICS.register_module()
class DigitMetric(BaseMetric):
    """COCO's average precision and recall of digit boxes.

    Gives COCO's twelve figures under torchmetrics' names (``map``, ``map_50``, ``map_75``,
    ``map_small`` .. ``mar_large``), the average precision by digit height in pixels
    (``map_height_0_12``, ``map_height_12_24``, ``map_height_24_48``, ``map_height_48_up``; a height
    of 12 belongs to 12_24) and by digit (``ap_0`` .. ``ap_9``), each 0 to 1; -1 where the split
    holds no such digit.

    Args:
        backend: What computes the curves behind the figures: ``"hotcoco"``, ``"pycocotools"`` or
            ``"torchmetrics"`` (heights by pycocotools); ``"auto"`` for hotcoco, and torchmetrics
            where that can't be imported.

    Attributes:
        evaluator: Name and version of what computes the figures.
        notes: After an evaluation, name of each figure that is -1 -> the reason.

    Raises:
        ImportError: If the backend can't be imported.
        ValueError: If there is no such backend.
    """

    default_prefix = ""

    def __init__(self, backend: str = "auto") -> None:
        super().__init__()
        self.backend = find_backend(backend)
        self.evaluator = self.backend.evaluator
        self.notes: dict[str, str] = {}

    @classmethod
    def figure_names(cls) -> tuple[str, ...]:
        """Return the names of all figures that `compute_metrics` gives, on any split."""
        return tuple(coco_figures(empty_curves(AREAS), empty_curves(HEIGHTS)))

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
        """Compute the figures of a split.

        Args:
            results: Prediction and target of each picture.

        Raises:
            ValueError: If two pictures have the same id.
        """
        check_image_ids(target for _, target in results)
        arrays = to_arrays(results)
        curves = self.backend.compute_curves
        figures = coco_figures(curves(arrays, AREAS), curves(arrays, HEIGHTS))
        self.notes = explain(figures, crowds=bool(arrays.iscrowd.any()))
        return figures

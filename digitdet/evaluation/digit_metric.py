"""Mean average precision of digit boxes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from mmengine.evaluator import BaseMetric
from torch import Tensor

from digitdet.evaluation.gathering import evaluate_gathered
from digitdet.evaluation.results import Result, check_image_ids
from digitdet.labels import DIGITS, digit_to_label
from digitdet.registry import METRICS
from digitdet.structures import Prediction, Target

# As lists of float64: torchmetrics' own float32 thresholds differ from COCO's by up to 5e-5.
IOU_THRESHOLDS = np.linspace(0.5, 0.95, 10).tolist()
RECALL_THRESHOLDS = np.linspace(0, 1, 101).tolist()


@METRICS.register_module()
class DigitMetric(BaseMetric):
    """COCO mean average precision of digit boxes, by torchmetrics over pycocotools.

    Gives ``map`` (IoU 0.50 to 0.95), ``map_50``, ``map_75`` and ``ap_0`` to ``ap_9``, each 0 to 1;
    -1 where the split holds no such digit.

    Attributes:
        evaluator: Name of what computes the figures.
    """

    default_prefix = ""
    evaluator = "torchmetrics (pycocotools)"

    def __init__(self) -> None:
        super().__init__()

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
        check_image_ids([target for _, target in results])
        return mean_average_precision(results)


def mean_average_precision(results: Sequence[Result]) -> dict[str, float]:
    """Compute COCO's average precision.

    Args:
        results: Prediction and target of each picture.

    Returns:
        ``map``, ``map_50``, ``map_75``, ``ap_0`` .. ``ap_9``; -1 where there is no such digit.
    """
    from torchmetrics.detection import MeanAveragePrecision  # slow to import: 7 s

    metric = MeanAveragePrecision(
        iou_thresholds=IOU_THRESHOLDS,
        rec_thresholds=RECALL_THRESHOLDS,
        extended_summary=True,
        backend="pycocotools",
        sync_on_compute=False,  # mmengine has gathered the results, and only rank 0 computes
    )
    metric.warn_on_many_detections = False  # more than 100 are cut as COCO does
    for prediction, target in results:
        metric.update([_found(prediction)], [_truth(target)])
    summary = metric.compute()
    figures = {key: float(summary[key]) for key in ("map", "map_50", "map_75")}
    # (IoU threshold, recall threshold, class, area range, most detections)
    precision = torch.as_tensor(summary["precision"])[:, :, :, 0, -1]
    classes = summary["classes"].reshape(-1).tolist()
    for digit in DIGITS:
        label = digit_to_label(int(digit))
        of_digit = precision[:, :, classes.index(label)] if label in classes else torch.empty(0)
        valid = of_digit[of_digit > -1]
        figures[f"ap_{digit}"] = float(valid.mean()) if len(valid) else -1.0
    return figures


def _found(prediction: Prediction) -> dict[str, Tensor]:
    return {
        "boxes": prediction["boxes"],
        "scores": prediction["scores"],
        "labels": prediction["labels"],
    }


def _truth(target: Target) -> dict[str, Tensor]:
    return {
        "boxes": target["boxes"],
        "labels": target["labels"],
        "iscrowd": target["iscrowd"],
    }

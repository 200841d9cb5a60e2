"""One split evaluated by digitdet, by torchmetrics and by pycocotools."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mmengine.evaluator import BaseMetric

from digitdet.benchmarks.timing import Run
from digitdet.evaluation.coco import by_pycocotools
from digitdet.evaluation.coco.arrays import to_arrays
from digitdet.evaluation.coco.settings import AREAS, IOU_THRESHOLDS, RECALL_THRESHOLDS
from digitdet.evaluation.digit_metric import DigitMetric
from digitdet.evaluation.results import Result

BATCH_SIZE = 8
TOLERANCE = 1e-4
OURS, TORCHMETRICS, PYCOCOTOOLS = "digitdet", "torchmetrics", "pycocotools alone"


def evaluation_runs(
    results: Sequence[Result], figures: dict[str, dict[str, float]]
) -> dict[str, Run]:
    """Make what evaluates a split, each as a user would write it.

    digitdet gives the figures by digit and by height too, torchmetrics and pycocotools COCO's
    twelve alone.

    Args:
        results: Prediction and target of each picture.
        figures: Filled by the runs: name -> the figures that it gave.
    """

    def digitdet() -> int:
        metric = DigitMetric("hotcoco")
        process(metric, results)
        figures[OURS] = metric.evaluate(len(results))
        return len(results)

    def torchmetrics() -> int:
        figures[TORCHMETRICS] = _floats(updated(results, sync_on_compute=False).compute())
        return len(results)

    def pycocotools() -> int:
        by_pycocotools.compute_curves(to_arrays(results), AREAS)
        return len(results)

    return {OURS: digitdet, TORCHMETRICS: torchmetrics, PYCOCOTOOLS: pycocotools}


def check_agreement(figures: Mapping[str, Mapping[str, float]]) -> float:
    """Return the largest difference between digitdet's and torchmetrics' figures.

    Raises:
        RuntimeError: If it is more than `TOLERANCE`.
    """
    ours, others = figures[OURS], figures[TORCHMETRICS]
    differences = {name: abs(ours[name] - others[name]) for name in ours if name in others}
    worst = max(differences, key=differences.__getitem__)
    if differences[worst] > TOLERANCE:
        raise RuntimeError(
            f"{worst} is {ours[worst]} by digitdet and {others[worst]} by torchmetrics; "
            "a measurement of different results says nothing"
        )
    return differences[worst]


def process(metric: BaseMetric, results: Sequence[Result]) -> None:
    """Give a metric all results, batch by batch."""
    for batch in _batches(results):
        metric.process({"targets": [target for _, target in batch]}, [found for found, _ in batch])


def updated(results: Sequence[Result], *, sync_on_compute: bool) -> Any:
    """Return torchmetrics' metric that has been given all results, batch by batch."""
    from torchmetrics.detection import MeanAveragePrecision  # slow to import: 7 s

    metric = MeanAveragePrecision(
        # Its own thresholds are float32, which moves a figure by up to some 2e-4.
        iou_thresholds=IOU_THRESHOLDS.tolist(),
        rec_thresholds=RECALL_THRESHOLDS.tolist(),
        backend="pycocotools",
        sync_on_compute=sync_on_compute,
    )
    metric.warn_on_many_detections = False
    for batch in _batches(results):
        metric.update(
            [{key: found[key] for key in ("boxes", "scores", "labels")} for found, _ in batch],
            [{key: target[key] for key in ("boxes", "labels", "iscrowd")} for _, target in batch],
        )
    return metric


def _batches(results: Sequence[Result]) -> Iterator[Sequence[Result]]:
    for start in range(0, len(results), BATCH_SIZE):
        yield results[start : start + BATCH_SIZE]


def _floats(summary: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in summary.items() if value.numel() == 1}

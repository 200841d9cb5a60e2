"""Puts results into the order of the data set, whatever order its pictures were predicted in."""

from collections.abc import Sequence
from typing import Any

from mmengine.runner import BaseLoop

from digitdet.datasets.samples import column
from digitdet.evaluation.results import Result


def tell_order(loop: BaseLoop) -> BaseLoop:
    """Tell a loop's metrics the order of its data set, where that states its ``image_ids``.

    Args:
        loop: A loop; one without an evaluator is left alone.

    Returns:
        The loop.
    """
    try:
        image_ids = column(loop.dataloader.dataset, "image_ids").tolist()
    except ValueError:
        return loop
    evaluator: Any = getattr(loop, "evaluator", None)
    for metric in getattr(evaluator, "metrics", ()):
        metric.order = {image_id: place for place, image_id in enumerate(image_ids)}
    return loop


def in_order(results: Sequence[Result], metric: Any) -> list[Result]:
    """Sort results by the order that their metric was told; unknown pictures come last.

    Args:
        results: Those of all processes.
        metric: The metric; without an ``order`` they stay as they are.
    """
    order: dict[int, int] = getattr(metric, "order", {})
    return sorted(results, key=lambda result: order.get(result[1]["image_id"], len(order)))

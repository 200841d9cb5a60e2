"""Weighted boxes fusion (Solovyev et al. 2021), by its authors' library."""

import numpy as np

from digitdet.ensembling.candidates import Candidates
from digitdet.evaluation.coco.arrays import FloatArray

# Far below float32's relative spacing, 2^-24, even after thousands of steps.
_STEP = 2.0**-45
# The library divides by the sum of scores.
_LEAST = 1e-12


def check_installed() -> None:
    """Refuse to go on without the library.

    Raises:
        ImportError: If it can't be imported; the message says how to install it.
    """
    try:
        import ensemble_boxes  # noqa: F401
    except ImportError as error:
        raise ImportError(
            f"weighted boxes fusion needs the package ensemble-boxes ({error}): "
            "pip install ensemble-boxes; the method nms needs no further package"
        ) from error


def fuse_by_wbf(found: Candidates, weights: FloatArray, iou: float) -> Candidates:
    """Average the boxes of a digit that overlap, weighted by score and by their model.

    A fused score is the weighted mean of its boxes' scores, in which each model that found none
    counts as 0: what one of two models alone found keeps half its score. (The paper's scores,
    where no model has two boxes in a cluster; those of more would count as further models, and
    could pass 1.) Boxes without area are left out; no overlap is defined for them.

    Args:
        found: What all models found, in their order.
        weights: (T,) the models' weights.
        iou: Intersection over union with the average so far above which a box joins it.

    Returns:
        The averages, whose ``models`` are -1, by falling score. The library averages in float32
        in units of the picture's extent: exact to about 1e-7 of that, for each box of an average.
    """
    from ensemble_boxes import weighted_boxes_fusion

    has_area = (found.boxes[:, 2:] > found.boxes[:, :2]).all(axis=1)
    found = found.take(np.flatnonzero(has_area))
    if not len(found):
        return found
    # The library cuts boxes off at 0 and 1. Overlaps do not change with the scale of an axis.
    origin = found.boxes.reshape(-1, 2).min(axis=0)
    extent = found.boxes.reshape(-1, 2).max(axis=0) - origin
    scaled = (found.boxes.reshape(-1, 2) - origin) / extent
    parts = _by_model(
        Candidates(scaled.reshape(-1, 4), found.labels, _distinct(found, weights), found.models),
        len(weights),
    )
    boxes, scores, labels = weighted_boxes_fusion(
        [part.boxes for part in parts],
        [part.scores for part in parts],
        [part.labels for part in parts],
        weights=weights,
        iou_thr=iou,
        conf_type="absent_model_aware_avg",
    )
    return _in_order(boxes.reshape(-1, 2) * extent + origin, labels, scores)


def _distinct(found: Candidates, weights: FloatArray) -> FloatArray:
    """Lower equal scores by next to nothing, in the order of models and boxes; let none be 0.

    The library sorts by weighted score, and leaves the order of equal ones to chance.
    """
    scores = found.scores.clip(_LEAST)
    order = np.argsort(-scores * weights[found.models], kind="stable")
    ranks = np.empty(len(order))
    ranks[order] = np.arange(len(order))
    return scores * (1 - ranks * _STEP)


def _by_model(found: Candidates, num_models: int) -> list[Candidates]:
    return [found.take(np.flatnonzero(found.models == model)) for model in range(num_models)]


def _in_order(corners: FloatArray, labels: FloatArray, scores: FloatArray) -> Candidates:
    """Order what was fused by falling score, then by digit and place."""
    boxes = corners.reshape(-1, 4)
    order = np.lexsort((*boxes.T[::-1], labels, -scores.astype(np.float32)))
    return Candidates(
        boxes=boxes[order],
        labels=labels[order].astype(np.int64),
        scores=scores[order].clip(0, 1),
        models=np.full(len(order), -1),
    )

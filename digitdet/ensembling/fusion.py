"""Makes one prediction of a picture from several."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from digitdet.ensembling import by_wbf
from digitdet.ensembling.by_nms import fuse_by_nms
from digitdet.ensembling.by_wbf import fuse_by_wbf
from digitdet.ensembling.candidates import Candidates, join, to_prediction
from digitdet.evaluation.coco.arrays import FloatArray
from digitdet.evaluation.coco.settings import MAX_DETECTIONS
from digitdet.structures import Prediction


@dataclass(frozen=True)
class Method:
    """A way to fuse.

    Attributes:
        fuse: Fuses candidates, by the models' weights and an IoU.
        iou: That IoU where none is given.
        check: Refuses to go on where a package is missing.
    """

    fuse: Callable[[Candidates, FloatArray, float], Candidates]
    iou: float
    check: Callable[[], None] = lambda: None


METHODS = {
    "nms": Method(fuse_by_nms, iou=0.5),
    "wbf": Method(fuse_by_wbf, iou=0.55, check=by_wbf.check_installed),  # the paper's IoU
}


class Fusion:
    """Fuses the predictions of one picture.

    Args:
        method: A key of `METHODS`.
        iou: Intersection over union above which two boxes of a digit are one, between 0 and 1; the
            method's own if None.
        weights: One for each prediction, above 0; only their ratios count. All alike if None.
        min_score: Detections that score less are left out before.

    Raises:
        ImportError: If the method needs a package that is not there.
        ValueError: If an argument is out of range.
    """

    def __init__(
        self,
        method: str = "nms",
        iou: float | None = None,
        weights: Sequence[float] | None = None,
        min_score: float = 0.0,
    ) -> None:
        if method not in METHODS:
            raise ValueError(f"method is one of {', '.join(METHODS)}; got {method!r}")
        if iou is not None and not 0 < iou < 1:
            raise ValueError(f"iou lies between 0 and 1, got {iou!r}")
        if not all(math.isfinite(weight) and weight > 0 for weight in weights or ()):
            raise ValueError(
                f"weights are above 0, got {list(weights or ())}; leave a model out instead"
            )
        if not 0 <= min_score <= 1:
            raise ValueError(f"min_score is 0 to 1, got {min_score!r}")
        METHODS[method].check()
        self.method = method
        self.iou = METHODS[method].iou if iou is None else iou
        self.weights = None if weights is None else np.array(weights) / max(weights)
        self.min_score = min_score

    def __str__(self) -> str:
        return f"{self.method}, iou {self.iou:g}"

    def __call__(self, predictions: Sequence[Prediction]) -> Prediction:
        """Fuse.

        Args:
            predictions: Those of one picture, one of each model; at least one.

        Returns:
            At most 100 detections, which is what COCO evaluates of a picture, on the first
            prediction's device.

        Raises:
            ValueError: If there are more or fewer predictions than weights.
        """
        weights = np.ones(len(predictions)) if self.weights is None else self.weights
        if len(weights) != len(predictions):
            raise ValueError(f"{len(weights)} weights do not fit {len(predictions)} predictions")
        found = join(predictions)
        if self.min_score:
            found = found.take(np.flatnonzero(found.scores >= np.float32(self.min_score)))
        fused = METHODS[self.method].fuse(found, weights, self.iou)
        best = fused.take(np.arange(min(len(fused), MAX_DETECTIONS[-1])))
        return to_prediction(best, predictions[0]["boxes"].device)

"""Fitting anchors."""

import numpy as np
import pytest

from digitdet.advice.anchor_search import fit_anchors
from digitdet.advice.anchors import STOCK, Anchors, best_ious, recalls, weigh
from digitdet.advice.measurements import Resized

STRIDES = (4, 8, 16, 32, 64)


def boxes_of(heights: np.ndarray, ratios: np.ndarray, seed: int = 0) -> Resized:
    """Boxes somewhere in one large picture."""
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0, 200, (len(heights), 2))
    sides = np.stack([heights / ratios, heights], axis=1)
    return Resized(
        magnification=np.ones(1),
        padded=np.array([[640, 640]]),
        boxes=np.concatenate([corner, corner + sides], axis=1).astype(np.float32),
        picture=np.zeros(len(heights), dtype=np.int64),
    )


def test_one_box_is_reached() -> None:
    found = boxes_of(np.array([60.0]), np.array([2.0]))
    assert recalls(best_ious(found, STRIDES, fit_anchors(found, STRIDES))) == (1, 1)


@pytest.mark.parametrize(("height", "ratio"), [(24.0, 1.0), (48.0, 2.5), (200.0, 4.0)])
def test_boxes_of_one_shape_are_all_reached(height: float, ratio: float) -> None:
    found = boxes_of(np.full(300, height), np.full(300, ratio))
    low, high = recalls(best_ious(found, STRIDES, fit_anchors(found, STRIDES)))
    assert low == 1
    assert high > 0.99


@pytest.mark.parametrize("seed", range(3))
def test_fitted_anchors_ascend_and_beat_any_shift_of_the_stock_ones(seed: int) -> None:
    rng = np.random.default_rng(seed)
    heights = np.exp(rng.normal(np.log(45), 0.5, 2500))
    found = boxes_of(heights, rng.uniform(1.2, 3.5, 2500), seed)
    anchors = fit_anchors(found, STRIDES)
    sizes = [size for (size,) in anchors.sizes]
    assert sizes == sorted(set(sizes))
    assert len(anchors.sizes) == 5
    assert len(anchors.ratios) == 3  # COCO's RPN head has three anchors in each place
    best = weigh(*recalls(best_ious(found, STRIDES, anchors)))
    for factor in (0.5, 0.75, 1, 1.5):
        for ratios in (STOCK.ratios, (1.0, 2.0, 3.0)):
            moved = Anchors(tuple((int(size * factor),) for (size,) in STOCK.sizes), ratios)
            assert best > weigh(*recalls(best_ious(found, STRIDES, moved)))


@pytest.mark.parametrize("strides", [(8,), (8, 16), (2, 4, 8, 16, 32, 64, 128, 256)])
def test_any_number_of_feature_maps_is_fitted(strides: tuple[int, ...]) -> None:
    found = boxes_of(np.full(100, 50.0), np.full(100, 2.0))
    anchors = fit_anchors(found, strides)
    assert len(anchors.sizes) == len(strides)
    assert recalls(best_ious(found, strides, anchors))[0] == 1

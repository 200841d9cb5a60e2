"""Fits anchors to boxes: one size for each feature map, and three ratios for all."""

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from digitdet.advice.anchors import IOUS, Anchors, place_ious, shapes_of, weigh
from digitdet.advice.measurements import Resized

PER_OCTAVE = 6
SIZES = tuple(round(8 * 2 ** (step / PER_OCTAVE)) for step in range(8 * PER_OCTAVE + 1))  # to 2048
RATIOS = (0.5, 0.7, 1.0, 1.2, 1.4, 1.7, 2.0, 2.5, 3.0, 4.0)
STARTS = range(PER_OCTAVE, 4 * PER_OCTAVE + 1, 3)  # the finest map's size: 16 to 128 px
GROWTHS = (4, 6)  # steps from a map's size to the next one's where a search begins
NUM_RATIOS = 3  # as COCO's RPN head has them
MOST_BOXES = 2000  # that a search looks at; what is told of its anchors is counted of all boxes
MOST_ROUNDS = 20


def fit_anchors(resized: Resized, strides: Sequence[int]) -> Anchors:
    """Search anchors that reach many boxes at the IoUs .5 and .7, weighed by `weigh`.

    From several geometric series, each map's size and then the ratios are changed, one at a time,
    as long as that helps. What no box needs stays as in the series.

    Args:
        resized: Pictures with boxes; of very many boxes, evenly spaced ones are looked at.
        strides: Of the feature maps, finest first, in pixels; one to eight.

    Returns:
        The anchors, the same for the same boxes.
    """
    some = _thin(resized)
    shapes = shapes_of(SIZES, RATIOS)
    table = np.stack([place_ious(some, stride, shapes) for stride in strides])
    found = [
        _climb(table, start, growth)
        for start, growth in itertools.product(STARTS, GROWTHS)
        if start + (len(strides) - 1) * growth < len(SIZES)
    ]
    _, sizes, ratios = max(found, key=lambda each: each[0])
    return Anchors(
        sizes=tuple((SIZES[size],) for size in sizes),
        ratios=tuple(RATIOS[ratio] for ratio in ratios),
    )


def _thin(resized: Resized) -> Resized:
    count = len(resized.boxes)
    rows = np.linspace(0, count - 1, min(count, MOST_BOXES)).round().astype(np.int64)
    return replace(resized, boxes=resized.boxes[rows], picture=resized.picture[rows])


def _climb(
    table: NDArray[np.float32], start: int, growth: int
) -> tuple[float, tuple[int, ...], tuple[int, ...]]:
    """Change one thing at a time for the better, until nothing helps.

    Args:
        table: (L, R, S, A), the IoU of each box with the best place of each map, ratio and size.
        start: Position of the first map's size among those of the table.
        growth: Steps to the next map's size.

    Returns:
        The score, the positions of the maps' sizes, and those of the ratios.
    """
    sizes = tuple(start + level * growth for level in range(len(table)))
    ratios: tuple[int, ...] = (RATIOS.index(1.0), RATIOS.index(2.0), RATIOS.index(3.0))
    best = -1.0
    for _ in range(MOST_ROUNDS):
        before = best
        for level in range(len(table)):
            best, sizes = _better_size(table, sizes, ratios, level)
        best, ratios = _better_ratios(table, sizes)
        if best <= before:
            break
    return best, sizes, ratios


def _better_size(
    table: NDArray[np.float32], sizes: tuple[int, ...], ratios: tuple[int, ...], level: int
) -> tuple[float, tuple[int, ...]]:
    """Try all sizes of one map between those of its neighbours; keep its own where none helps."""
    low = sizes[level - 1] + 1 if level else 0
    high = sizes[level + 1] if level + 1 < len(sizes) else table.shape[2]
    chosen = table[:, list(ratios)]
    others = [chosen[n, :, size].max(axis=0) for n, size in enumerate(sizes) if n != level]
    tried = chosen[level, :, low:high].max(axis=0)
    scores = _scores(np.maximum(tried, np.max(others, axis=0)) if others else tried)
    own = sizes[level] - low
    place = int(scores.argmax()) if scores.max() > scores[own] else own
    return float(scores[place]), (*sizes[:level], low + place, *sizes[level + 1 :])


def _better_ratios(
    table: NDArray[np.float32], sizes: tuple[int, ...]
) -> tuple[float, tuple[int, ...]]:
    """Try all ratios together."""
    by_ratio = np.max([table[level, :, size] for level, size in enumerate(sizes)], axis=0)
    triples = list(itertools.combinations(range(len(RATIOS)), NUM_RATIOS))
    scores = _scores(by_ratio[np.array(triples)].max(axis=1))
    place = int(scores.argmax())
    return float(scores[place]), triples[place]


def _scores(ious: NDArray[np.float32]) -> NDArray[np.float64]:
    """Weigh the recalls at both IoUs; the mean IoU decides between equals."""
    low, high = ((ious >= threshold).mean(axis=-1) for threshold in IOUS)
    scores: NDArray[np.float64] = weigh(low, high) + 1e-6 * ious.mean(axis=-1)
    return scores

"""Distributions of a data set."""

import json
from pathlib import Path

import numpy as np

from digitdet.datasets.annotations import Annotations
from digitdet.inspection.distributions import Distributions, measure_distributions


def _annotations(
    pictures: list[tuple[int, int, list[tuple[float, float, float, float, int]]]],
) -> Annotations:
    """Pictures, each height, width and boxes as (x1, y1, x2, y2, label)."""
    boxes = [box for *_, found in pictures for box in found]
    return Annotations(
        file=Path("digits.json"),
        image_ids=np.arange(len(pictures)),
        file_names=[f"{number}.png" for number in range(len(pictures))],
        sizes=np.array([size[:2] for size in pictures], dtype=np.int64).reshape(-1, 2),
        offsets=np.cumsum([0, *(len(found) for *_, found in pictures)]),
        boxes=np.array([box[:4] for box in boxes], dtype=np.float32).reshape(-1, 4),
        labels=np.array([box[4] for box in boxes], dtype=np.int64),
        iscrowd=np.zeros(len(boxes), dtype=bool),
        annotation_ids=np.arange(len(boxes)),
        category_ids={label: label for label in range(1, 11)},
    )


def test_nothing_is_measured_as_nothing() -> None:
    nothing = measure_distributions(_annotations([]))
    assert [len(value) for value in vars(nothing).values()] == [0, 0, 0, 0, 0, 10]
    summary = nothing.summary()
    assert summary["widths"] == {"count": 0}
    assert summary["digits_per_picture"] == {"count": 0, "counts": {}}
    assert set(summary["digit_counts"].values()) == {0}


def test_each_measurement_is_taken_of_the_right_side() -> None:
    found = measure_distributions(
        _annotations(
            [
                (40, 60, [(10, 5, 20, 25, 1), (20, 5, 26, 25, 10), (30, 5, 30, 9, 10)]),
                (30, 90, []),
            ]
        )
    )
    assert found.widths.tolist() == [60, 90]
    assert found.heights.tolist() == [40, 30]
    assert found.box_heights.tolist() == [20, 20]
    assert found.box_aspects.tolist() == [0.5, 0.3]
    assert found.digits_per_picture.tolist() == [3, 0]
    assert found.digit_counts.tolist() == [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]


def test_the_summary_holds_percentiles_and_histograms_and_is_json() -> None:
    values = np.arange(1, 102, dtype=np.int64)
    summary = Distributions(
        widths=values,
        heights=values * 2,
        box_heights=values / 10,
        box_aspects=np.full(3, 0.5),
        digits_per_picture=np.array([2, 0, 2]),
        digit_counts=np.arange(10),
    ).summary()
    assert summary["widths"] == {"count": 101, "p5": 6, "p50": 51, "p95": 96}
    assert summary["heights"]["p95"] == 192
    assert summary["box_heights"] == {"count": 101, "p5": 0.6, "p50": 5.1, "p95": 9.6}
    assert summary["digits_per_picture"]["counts"] == {"0": 1, "2": 2}
    assert summary["digit_counts"]["9"] == 9
    assert json.loads(json.dumps(summary)) == summary

"""Shares by height, length and contrast: against the metrics, and by hand."""

import numpy as np
import pytest
import torch
from evaluation.made_splits import draw_split
from hypothesis import given
from hypothesis import strategies as st

from digitdet.analysis.errors import find_errors
from digitdet.analysis.strata import Stratum, digits_by_height, numbers_by_stratum, wilson_interval
from digitdet.evaluation.coco.settings import HEIGHTS
from digitdet.evaluation.number_figures import LENGTHS, PictureReading, number_figures

READINGS = st.lists(
    st.builds(
        PictureReading,
        read=st.lists(st.text("01", min_size=1, max_size=2), max_size=2),
        true=st.lists(st.text("01", min_size=1, max_size=7), max_size=2),
        confidence=st.floats(0, 1),
        height=st.sampled_from([0.5, 11.5, 12.0, 23.9, 24.0, 47.0, 48.0, 300.0]),
    ),
    max_size=30,
)


def test_of_nothing_all_counts_are_0_and_shares_minus_1() -> None:
    parts = [*digits_by_height([], []), *numbers_by_stratum([], np.zeros(0))["contrast"]]
    assert len(parts) == 8
    for part in parts:
        assert (part.count, part.right, part.share, part.interval) == (0, 0, -1, (-1, -1))


@given(pictures=READINGS)
def test_the_shares_are_the_figures_of_the_metric(pictures: list[PictureReading]) -> None:
    figures = number_figures(pictures)
    strata = numbers_by_stratum(pictures, np.full(len(pictures), 0.5))
    for what, names in (("height", HEIGHTS.names), ("length", LENGTHS)):
        assert [part.name for part in strata[what]] == list(names)
        for part in strata[what]:
            assert part.share == figures[f"number_accuracy_{what}_{part.name}"]
        assert sum(part.count for part in strata[what]) == sum(bool(p.true) for p in pictures)


def test_contrasts_are_counted_from_their_lower_edge_and_unknown_ones_not_at_all() -> None:
    right, wrong = PictureReading(["7"], ["7"]), PictureReading(["7"], ["1"])
    contrasts = np.array([-1, 0.0, 0.2, 0.25, 0.3, 0.399, 0.4, 1.0])
    parts = numbers_by_stratum([right, wrong] * 4, contrasts)["contrast"]
    assert [(part.name, part.count, part.right) for part in parts] == [
        ("0_0.2", 1, 0),
        ("0.2_0.3", 2, 1),
        ("0.3_0.4", 2, 1),
        ("0.4_1", 2, 1),
    ]
    assert [part.label for part in parts][1] == "0.2 to 0.3"
    assert [Stratum(name, 0, 0).label for name in ("1", "5_up")] == ["1", "5 and more"]


def test_digits_count_once_found_or_not_by_their_height() -> None:
    split = draw_split(seed=1, num_pictures=40, crowd=0.2)
    errors = find_errors(split, min_score=0.3)
    parts = digits_by_height(split, errors)
    found = sum(picture.verdicts.count("right") for picture in errors)
    assert sum(part.right for part in parts) == found > 20
    edges = [0, 12, 24, 48, 1e10]
    for part, low, high in zip(parts, edges[:-1], edges[1:], strict=True):
        count = 0
        for _, target in split:
            heights = target["boxes"][:, 3] - target["boxes"][:, 1]
            counted = (heights >= low) & (heights < high) & ~target["iscrowd"]
            count += int(counted.sum())
        assert part.count == count > 0


def test_digits_of_a_picture_without_detections_are_not_found() -> None:
    prediction, target = draw_split(seed=2, num_pictures=1)[0]
    nothing = {key: values[:0] for key, values in prediction.items()}
    parts = digits_by_height([(nothing, target)], find_errors([(nothing, target)]))
    assert sum(part.count for part in parts) == len(target["labels"]) > 0
    assert not any(part.right for part in parts)
    assert torch.equal(nothing["scores"], torch.zeros(0))


@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    # R. G. Newcombe, Two-sided confidence intervals for the single proportion, 1998, table I.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (20, 20, 0.8389, 1.0),
    ],
)
def test_wilsons_interval(right: int, count: int, low: float, high: float) -> None:
    assert wilson_interval(right, count) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share_and_solves_wilsons_equation(trials: tuple[int, int]) -> None:
    right, count = trials
    low, high = wilson_interval(right, count)
    assert 0 <= low <= right / count <= high <= 1
    for end in (low, high):
        distance = (right / count - end) ** 2
        assert distance == pytest.approx(1.959964**2 * end * (1 - end) / count, abs=1e-6)

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from digitdet.evaluation import DigitMetric

from .made_splits import (
    NAMES,
    OF_HEIGHTS,
    TOLERANCES,
    Sample,
    by_pycocotools,
    draw_split,
    evaluate,
    sample,
    tie,
)


@pytest.mark.parametrize("levels", [0, 1, 3])
@pytest.mark.parametrize(
    ("num_pictures", "most_digits", "crowd", "extra"),
    [
        (1, 6, 0.0, 3),
        (40, 6, 0.0, 3),
        (40, 1, 0.0, 0),
        (40, 6, 0.3, 3),
        (4, 150, 0.1, 100),  # more than 100 detections
    ],
)
def test_figures_are_pycocotools_own(
    num_pictures: int, most_digits: int, crowd: float, extra: int, levels: int
) -> None:
    split = draw_split(5, num_pictures, most_digits, crowd, extra)
    split = tie(split, levels) if levels else split
    expected = by_pycocotools(split)
    assert 0 < expected["map"] < 1
    for backend, tolerance in TOLERANCES.items():
        actual = evaluate(split, backend)
        assert list(actual) == NAMES
        assert actual == pytest.approx(expected, abs=tolerance), backend


@settings(max_examples=12)
@given(
    seed=st.integers(0, 10_000),
    num_pictures=st.integers(1, 12),
    most_digits=st.integers(0, 8),
    extra=st.integers(0, 8),
    levels=st.integers(0, 4),
)
def test_figures_are_pycocotools_own_on_any_split(
    seed: int, num_pictures: int, most_digits: int, extra: int, levels: int
) -> None:
    split = draw_split(seed, num_pictures, most_digits, crowd=0.1, extra=extra)
    split = tie(split, levels) if levels else split
    expected = by_pycocotools(split)
    for backend, tolerance in TOLERANCES.items():
        assert evaluate(split, backend) == pytest.approx(expected, abs=tolerance), backend


def test_the_drawn_splits_hold_what_they_should() -> None:
    split = draw_split(5, 40, crowd=0.3)
    assert any(not len(target["boxes"]) for _, target in split)
    assert any(not len(prediction["boxes"]) for prediction, _ in split)
    assert any(target["iscrowd"].any() for _, target in split)


NONE = torch.zeros(0, 4), torch.zeros(0, dtype=torch.int64)
ONE = torch.tensor([[4.0, 4, 20, 30]]), torch.tensor([4])
SCORE = torch.tensor([0.9])


@pytest.mark.parametrize("backend", TOLERANCES)
@pytest.mark.parametrize(
    "split",
    [
        [],
        [sample(1, *NONE, *NONE, torch.zeros(0))],
        [sample(1, *NONE, *ONE, SCORE)],
        [sample(1, *ONE, *ONE, SCORE, torch.tensor([True]))],
    ],
    ids=["no picture", "no box", "no truth", "a crowd"],
)
def test_a_split_without_any_digit_gives_minus_one(split: list[Sample], backend: str) -> None:
    assert evaluate(split, backend) == dict.fromkeys(NAMES, -1.0)


@pytest.mark.parametrize("backend", TOLERANCES)
def test_a_split_without_any_detection_gives_zero(backend: str) -> None:
    figures = evaluate([sample(1, *ONE, *NONE, torch.zeros(0))], backend)
    none = {name for name, value in figures.items() if value == -1}
    others = {f"ap_{digit}" for digit in range(10) if digit != 3}
    sizes = {f"{kind}_{size}" for kind in ("map", "mar") for size in ("medium", "large")}
    heights = {"map_height_0_12", "map_height_12_24", "map_height_48_up"}
    assert none == others | sizes | heights
    assert {value for name, value in figures.items() if name not in none} == {0.0}


@pytest.mark.parametrize(
    ("height", "name"),
    [
        (11.75, "0_12"),
        (12, "12_24"),
        (23.75, "12_24"),
        (24, "24_48"),
        (48, "48_up"),
        (700, "48_up"),
    ],
)
@pytest.mark.parametrize("backend", TOLERANCES)
def test_each_height_belongs_to_one_range_which_its_lower_edge_begins(
    height: float, name: str, backend: str
) -> None:
    box = torch.tensor([[4.0, 4, 9, 4 + height]]), torch.tensor([4])
    figures = evaluate([sample(1, *box, *box, SCORE)], backend)
    expected = {**dict.fromkeys(OF_HEIGHTS, -1.0), f"map_height_{name}": 1.0}
    assert {key: figures[key] for key in OF_HEIGHTS} == pytest.approx(expected)


def test_what_is_minus_one_is_explained_and_nothing_else() -> None:
    metric = DigitMetric()
    crowd = torch.tensor([[4.0, 4, 20, 30]] * 2), torch.tensor([4, 8])
    prediction, target = sample(1, *crowd, *ONE, SCORE, torch.tensor([False, True]))
    metric.process({"targets": [target]}, [prediction])
    figures = metric.evaluate(1)
    assert set(metric.notes) == {name for name, value in figures.items() if value == -1}
    assert metric.notes["ap_7"] == "the split holds no digit 7 apart from crowd boxes"
    prediction, target = sample(1, *ONE, *ONE, SCORE)
    metric.process({"targets": [target]}, [prediction])
    metric.evaluate(1)
    assert metric.notes["ap_7"] == "the split holds no digit 7"
    assert metric.notes["map_large"] == "the split holds no digit box of at least 96 x 96 pixels"
    assert (
        metric.notes["map_height_0_12"]
        == "the split holds no digit box of less than 12 pixels in height"
    )
    metric.evaluate(0)
    assert metric.notes["mar_100"] == metric.notes["map"] == "the split holds no digit box"


@pytest.mark.parametrize("backend", TOLERANCES)
def test_a_detection_that_is_no_digit_changes_nothing(backend: str) -> None:
    boxes, labels = torch.cat([ONE[0], ONE[0]]), torch.tensor([11, 4])
    split = [sample(1, *ONE, boxes, labels, torch.tensor([0.95, 0.9]))]
    assert evaluate(split, backend) == evaluate([sample(1, *ONE, *ONE, SCORE)], backend)


@pytest.mark.parametrize("backend", TOLERANCES)
@pytest.mark.parametrize("odd", [float("nan"), float("inf")])
def test_a_detection_that_is_not_finite_is_refused_by_its_picture(odd: float, backend: str) -> None:
    wrong = torch.tensor([[4.0, 4, odd, 30]]), torch.tensor([4])
    for other in (sample(7, *ONE, *wrong, SCORE), sample(7, *ONE, *ONE, torch.tensor([odd]))):
        with pytest.raises(ValueError, match=r"7\.png: a detection has the box .* not finite"):
            evaluate([sample(1, *ONE, *ONE, SCORE), other], backend)


def test_a_digit_that_the_split_lacks_gives_minus_one_and_is_left_out_of_the_mean() -> None:
    wrong = torch.tensor([[40.0, 4, 60, 30]]), torch.tensor([8])
    split = [sample(1, *ONE, *ONE, SCORE), sample(2, *NONE, *wrong, SCORE)]
    figures = evaluate(split)
    assert figures["ap_7"] == -1
    assert figures["ap_3"] == pytest.approx(1)
    assert figures["map"] == pytest.approx(1)


@pytest.mark.parametrize(("position", "expected"), [(99, 1.0 / 100), (100, 0.0)])
def test_only_the_best_100_detections_of_a_digit_count(position: int, expected: float) -> None:
    left = torch.arange(130.0)[:, None] * 10
    boxes = torch.cat([left, left * 0, left + 8, left * 0 + 20], dim=1)
    labels, scores = torch.full((130,), 4), torch.linspace(0.9, 0.1, 130)
    truth = boxes[position : position + 1], labels[:1]
    split = [sample(1, *truth, boxes, labels, scores)]
    assert evaluate(split)["ap_3"] == pytest.approx(expected, abs=1e-6)
    assert by_pycocotools(split)["ap_3"] == pytest.approx(expected, abs=1e-6)


def test_the_size_of_the_batches_changes_nothing() -> None:
    split = draw_split(2, 7)
    assert evaluate(split, batch_size=1) == evaluate(split, batch_size=7)


def test_pictures_with_the_same_id_are_refused_by_name() -> None:
    one, other = sample(8, *ONE, *ONE, SCORE), sample(8, *ONE, *ONE, SCORE)
    one[1]["source"], other[1]["source"] = "first.png", "second.png"
    between = sample(9, *NONE, *NONE, torch.zeros(0))
    with pytest.raises(ValueError, match=r"first\.png and second\.png both have the image id 8"):
        evaluate([one, between, other])

from pathlib import Path

import numpy as np
import pytest
from analysis import slow_errors
from analysis.by_hotcoco import SHORT, tide
from analysis.made_pictures import Corners, picture
from analysis.planting import Planting, plant_errors, plant_file
from analysis.slow_precision import average_precision
from evaluation.made_splits import draw_split, tie
from hypothesis import given
from hypothesis import strategies as st

from digitdet.analysis.errors import (
    ERROR_KINDS,
    PictureErrors,
    Verdict,
    count_errors,
    find_errors,
)
from digitdet.benchmarks.evaluation_data import draw_results
from digitdet.evaluation.digit_metric import DigitMetric
from digitdet.evaluation.results import Result
from digitdet.evaluation.saved_predictions import load_results

SEVEN: Corners = (10, 10, 20, 30)
ONE: Corners = (20, 10, 30, 30)
TRUTH = [(SEVEN, 7), (ONE, 1)]
BELOW: Corners = (10, 20, 20, 40)  # an IoU of 1/3 with SEVEN
FAR: Corners = (60, 60, 70, 80)
HALF: Corners = (10, 10, 20, 20)  # an IoU of exactly 1/2 with SEVEN
TENTH: Corners = (10, 10, 12, 20)  # of exactly 1/10


def judge(result: Result, **options: float) -> PictureErrors:
    (errors,) = find_errors([result], **options)
    return errors


def count(errors: list[PictureErrors]) -> dict[str, int]:
    return {kind.value: number for kind, number in count_errors(errors).items()}


def test_no_pictures_give_no_errors() -> None:
    assert find_errors([]) == []


def test_a_picture_without_anything_has_no_errors() -> None:
    errors = judge(picture([], []))
    assert errors.verdicts == ()
    assert [errors.partners.tolist(), errors.ious.tolist(), errors.missed.tolist()] == [[], [], []]


def test_without_detections_all_digits_are_missed() -> None:
    assert judge(picture([], TRUTH)).missed.tolist() == [0, 1]


def test_without_true_boxes_all_detections_are_background() -> None:
    errors = judge(picture([(SEVEN, 7, 0.9), (FAR, 3, 0.8)], []))
    assert errors.verdicts == (Verdict.BACKGROUND, Verdict.BACKGROUND)
    assert errors.partners.tolist() == [-1, -1]
    assert errors.ious.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("box", "digit", "verdict", "partner", "iou", "missed"),
    [
        (SEVEN, 7, Verdict.RIGHT, 0, 1, [1]),
        (BELOW, 7, Verdict.BADLY_PLACED, 0, 1 / 3, [1]),
        (SEVEN, 2, Verdict.WRONG_DIGIT, 0, 1, [1]),
        (SEVEN, 1, Verdict.WRONG_DIGIT, 0, 1, [1]),
        (BELOW, 2, Verdict.BOTH, 0, 1 / 3, [0, 1]),
        (FAR, 7, Verdict.BACKGROUND, -1, 0, [0, 1]),
        ((10, 29, 20, 49), 7, Verdict.BACKGROUND, -1, 1 / 39, [0, 1]),
        (HALF, 7, Verdict.RIGHT, 0, 1 / 2, [1]),
        (HALF, 2, Verdict.WRONG_DIGIT, 0, 1 / 2, [1]),
        (TENTH, 7, Verdict.BADLY_PLACED, 0, 1 / 10, [1]),
        (TENTH, 2, Verdict.BACKGROUND, -1, 1 / 10, [0, 1]),
    ],
)
def test_each_verdict_names_its_true_box_and_what_is_missed(
    box: Corners, digit: int, verdict: Verdict, partner: int, iou: float, missed: list[int]
) -> None:
    errors = judge(picture([(box, digit, 0.9)], TRUTH))
    assert errors.verdicts == (verdict,)
    assert errors.partners.tolist() == [partner]
    assert errors.ious.tolist() == pytest.approx([iou])
    assert errors.missed.tolist() == missed


def test_the_less_sure_of_two_is_the_duplicate_even_where_it_fits_better() -> None:
    errors = judge(picture([((10, 11, 20, 31), 7, 0.9), (SEVEN, 7, 0.8)], TRUTH[:1]))
    assert errors.verdicts == (Verdict.RIGHT, Verdict.DUPLICATE)
    assert errors.partners.tolist() == [0, 0]


def test_rows_are_those_of_a_prediction_that_is_not_sorted() -> None:
    errors = judge(picture([(SEVEN, 7, 0.8), ((10, 11, 20, 31), 7, 0.9)], TRUTH[:1]))
    assert errors.verdicts == (Verdict.DUPLICATE, Verdict.RIGHT)


def test_of_equally_sure_ones_the_first_is_right() -> None:
    errors = judge(picture([((10, 11, 20, 31), 7, 0.9), (SEVEN, 7, 0.9)], TRUTH[:1]))
    assert errors.verdicts == (Verdict.RIGHT, Verdict.DUPLICATE)


def test_a_duplicate_that_lies_on_another_digit_too_is_a_wrong_digit() -> None:
    truth = [(SEVEN, 7), ((10, 12, 20, 32), 1)]
    errors = judge(picture([(SEVEN, 7, 0.9), ((10, 11, 20, 31), 7, 0.8)], truth))
    assert errors.verdicts == (Verdict.RIGHT, Verdict.WRONG_DIGIT)
    assert errors.partners.tolist() == [0, 1]
    assert errors.missed.tolist() == []


def test_what_lies_on_a_crowd_is_ignored_and_a_crowd_is_never_missed() -> None:
    errors = judge(picture([((12, 12, 18, 28), 7, 0.9)], TRUTH, crowds=[0, 1]))
    assert errors.verdicts == (Verdict.IGNORED,)
    assert errors.partners.tolist() == [0]
    assert errors.missed.tolist() == []


def test_what_scores_too_little_is_ignored_and_its_digit_missed() -> None:
    found = [(SEVEN, 7, 0.7), (ONE, 1, 0.69)]
    errors = judge(picture(found, TRUTH), min_score=0.7)  # which float32 can't hold
    assert errors.verdicts == (Verdict.RIGHT, Verdict.IGNORED)
    assert errors.partners.tolist() == [0, -1]
    assert errors.missed.tolist() == [1]


def test_beyond_a_hundred_detections_of_a_digit_all_are_ignored() -> None:
    found = [(FAR, 7, 0.9)] * 100 + [(SEVEN, 7, 0.8), (ONE, 1, 0.8)]
    errors = judge(picture(found, TRUTH))
    assert errors.verdicts[-3:] == (Verdict.BACKGROUND, Verdict.IGNORED, Verdict.RIGHT)
    assert errors.missed.tolist() == [0]


def test_an_overlap_is_enough_where_it_reaches_the_threshold_that_is_asked_for() -> None:
    result = picture([(BELOW, 7, 0.9)], TRUTH)
    assert judge(result, iou=1 / 3).verdicts == (Verdict.RIGHT,)
    assert judge(result, background_iou=0.4).verdicts == (Verdict.BACKGROUND,)


@pytest.mark.parametrize(("iou", "background_iou"), [(0.5, 0.0), (0.5, 0.5), (1.1, 0.1)])
def test_thresholds_out_of_range_are_refused(iou: float, background_iou: float) -> None:
    with pytest.raises(ValueError, match=rf"got {background_iou} and {iou}"):
        find_errors([], iou=iou, background_iou=background_iou)


def test_a_box_that_is_not_finite_is_refused_by_its_picture() -> None:
    with pytest.raises(ValueError, match=r"^4\.png: .* not finite"):
        find_errors([picture([((0, 0, float("nan"), 1), 7, 0.9)], TRUTH, image_id=4)])


@pytest.mark.parametrize("seed", range(4))
def test_counts_are_those_of_hotcoco(seed: int) -> None:
    results = tie(draw_split(seed, 60, extra=6), 7)
    assert count(find_errors(results)) == tide(results)["counts"]


@pytest.mark.parametrize("seed", range(4))
def test_right_and_ignored_detections_give_the_average_precision(seed: int) -> None:
    results = tie(draw_split(seed, 60, crowd=0.3, extra=6), 7)
    expected = DigitMetric("pycocotools").compute_metrics(results)["map_50"]
    assert average_precision(results, find_errors(results)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("detections", [6, 100])
def test_counts_of_made_pictures_are_those_of_hotcoco(detections: int) -> None:
    results = draw_results(200, detections, seed=3)
    assert count(find_errors(results)) == tide(results)["counts"]


def check(planting: Planting) -> None:
    """Compare what is found with what was planted, detection by detection."""
    errors = find_errors(planting.results)
    assert [list(one.verdicts) for one in errors] == planting.verdicts
    assert [one.partners.tolist() for one in errors] == planting.partners
    assert [one.missed.tolist() for one in errors] == planting.missed


@pytest.mark.parametrize("kind", ERROR_KINDS)
def test_planted_errors_of_one_kind_are_all_found_and_nothing_else_is(kind: Verdict) -> None:
    targets = [target for _, target in draw_results(300, 0, seed=1)]
    planting = plant_errors(targets, {kind: 61}, seed=2)
    check(planting)
    assert count(find_errors(planting.results)) == dict.fromkeys(SHORT, 0) | {kind.value: 61}


def test_planted_errors_of_all_kinds_together_are_found() -> None:
    targets = [target for _, target in draw_results(600, 0, seed=4)]
    counts = {kind: 40 + 10 * number for number, kind in enumerate(ERROR_KINDS)}
    planting = plant_errors(targets, counts, seed=5)
    check(planting)
    assert count(find_errors(planting.results)) == {k.value: n for k, n in counts.items()}
    assert count(find_errors(planting.results)) == tide(planting.results)["counts"]


def test_planted_errors_are_found_in_a_file_that_was_written_and_read(
    layout: Path, tmp_path: Path
) -> None:
    counts = {
        Verdict.MISSED: 1,
        Verdict.WRONG_DIGIT: 1,
        Verdict.DUPLICATE: 1,
        Verdict.BACKGROUND: 3,
    }
    planting = plant_file(layout / "train.json", tmp_path / "pred.json", counts)
    results = load_results(tmp_path / "pred.json", layout / "train.json")
    assert [list(one.verdicts) for one in find_errors(results)] == planting.verdicts
    assert count(find_errors(results)) == dict.fromkeys(SHORT, 0) | counts


corners = st.tuples(*[st.integers(0, 6)] * 2, *[st.integers(0, 8)] * 2)  # xywh; sides may be 0
labels = st.integers(1, 3)
found = st.builds(slow_errors.Found, corners, labels, st.sampled_from([0.25, 0.5, 0.75]))
true_boxes = st.builds(slow_errors.TrueBox, corners, labels, st.sampled_from([False] * 4 + [True]))


def to_result(
    found: list[slow_errors.Found], truth: list[slow_errors.TrueBox], image_id: int
) -> Result:
    def xyxy(box: slow_errors.Box) -> Corners:
        return box[0], box[1], box[0] + box[2], box[1] + box[3]

    return picture(
        [(xyxy(one.box), one.label - 1, one.score) for one in found],
        [(xyxy(true.box), true.label - 1) for true in truth],
        [row for row, true in enumerate(truth) if true.iscrowd],
        image_id,
    )


split = st.lists(
    st.tuples(st.lists(found, max_size=7), st.lists(true_boxes, max_size=4)), max_size=3
)


@given(split, st.sampled_from([0.0, 0.5]))
def test_verdicts_are_those_of_a_slow_and_obvious_version(
    pictures: list[tuple[list[slow_errors.Found], list[slow_errors.TrueBox]]], min_score: float
) -> None:
    ids = np.random.default_rng(0).permutation(len(pictures)).tolist()  # in any order
    results = [to_result(*one, number) for one, number in zip(pictures, ids, strict=True)]
    for errors, (found, truth) in zip(
        find_errors(results, min_score=min_score), pictures, strict=True
    ):
        expected, missed = slow_errors.judge(found, truth, min_score)
        assert list(zip(errors.verdicts, errors.partners.tolist(), strict=True)) == expected
        assert errors.missed.tolist() == missed

import numpy as np
import pytest
import torch
from analysis.by_hotcoco import tide
from analysis.made_pictures import Corners, picture
from analysis.planting import plant_errors
from analysis.slow_precision import average_precision
from evaluation.made_splits import draw_split, tie

from digitdet.analysis.corrections import find_all, mend_all_to_read, mend_to_read, rows_of
from digitdet.analysis.errors import ERROR_KINDS, Verdict, find_errors
from digitdet.analysis.mending import Mending, mend, mending_table, reading_level
from digitdet.benchmarks.evaluation_data import draw_results
from digitdet.evaluation.digit_metric import DigitMetric
from digitdet.evaluation.number_metric import NumberMetric, read_picture
from digitdet.evaluation.results import Result
from digitdet.readers import LeftToRightReader, LineReader
from digitdet.structures import Number, Prediction

SEVEN: Corners = (10, 10, 20, 30)
ONE: Corners = (20, 10, 30, 30)
TRUTH = [(SEVEN, 7), (ONE, 1)]
BELOW: Corners = (10, 20, 20, 40)  # an IoU of 1/3 with SEVEN


def mend_one(result: Result, kind: Verdict) -> Result:
    (mended,) = mend([result], find_errors([result]), kind)
    return mended


def rows(prediction: Prediction) -> list[tuple[list[float], int, float]]:
    return [
        (box, label - 1, round(score, 6))
        for box, label, score in zip(
            *(prediction[key].tolist() for key in ("boxes", "labels", "scores")), strict=True
        )
    ]


def test_no_pictures_are_worth_nothing() -> None:
    assert mending_table([], [], [], [], LineReader()) == [
        Mending(kind, 0, 0, -1.0, -1.0, -1.0) for kind in ERROR_KINDS
    ]


def test_pictures_without_an_error_of_the_kind_stay_the_same_objects() -> None:
    result = picture([(SEVEN, 7, 0.9)], TRUTH)
    assert mend_one(result, Verdict.DUPLICATE)[0] is result[0]
    assert mend_one(result, Verdict.DUPLICATE)[1] is result[1]


@pytest.mark.parametrize(
    ("kind", "box", "digit"),
    [
        (Verdict.DUPLICATE, (10, 11, 20, 31), 7),
        (Verdict.BOTH, BELOW, 3),
        (Verdict.BACKGROUND, (60, 60, 70, 80), 3),
        (Verdict.WRONG_DIGIT, SEVEN, 3),  # its box is taken
    ],
)
def test_what_can_not_be_put_right_is_dropped(kind: Verdict, box: Corners, digit: int) -> None:
    right = (SEVEN, 7, 0.9)
    prediction, _ = mend_one(picture([right, (box, digit, 0.8)], TRUTH), kind)
    assert rows(prediction) == [(list(SEVEN), 7, 0.9)]


def test_a_badly_placed_digit_whose_box_is_taken_is_dropped() -> None:
    # An IoU of exactly .5 with a box that is found: badly placed, by TIDE's order of tests.
    found = [(SEVEN, 7, 0.9), ((10, 10, 20, 20), 7, 0.8)]
    prediction, _ = mend_one(picture(found, TRUTH), Verdict.BADLY_PLACED)
    assert rows(prediction) == [(list(SEVEN), 7, 0.9)]


def test_a_wrong_digit_gets_its_digit_and_keeps_place_and_score() -> None:
    box = (10, 11, 20, 31)
    prediction, _ = mend_one(picture([(box, 3, 0.8)], TRUTH), Verdict.WRONG_DIGIT)
    assert rows(prediction) == [(list(box), 7, 0.8)]


def test_a_badly_placed_digit_gets_its_place_and_keeps_its_score() -> None:
    prediction, _ = mend_one(picture([(BELOW, 7, 0.8)], TRUTH), Verdict.BADLY_PLACED)
    assert rows(prediction) == [(list(SEVEN), 7, 0.8)]


def test_of_several_that_stand_for_a_box_the_surest_is_put_right() -> None:
    found = [(SEVEN, 3, 0.9), (BELOW, 7, 0.8), (SEVEN, 4, 0.7)]
    result = picture(found, TRUTH)
    prediction, _ = mend_one(result, Verdict.WRONG_DIGIT)
    assert rows(prediction) == [(list(SEVEN), 7, 0.9), (list(BELOW), 7, 0.8)]
    prediction, _ = mend_one(result, Verdict.BADLY_PLACED)  # the surest is a wrong digit
    assert rows(prediction) == [(list(SEVEN), 3, 0.9), (list(SEVEN), 4, 0.7)]


def test_missed_boxes_leave_the_truth_with_all_that_belongs_to_them() -> None:
    prediction, target = picture([(ONE, 1, 0.9)], [*TRUTH, ((0, 0, 9, 9), 2)], crowds=[2])
    target["numbers"] = torch.tensor([0, 1, 2])
    result = (prediction, target)
    mended, fewer = mend_one(result, Verdict.MISSED)
    assert mended is prediction
    assert fewer["boxes"].tolist() == [list(ONE), [0, 0, 9, 9]]
    assert fewer["labels"].tolist() == [2, 3]
    assert fewer["iscrowd"].tolist() == [False, True]
    assert fewer["numbers"].tolist() == [1, 2]
    assert len(target["labels"]) == 3


def test_results_are_not_changed() -> None:
    result = picture([(SEVEN, 3, 0.9), (BELOW, 7, 0.8)], TRUTH)
    before = rows(result[0])
    for kind in ERROR_KINDS:
        mend_one(result, kind)
    assert rows(result[0]) == before


@pytest.mark.parametrize("kind", ERROR_KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_average_precision_afterwards_is_what_the_verdicts_alone_give(
    kind: Verdict, seed: int
) -> None:
    results = tie(draw_split(seed, 60, extra=6), 50)
    errors = find_errors(results)
    after = DigitMetric().compute_metrics(mend(results, errors, kind))["map_50"]
    assert after == pytest.approx(average_precision(results, errors, kind), abs=1e-9)


@pytest.mark.parametrize("kind", ERROR_KINDS)
def test_detections_stay_by_falling_score(kind: Verdict) -> None:
    results = draw_results(40, 8, seed=1)
    for (prediction, target), errors in zip(results, find_errors(results), strict=True):
        read = mend_to_read(prediction, target, errors, kind, rows_of(errors, kind))
        for mended in (mend_one((prediction, target), kind)[0], read):
            assert mended["scores"].tolist() == sorted(mended["scores"].tolist(), reverse=True)


@pytest.mark.parametrize("kind", ["duplicate", "both", "background"])
def test_dropping_gives_what_hotcoco_gives(kind: str) -> None:
    results = draw_results(300, 8, seed=2)
    after = DigitMetric().compute_metrics(mend(results, find_errors(results), Verdict(kind)))
    assert after["map_50"] == pytest.approx(tide(results)["after"][kind], abs=1e-9)


@pytest.mark.parametrize("kind", ERROR_KINDS)
def test_mending_the_only_kind_that_was_planted_makes_all_right(kind: Verdict) -> None:
    targets = [target for _, target in draw_results(120, 0, seed=1)]
    planting = plant_errors(targets, {kind: 40}, seed=2)
    errors = find_errors(planting.results)
    reader = LeftToRightReader(0.01)
    right = [read_picture(*result, reader).is_right for result in planting.results]
    table = mending_table(planting.results, errors, errors, right, reader)
    (mending,) = [one for one in table if one.kind is kind]
    assert (mending.count, mending.count_above) == (40, 40)
    assert mending.map_50 == pytest.approx(1)
    assert mending.number_accuracy == 1
    others = [one for one in table if one.kind is not kind]
    assert {(one.count, one.count_above) for one in others} == {(0, 0)}
    assert {one.map_50 < 1 for one in others} == {True}
    assert len({(one.map, one.map_50, one.number_accuracy) for one in others}) == 1


def test_the_table_mends_each_kind_by_itself_as_the_metrics_judge_it() -> None:
    results = draw_results(80, 6, seed=5)
    reader = LeftToRightReader(0.6)
    numbers = NumberMetric(dict(type="LeftToRightReader", score_threshold=0.6))
    errors, above = find_errors(results), find_errors(results, min_score=0.6)
    right = [read_picture(*result, reader).is_right for result in results]
    for mending in mending_table(results, errors, above, right, reader):
        after = DigitMetric().compute_metrics(mend(results, errors, mending.kind))
        assert (mending.map, mending.map_50) == (after["map"], after["map_50"])
        assert mending.count_above == sum(len(rows_of(one, mending.kind)) for one in above)
        read = [
            (mend_to_read(*result, one, mending.kind, rows_of(one, mending.kind)), result[1])
            for result, one in zip(results, above, strict=True)
        ]
        expected = numbers.compute_metrics(read)["number_accuracy"]
        assert mending.number_accuracy == expected


def test_for_numbers_missed_digits_are_added_as_sure_as_the_surest() -> None:
    result = picture([(ONE, 1, 0.4)], TRUTH)
    (errors,) = find_errors([result])
    mended = mend_to_read(*result, errors, Verdict.MISSED, np.array([0]))
    assert rows(mended) == [(list(ONE), 1, 0.4), (list(SEVEN), 7, 0.4)]


def test_for_numbers_missed_digits_score_one_where_all_others_are_too_unsure_to_be_read() -> None:
    result = picture([(ONE, 1, 0.4)], TRUTH)
    (errors,) = find_errors([result], min_score=0.5)
    mended = mend_to_read(*result, errors, Verdict.MISSED, errors.missed)
    assert rows(mended) == [(list(SEVEN), 7, 1), (list(ONE), 1, 1), (list(ONE), 1, 0.4)]


def test_for_numbers_a_wrong_digit_that_is_surer_than_the_right_one_is_put_right() -> None:
    result = picture([(SEVEN, 3, 0.9), (ONE, 1, 0.9), (SEVEN, 7, 0.2)], TRUTH)
    (errors,) = find_errors([result])
    mended = mend_to_read(*result, errors, Verdict.WRONG_DIGIT, np.array([0]))
    assert rows(mended) == [(list(SEVEN), 7, 0.9), (list(ONE), 1, 0.9)]
    dropped, _ = mend_one(result, Verdict.WRONG_DIGIT)  # the box is found: so TIDE has it
    assert rows(dropped) == [(list(ONE), 1, 0.9), (list(SEVEN), 7, 0.2)]


def test_mending_all_leaves_one_detection_for_each_true_box() -> None:
    for prediction, target in draw_results(60, 12, seed=6):
        (errors,) = find_errors([(prediction, target)])
        mended = mend_all_to_read(prediction, target, errors)
        assert sorted(mended["labels"].tolist()) == sorted(target["labels"].tolist())
        (left,) = find_errors([(mended, target)])
        assert set(left.verdicts) == {Verdict.RIGHT}
        assert mended["scores"].tolist() == sorted(mended["scores"].tolist(), reverse=True)


def test_all_that_is_to_be_found_leaves_crowds_out() -> None:
    _, target = picture([], TRUTH, crowds=[0])
    assert rows(find_all(target)) == [(list(ONE), 1, 1)]


def test_a_reader_that_does_not_tell_its_threshold_looks_at_everything() -> None:
    def read(_: Prediction) -> list[Number]:
        return []

    assert reading_level(read) == 0
    assert reading_level(LineReader()) == 0.1

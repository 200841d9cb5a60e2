import numpy as np
import pytest
from analysis.by_hotcoco import evaluation
from analysis.made_pictures import Corners, picture
from analysis.planting import plant_errors
from evaluation.made_splits import draw_split, tie

from digitdet.analysis.confusion import BACKGROUND, confusion_matrix, confusion_pairs
from digitdet.analysis.errors import Verdict
from digitdet.benchmarks.evaluation_data import draw_results

SEVEN: Corners = (10, 10, 20, 30)
ONE: Corners = (20, 10, 30, 30)
TRUTH = [(SEVEN, 7), (ONE, 1)]


def test_no_pictures_give_no_pairs_and_a_matrix_of_zeros() -> None:
    assert confusion_pairs([], min_score=0) == []
    assert confusion_matrix([], min_score=0).tolist() == np.zeros((11, 11)).tolist()


def test_a_picture_without_anything_counts_for_nothing() -> None:
    assert confusion_matrix([picture([], [])], min_score=0).sum() == 0


def test_rows_are_true_digits_and_columns_found_ones() -> None:
    results = [
        picture([], TRUTH, image_id=9),
        picture([(SEVEN, 1, 0.9), ((60, 60, 70, 80), 4, 0.8)], TRUTH, image_id=3),
    ]
    matrix = confusion_matrix(results, min_score=0)
    counts = {tuple(place): int(matrix[tuple(place)]) for place in np.argwhere(matrix).tolist()}
    missed_seven, missed_one = (7, BACKGROUND), (1, BACKGROUND)
    assert counts == {missed_seven: 1, missed_one: 2, (7, 1): 1, (BACKGROUND, 4): 1}
    assert confusion_pairs(results, min_score=0) == [(1, 0, 0)]


def test_the_surest_takes_a_box_whatever_its_digit() -> None:
    result = picture([(SEVEN, 1, 0.9), (SEVEN, 7, 0.8)], TRUTH)
    assert confusion_pairs([result], min_score=0) == [(0, 0, 0)]


def test_what_scores_too_little_is_left_out() -> None:
    result = picture([(SEVEN, 1, 0.9), (ONE, 1, 0.7)], TRUTH)
    assert confusion_pairs([result], min_score=0.7) == [(0, 0, 0), (0, 1, 1)]
    assert confusion_pairs([result], min_score=0.71) == [(0, 0, 0)]
    assert confusion_matrix([result], min_score=0.71)[1, BACKGROUND] == 1


def test_crowds_are_neither_found_nor_missed() -> None:
    matrix = confusion_matrix([picture([(SEVEN, 7, 0.9)], TRUTH, crowds=[0, 1])], min_score=0)
    assert matrix.sum() == matrix[BACKGROUND, 7] == 1


def test_of_equals_the_lowest_digit_is_first_and_the_highest_is_found_as_in_hotcoco() -> None:
    results = [
        picture([(SEVEN, 7, 0.9), (SEVEN, 1, 0.9)], TRUTH[:1], image_id=1),
        picture([(SEVEN, 4, 0.9)], [(SEVEN, 7), (SEVEN, 1)], image_id=2),
    ]
    assert confusion_pairs(results, min_score=0) == [(0, 1, 0), (1, 0, 0)]
    expected = evaluation(results).confusion_matrix()["matrix"]
    assert confusion_matrix(results, min_score=0).tolist() == expected.tolist()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("min_score", [0.0, 0.5])
def test_the_matrix_is_that_of_hotcoco(seed: int, min_score: float) -> None:
    results = tie(draw_split(seed, 60, crowd=0.2, extra=6), 8)
    expected = evaluation(results).confusion_matrix(min_score=min_score)["matrix"]
    assert confusion_matrix(results, min_score=min_score).tolist() == expected.tolist()


def test_of_more_than_a_hundred_detections_the_surest_count() -> None:
    results = draw_results(20, 130, seed=1)
    expected = evaluation(results).confusion_matrix()["matrix"]
    matrix = confusion_matrix(results, min_score=0)
    assert matrix.tolist() == expected.tolist()
    assert matrix[:, :BACKGROUND].sum() == 2000


def test_planted_wrong_digits_are_all_that_is_not_on_the_diagonal() -> None:
    targets = [target for _, target in draw_results(200, 0, seed=1)]
    planting = plant_errors(targets, {Verdict.WRONG_DIGIT: 55}, seed=2)
    matrix = confusion_matrix(planting.results, min_score=0)
    assert matrix.sum() - np.trace(matrix) == 55
    planted = [
        (position, row, true)
        for position, (verdicts, partners) in enumerate(
            zip(planting.verdicts, planting.partners, strict=True)
        )
        for row, (verdict, true) in enumerate(zip(verdicts, partners, strict=True))
        if verdict is Verdict.WRONG_DIGIT
    ]
    assert set(planted) <= set(confusion_pairs(planting.results, min_score=0))

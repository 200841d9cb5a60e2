"""What confidences promise, and whether it holds."""

import numpy as np
import pytest

from digitdet.analysis.confidence import (
    BROKEN,
    BY_CHANCE,
    KEPT,
    UNKNOWN,
    Promise,
    confidence_figures,
    cross_fitted,
    promise,
)
from digitdet.analysis.judged_numbers import JudgedNumbers
from digitdet.calibration import Calibration, fit_calibration

UNCHANGED = Calibration(slope=1, offset=0, num_numbers=0, num_right=0)


def judged_numbers(
    confidences: list[float], is_right: list[bool], pictures: list[int] | None = None, more: int = 0
) -> JudgedNumbers:
    """Numbers, one a picture or of the pictures that are named, and more pictures without any."""
    owners = np.array(range(len(confidences)) if pictures is None else pictures, dtype=np.int64)
    right = np.array(is_right, dtype=bool)
    is_first = np.append(True, np.diff(owners) > 0)[: len(owners)]
    num_pictures = int(owners.max(initial=-1)) + 1 + more
    is_picture_right = np.zeros(num_pictures, dtype=bool)
    is_picture_right[owners[is_first]] = right[is_first]
    return JudgedNumbers(
        num_pictures, owners, np.array(confidences, dtype=np.float64), right, is_first,
        is_picture_right,
    )  # fmt: skip


def test_of_no_numbers_nothing_is_known() -> None:
    nothing = judged_numbers([], [])
    figures = confidence_figures(nothing, np.zeros(0), UNCHANGED)
    assert figures.loss_before == figures.loss_after == figures.before.error == -1
    assert {one.verdict for one in figures.promises} == {UNKNOWN}
    assert {one.share for one in figures.promises} == {one.answered for one in figures.promises}
    assert cross_fitted(nothing, 5, 0).tolist() == []


def test_a_promise_counts_pictures_answered_and_numbers_that_are_right() -> None:
    judged = judged_numbers([0.9, 0.5, 0.6, 0.49], [True, False, True, True], [0, 0, 1, 2], more=1)
    found = promise(judged, judged.confidences, 0.5)
    assert (found.answered, found.numbers, found.right) == (2 / 4, 3, 2)
    assert found.share == pytest.approx(2 / 3)
    assert found.interval == pytest.approx((0.2077, 0.9385), abs=1e-4)  # Wilson's, by hand


@pytest.mark.parametrize(
    ("right", "numbers", "verdict"),
    [(0, 0, UNKNOWN), (90, 100, KEPT), (89, 100, BY_CHANCE), (8, 10, BY_CHANCE), (80, 100, BROKEN)],
)
def test_a_promise_is_kept_or_broken_or_chance_may_have_broken_it(
    right: int, numbers: int, verdict: str
) -> None:
    assert Promise(0.9, 0.5, numbers, right).verdict == verdict


def test_a_number_is_judged_by_a_calibration_that_knows_no_number_of_its_picture() -> None:
    random = np.random.default_rng(1)
    owners = np.sort(random.integers(0, 30, 60)).tolist()
    confidences = random.uniform(size=60).tolist()
    judged = judged_numbers(confidences, (random.uniform(size=60) < 0.4).tolist(), owners)
    found = cross_fitted(judged, judged.num_pictures, seed=3)  # each picture is a part of its own
    for picture in set(owners):
        is_own = judged.pictures == picture
        fitted = fit_calibration(judged.confidences[~is_own], judged.is_right[~is_own])
        expected = [fitted.apply(one) for one in judged.confidences[is_own]]
        assert found[is_own].tolist() == expected


def test_the_seed_decides_the_parts() -> None:
    random = np.random.default_rng(1)
    judged = judged_numbers(random.uniform(size=40).tolist(), [True, False] * 20)
    found = [cross_fitted(judged, 2, seed).tolist() for seed in (0, 0, 1)]
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize(("folds", "message"), [(1, "2 or more, got 1"), (2, "one of 2 parts")])
def test_folds_that_leave_nothing_to_judge_by_are_refused(folds: int, message: str) -> None:
    judged = judged_numbers([0.5, 0.6], [True, False], [0, 0], more=1)
    with pytest.raises(ValueError, match=message):
        cross_fitted(judged, folds, 0)


def test_calibrated_answers_have_less_error_and_loss() -> None:
    random = np.random.default_rng(0)
    truth = Calibration(slope=0.5, offset=-0.5, num_numbers=0, num_right=0)
    confidences = random.uniform(size=4000)
    chances = np.array([truth.apply(one) for one in confidences])
    judged = judged_numbers(confidences.tolist(), (random.uniform(size=4000) < chances).tolist())
    figures = confidence_figures(judged, cross_fitted(judged, 5, 0), UNCHANGED)
    assert figures.after.reliability.error < 0.03 < 0.1 < figures.before.error
    assert figures.loss_after < figures.loss_before
    assert [one.verdict for one in figures.promises_before][-1] == BROKEN
    assert {one.verdict for one in figures.promises} <= {KEPT, UNKNOWN}


def test_the_log_loss_is_that_of_hand() -> None:
    judged = judged_numbers([0.8, 1.0], [True, False])
    figures = confidence_figures(judged, np.array([0.5, 0.25]), UNCHANGED)
    assert figures.loss_after == pytest.approx((np.log(2) + np.log(4 / 3)) / 2)
    assert figures.loss_before == pytest.approx((np.log(1.25) + np.log(1e6)) / 2)

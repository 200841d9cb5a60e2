"""The map from a number's confidence to the probability that it is right."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitdet.calibration import Calibration, fit_calibration

ANSWERS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40)
CONTENT = {"kind": "logistic", "slope": 1.25, "offset": -1, "num_numbers": 9, "num_right": 4}
UNCHANGED = Calibration(slope=1, offset=0, num_numbers=0, num_right=0)


def drawn(slope: float, offset: float, count: int) -> tuple[Any, Any]:
    """Confidences, and answers that are right as often as a calibration says."""
    random = np.random.default_rng(0)
    confidences = random.uniform(0.02, 0.98, count)
    truth = Calibration(slope=slope, offset=offset, num_numbers=0, num_right=0)
    chances = np.array([truth.apply(one) for one in confidences])
    return confidences, random.uniform(size=count) < chances


@pytest.mark.parametrize(
    ("confidences", "is_right", "message"),
    [
        ([], [], r"one at least; got shapes \(0,\)"),
        ([0.5], [True, False], r"got shapes \(1,\) and \(2,\)"),
        ([[0.5]], [[True]], "got shapes"),
        ([0.5, 1.1], [True, False], r"confidences\[1\]: has to be 0 to 1, got 1.1"),
        ([math.nan], [True], r"confidences\[0\]: has to be 0 to 1, got nan"),
    ],
)
def test_what_nothing_can_be_fitted_on_is_refused(
    confidences: Any, is_right: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        fit_calibration(confidences, is_right)


@pytest.mark.parametrize("confidence", [-0.1, 1.001, math.nan])
def test_what_is_no_confidence_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="a confidence is 0 to 1, got"):
        UNCHANGED.apply(confidence)


def test_a_probability_is_the_logistic_of_the_scaled_logit() -> None:
    calibration = Calibration(slope=2, offset=math.log(3), num_numbers=0, num_right=0)
    # By hand: the odds are squared and tripled.
    assert calibration.apply(0.5) == pytest.approx(3 / 4)
    assert calibration.apply(0.25) == pytest.approx((1 / 3) / (1 + 1 / 3))
    assert calibration.apply(0.75) == pytest.approx(27 / 28)


@pytest.mark.parametrize("confidence", [0, 1e-9, 0.3, 0.999, 1])
def test_a_slope_of_one_without_offset_changes_nothing(confidence: float) -> None:
    assert UNCHANGED.apply(confidence) == pytest.approx(confidence, abs=1.1e-6)


@given(
    slope=st.floats(0, 1e6),
    offset=st.floats(-1e6, 1e6),
    confidences=st.lists(st.floats(0, 1), min_size=2, max_size=9),
)
def test_a_larger_confidence_is_never_less_probable(
    slope: float, offset: float, confidences: list[float]
) -> None:
    calibration = Calibration(slope=slope, offset=offset, num_numbers=0, num_right=0)
    chances = [calibration.apply(one) for one in sorted(confidences)]
    assert chances == sorted(chances)
    assert all(0 <= one <= 1 for one in chances)


@given(answers=ANSWERS)
def test_any_answers_give_a_calibration_that_a_file_can_hold(
    answers: list[tuple[float, bool]],
) -> None:
    confidences, is_right = zip(*answers, strict=True)
    calibration = fit_calibration(confidences, is_right)
    assert Calibration.from_dict(json.loads(json.dumps(calibration.to_dict()))) == calibration
    assert calibration.slope >= 0
    assert (calibration.num_numbers, calibration.num_right) == (len(answers), sum(is_right))


@pytest.mark.parametrize(("slope", "offset"), [(1, 0), (0.4, 0.5), (1.6, -0.7)])
def test_many_answers_give_back_the_calibration_that_they_were_drawn_by(
    slope: float, offset: float
) -> None:
    found = fit_calibration(*drawn(slope, offset, 50_000))
    assert (found.slope, found.offset) == pytest.approx((slope, offset), abs=0.05)


def test_the_fit_is_the_most_probable_one() -> None:
    from scipy.optimize import minimize

    confidences, is_right = drawn(1.6, -0.7, 60)

    def surprise(weights: Any) -> float:
        chances = 1 / (1 + (1 / confidences - 1) ** weights[0] * np.exp(-weights[1]))
        fit = -np.log(np.where(is_right, chances, 1 - chances)).sum()
        return float(fit + ((weights - (1, 0)) ** 2).sum() / (2 * 0.5**2))

    expected = minimize(surprise, (1.0, 0.0), method="Nelder-Mead", options={"xatol": 1e-7}).x
    found = fit_calibration(confidences, is_right)
    assert (found.slope, found.offset) == pytest.approx(tuple(expected), abs=1e-4)


def test_one_answer_changes_little() -> None:
    found = fit_calibration([0.9], [True])
    assert found.apply(0.9) == pytest.approx(0.9, abs=0.02)


def test_answers_that_are_all_right_leave_none_certain() -> None:
    found = fit_calibration([0.6] * 20, [True] * 20)
    assert 0.6 < found.apply(0.6) < 0.95


def test_confidences_that_foretell_the_contrary_are_levelled() -> None:
    found = fit_calibration([0.1] * 60 + [0.9] * 60, [True] * 60 + [False] * 30 + [True] * 30)
    assert found.slope == 0
    assert found.apply(0.1) == found.apply(0.9) == pytest.approx(0.75, abs=0.05)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([], "a calibration is an object, got a list"),
        ({}, "kind: is missing"),
        ({**CONTENT, "knots": []}, "knots: is no key of a calibration"),
        ({**CONTENT, 1: 1}, "1: is no key"),
        ({**CONTENT, "kind": "isotonic"}, "kind: has to be 'logistic', got 'isotonic'"),
        ({**CONTENT, "slope": "1"}, "slope: has to be a number, got '1'"),
        ({**CONTENT, "slope": True}, "slope: has to be a number, got True"),
        ({**CONTENT, "slope": -0.1}, "slope: has to be 0 or more, got -0.1"),
        ({**CONTENT, "offset": math.nan}, "offset: has to be a number, got nan"),
        ({**CONTENT, "offset": 10**400}, "offset: has to be a number, got 1"),
        ({**CONTENT, "num_numbers": 1.0}, "num_numbers: has to be a whole number from 0, got 1.0"),
        ({**CONTENT, "num_numbers": 3, "num_right": 4}, "num_right: has to be num_numbers at most"),
        ({**CONTENT, "num_right": -1}, "num_right: has to be a whole number from 0, got -1"),
    ],
)
def test_what_is_no_calibration_is_refused_by_its_key(content: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Calibration.from_dict(content)


def test_plain_values_give_the_calibration() -> None:
    found = Calibration.from_dict(CONTENT)
    assert found == Calibration(slope=1.25, offset=-1.0, num_numbers=9, num_right=4)
    assert found.to_dict() == CONTENT

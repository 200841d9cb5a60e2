"""Reliability against torchmetrics, and coverage by hand."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from digitdet.analysis.calibration import calibrate_numbers, coverage_curve, reliability
from digitdet.evaluation.number_figures import PictureReading, number_figures

ANSWERS = st.lists(st.tuples(st.integers(0, 1000), st.booleans()), min_size=1, max_size=40)


def reading(read: str, true: str, confidence: float) -> PictureReading:
    return PictureReading([read] if read else [], [true], confidence)


def test_of_nothing_there_is_no_error_and_no_coverage() -> None:
    found = reliability(np.zeros(0), np.zeros(0, dtype=bool))
    assert found.error == -1
    assert set(found.confidence) == set(found.accuracy) == {-1}
    assert not found.counts.any()
    nothing = calibrate_numbers([])
    assert nothing.coverage.best == nothing.coverage.best_confidence == -1
    assert not len(nothing.coverage.coverage)
    unread = calibrate_numbers([reading("", "7", 0)])
    assert unread.reliability.error == -1
    assert unread.coverage.best == 0
    assert unread.coverage.best_confidence == -1


@given(answers=ANSWERS, num_bins=st.integers(1, 15))
def test_the_calibration_error_is_that_of_torchmetrics(
    answers: list[tuple[int, bool]], num_bins: int
) -> None:
    from torchmetrics.functional.classification import binary_calibration_error

    # Off the edges of bins, which torchmetrics counts to the lower one.
    confidences = np.array([thousandths / 1001 + 0.0003 for thousandths, _ in answers])
    is_right = np.array([right for _, right in answers])
    expected = binary_calibration_error(
        torch.from_numpy(confidences), torch.from_numpy(is_right).long(), n_bins=num_bins
    )
    found = reliability(confidences, is_right, num_bins)
    assert found.error == pytest.approx(float(expected), abs=1e-6)
    assert found.counts.sum() == len(answers)


def test_an_edge_begins_its_bin_and_one_ends_the_last() -> None:
    found = reliability(np.array([0, 0.5, 1.0]), np.array([True, False, True]), num_bins=2)
    assert found.counts.tolist() == [1, 2]
    assert found.confidence.tolist() == [0, 0.75]
    assert found.accuracy.tolist() == [1, 0.5]
    assert found.error == pytest.approx((1 + 2 * 0.25) / 3)


def test_equal_confidences_are_answered_together() -> None:
    confidences = np.array([0.9, 0.5, 0.5, 0.1, 0.0])
    is_right = np.array([True, True, False, True, True])
    is_answered = np.array([True, True, True, True, False])
    curve = coverage_curve(confidences, is_right, is_answered, percent=75)
    assert curve.confidences.tolist() == [0.9, 0.5, 0.1]
    assert curve.coverage.tolist() == pytest.approx([0.2, 0.6, 0.8])
    assert curve.accuracy.tolist() == pytest.approx([1, 2 / 3, 3 / 4])
    assert (curve.best, curve.best_confidence) == (0.8, 0.1)
    assert coverage_curve(confidences, ~is_right, is_answered).best == 0


@given(answers=ANSWERS)
def test_the_best_coverage_is_that_of_the_metric_and_lies_on_the_curve(
    answers: list[tuple[int, bool]],
) -> None:
    pictures = [reading("7", "7" if right else "8", score / 1000) for score, right in answers]
    curve = calibrate_numbers(pictures).coverage
    assert curve.best == number_figures(pictures)["coverage_98"]
    enough = curve.coverage[curve.accuracy >= 0.98 - 1e-12]
    assert curve.best == (enough.max() if len(enough) else 0)
    if curve.best:
        surer = [right for score, right in answers if score / 1000 >= curve.best_confidence]
        assert len(surer) / len(answers) == pytest.approx(curve.best)
        assert sum(surer) >= 0.98 * len(surer)

"""What is found of two models on the same pictures."""

from dataclasses import replace

import pytest
from evaluation.made_splits import draw_split

from digitdet.analysis.comparison.models import Model, ReadBy, compare_models
from digitdet.evaluation import DigitMetric, NumberMetric
from digitdet.evaluation.significance import Comparison
from digitdet.registry import READERS

from .made_models import READER, made_model, made_pair, made_result

RESAMPLES = 100


def test_without_pictures_there_is_nothing_to_compare() -> None:
    with pytest.raises(ValueError, match="no pictures"):
        compare_models(*made_pair(0, 0, 0, 0))


def test_models_of_different_pictures_are_refused() -> None:
    a, b = made_pair(2, 0, 0, 0)
    for others in (b.results[::-1], b.results[:1]):
        with pytest.raises(ValueError, match="the same pictures, in the same order"):
            compare_models(a, replace(b, results=others))


def test_pictures_without_a_digit_are_compared_by_what_is_read() -> None:
    a, b = made_model("a", [("", "")]), made_model("b", [("", "")])
    invented, _ = made_result(1, "5", "5")
    b = replace(b, results=[(invented, b.results[0][1])])
    found = compare_models(a, b, resamples=RESAMPLES)
    assert found.read_by == [ReadBy.ONLY_A]
    assert found.precision == {}
    assert found.a.figures["map"] == -1
    assert found.b.errors["background"] == 1


def test_one_picture_is_compared() -> None:
    found = compare_models(*made_pair(0, 0, 1, 0), resamples=RESAMPLES)
    assert (found.accuracy.difference.value, found.p_value) == (1, 1)
    assert found.precision["map"].difference.value == pytest.approx(1)


def test_each_picture_is_read_by_both_by_one_or_by_neither() -> None:
    a = made_model("a", [("12", "12"), ("34", "34"), ("56", "5-"), ("7", "1")])
    b = made_model("b", [("12", "12"), ("34", "43"), ("56", "56"), ("7", "-")])
    found = compare_models(a, b, resamples=RESAMPLES)
    assert found.read_by == [ReadBy.BOTH, ReadBy.ONLY_A, ReadBy.ONLY_B, ReadBy.NEITHER]
    assert [reading.first_read for reading in found.b.readings] == ["12", "43", "56", ""]
    assert found.num_pictures == 4


def test_counts_p_and_difference_are_those_of_the_pictures() -> None:
    found = compare_models(*made_pair(3, 2, 8, 1), resamples=RESAMPLES)
    assert list(found.counts.values()) == [3, 2, 8, 1]
    assert found.p_value == 0.109375  # the sign test of Zar's deer
    accuracy = found.accuracy
    assert (accuracy.first.value, accuracy.second.value) == (5 / 14, 11 / 14)
    assert accuracy.difference.value == pytest.approx(6 / 14)
    assert accuracy.difference.low < 6 / 14 < accuracy.difference.high


def test_figures_are_exactly_those_of_the_evaluation() -> None:
    splits = [draw_split(3, 30), draw_split(3, 30)]
    for prediction, _ in splits[1]:
        prediction["scores"] = prediction["scores"].flip(0).sort(descending=True).values
        prediction["labels"] = prediction["labels"].flip(0)
    reader = READERS.build(dict(READER))
    models = [Model(name, split, reader) for name, split in zip("ab", splits, strict=True)]
    found = compare_models(*models, resamples=RESAMPLES)
    for model, split in ((found.a, splits[0]), (found.b, splits[1])):
        expected = DigitMetric().compute_metrics(split)
        expected |= NumberMetric(READER).compute_metrics(split)
        assert model.figures == expected
    for name, comparison in {**found.precision, "number_accuracy": found.accuracy}.items():
        assert comparison.first.value == found.a.figures[name]
        assert comparison.second.value == found.b.figures[name]
        difference = found.b.figures[name] - found.a.figures[name]
        assert comparison.difference.value == pytest.approx(difference, abs=1e-15)


def test_the_same_model_twice_differs_by_nothing() -> None:
    a, _ = made_pair(4, 1, 0, 3)
    found = compare_models(a, replace(a, name="again"), resamples=RESAMPLES)
    assert found.p_value == 1
    for comparison in (found.accuracy, *found.precision.values()):
        difference = comparison.difference
        assert (difference.low, difference.value, difference.high) == (0, 0, 0)


def test_swapping_the_models_swaps_what_is_found() -> None:
    a, b = made_pair(4, 2, 9, 3)
    one = compare_models(a, b, resamples=RESAMPLES)
    other = compare_models(b, a, resamples=RESAMPLES)
    assert one.a == other.b
    assert one.b == other.a
    assert one.p_value == other.p_value
    swapped = {ReadBy.ONLY_A: ReadBy.ONLY_B, ReadBy.ONLY_B: ReadBy.ONLY_A}
    assert [swapped.get(who, who) for who in one.read_by] == other.read_by
    for name, found in one.precision.items():
        assert _ends(found) == pytest.approx([-end for end in _ends(other.precision[name])][::-1])


def _ends(comparison: Comparison) -> list[float]:
    difference = comparison.difference
    return [difference.low, difference.value, difference.high]


def test_what_cost_a_number_is_counted_where_the_other_model_reads_it() -> None:
    a = made_model("a", [("12", "1-"), ("34", "35"), ("56", "5-"), ("78", "78")])
    b = made_model("b", [("12", "12"), ("34", "34"), ("56", "5-"), ("78", "7-")])
    found = compare_models(a, b, resamples=RESAMPLES)
    assert found.a.causes == {"missed": 1, "wrong_digit": 1}
    assert found.b.causes == {"missed": 1}


def test_errors_are_counted_from_the_score_of_the_best_f1() -> None:
    a, b = made_pair(6, 0, 0, 1)
    weak, _ = made_result(7, "3", "3")
    weak["scores"] = weak["scores"] * 0 + 0.2
    found = compare_models(
        a, replace(b, results=[*b.results[:-1], (weak, b.results[-1][1])]), resamples=RESAMPLES
    )
    assert found.b.min_score == pytest.approx(0.9)
    assert found.b.errors == found.a.errors
    assert (found.a.errors["missed"], sum(found.a.errors.values())) == (1, 1)


def test_models_that_find_nothing_rightly_are_counted_from_the_lowest_score() -> None:
    a, b = made_pair(0, 0, 0, 2)
    wrong = [made_result(number, "7", "1") for number in (1, 2)]
    found = compare_models(a, replace(b, results=wrong), resamples=RESAMPLES)
    assert (found.a.min_score, found.b.min_score) == (0, 0)
    assert (found.a.errors["missed"], found.b.errors["wrong_digit"]) == (2, 2)

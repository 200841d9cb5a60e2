"""Choosing a reader's settings where the best one is planted."""

import dataclasses
import random
from collections.abc import Callable
from typing import Any

import pytest

from digitdet.evaluation.results import Result
from digitdet.tuning.report import remarks, verdict
from digitdet.tuning.tuning import Tuning, tune

Picture = Callable[..., Result]
LEFT = {"type": "LeftToRightReader"}


def _figures(tuning: Tuning) -> dict[str, Any]:
    return dataclasses.asdict(dataclasses.replace(tuning, seconds=0.0))


@pytest.fixture(scope="module")
def low_scores(picture: Picture) -> list[Result]:
    """True digits score .46 and .6, and in every second picture a false one scores .32."""
    return [
        picture(n, "47", [("4", 0.46), ("7", 0.6), *([("1", 0.32)] if n % 2 else [])])
        for n in range(40)
    ]


def test_no_pictures_are_fewer_than_folds() -> None:
    with pytest.raises(ValueError, match=r"number of pictures \(0\), got 5"):
        tune(LEFT, [])


def test_the_best_setting_wins_and_of_equal_ones_the_nearest_to_the_default(
    low_scores: list[Result],
) -> None:
    tuning = tune(LEFT, low_scores)
    assert tuning.winner == {"score_threshold": 0.45}  # .35 and .4 read the same
    assert tuning.reader == {**LEFT, "score_threshold": 0.45}
    assert tuning.default == {"score_threshold": 0.7}
    assert (tuning.accuracy, tuning.comparison.second.value) == (1, 1)
    assert tuning.comparison.first.value == 0
    assert tuning.chosen == [{"score_threshold": 0.45}] * 5
    assert "lies above 0" in verdict(tuning)


def test_the_default_wins_where_nothing_makes_a_difference(picture: Picture) -> None:
    results = [picture(n, "5", [("5", 0.99)]) for n in range(10)]
    tuning = tune({**LEFT, "score_threshold": 0.4}, results)
    assert tuning.winner == tuning.default == {"score_threshold": 0.4}
    assert tuning.comparison.difference.value == 0
    assert "the default, which is the winner" in verdict(tuning)


def test_a_winner_by_one_picture_is_not_told_from_the_default(picture: Picture) -> None:
    results = [picture(n, "5", [("5", 0.99)]) for n in range(30)]
    results.append(picture(30, "6", [("6", 0.6)]))
    tuning = tune(LEFT, results)
    assert tuning.winner == {"score_threshold": 0.6}
    assert tuning.accuracy == 1
    assert tuning.comparison.second.value == tuning.comparison.first.value == 30 / 31
    assert "can't be told from the default" in verdict(tuning)
    assert any("can't be told" in line for line in remarks(tuning))


def test_choosing_that_does_harm_is_called_so(picture: Picture) -> None:
    # 21 pictures want .5 and 20 want .7. Without one of the 21, both are equal and .7 is taken.
    results = [picture(n, "5", [("5", 0.6)]) for n in range(21)]
    results += [picture(n, "5", [("5", 0.99), ("1", 0.6)]) for n in range(21, 41)]
    tuning = tune(LEFT, results, space=["score_threshold=0.5,0.7"], folds=41)
    assert tuning.winner == {"score_threshold": 0.5}
    assert tuning.comparison.first.value == 20 / 41
    assert tuning.comparison.second.value == 0
    assert "Tuning reads fewer numbers than the default" in verdict(tuning)


def test_neither_order_nor_processes_matter(low_scores: list[Result]) -> None:
    shuffled = list(low_scores)
    random.Random(1).shuffle(shuffled)
    once = _figures(tune(LEFT, low_scores, seed=3))
    assert _figures(tune(LEFT, shuffled, seed=3)) == once
    assert _figures(tune(LEFT, low_scores, seed=3, workers=2)) == once


def test_a_value_that_the_reader_refuses_is_refused_in_its_words(low_scores: list[Result]) -> None:
    with pytest.raises(ValueError, match=r"score_threshold is 0 to 1, got 1\.5"):
        tune(LEFT, low_scores, space=["score_threshold=0.5,1.5"])


def test_an_unknown_reader_is_named(low_scores: list[Result]) -> None:
    with pytest.raises(KeyError, match="NoSuchReader"):
        tune({"type": "NoSuchReader"}, low_scores)

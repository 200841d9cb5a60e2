"""What trials gave: best epochs, order, and the table."""

import csv
import math
from pathlib import Path

import pytest

from digitdet.sweeps.results import TrialResult, best_epoch, ranked, write_trials

NAN = math.nan
RESULTS = [
    TrialResult(0, "finished", {"lr": 0.1, "name": "a,b"}, {1: 0.2, 2: 0.3}, 2, 1.25),
    TrialResult(1, "failed", {"lr": 0.2, "name": None}, {}, None, 0.5, "out of memory"),
    TrialResult(2, "pruned", {"lr": 0.3, "name": [1, 2]}, {1: 0.9}, 1, 3.0),
    TrialResult(3, "finished", {"lr": 0.4, "name": "c"}, {1: 0.3}, 1, 1.0),
]


@pytest.mark.parametrize(
    ("history", "highest", "lowest"),
    [
        ({}, None, None),
        ({1: NAN}, None, None),
        ({1: NAN, 2: 0.5, 3: 0.25, 4: 0.5, 5: 0.25}, 2, 3),
        ({2: 0.5, 1: 0.5}, 1, 1),
    ],
)
def test_the_first_of_the_best_epochs_counts(
    history: dict[int, float], highest: int | None, lowest: int | None
) -> None:
    assert best_epoch(history, is_error=False) == highest
    assert best_epoch(history, is_error=True) == lowest


def test_no_trials_are_ranked_as_none() -> None:
    assert ranked([], is_error=False) == []


def test_the_earlier_of_equal_trials_comes_first_and_only_finished_ones_count() -> None:
    assert [result.number for result in ranked(RESULTS, is_error=False)] == [0, 3]
    assert [result.number for result in ranked(RESULTS[::-1], is_error=True)] == [0, 3]


def test_the_table_of_no_trials_has_its_head(tmp_path: Path) -> None:
    write_trials(tmp_path / "trials.csv", [], "map")
    text = (tmp_path / "trials.csv").read_text(encoding="utf-8")
    assert text == "trial,state,map,best_epoch,validations,seconds,folder,error\n"


def test_the_table_has_a_row_a_trial_and_a_column_a_key(tmp_path: Path) -> None:
    write_trials(tmp_path / "trials.csv", RESULTS, "map")
    with (tmp_path / "trials.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["name"] for row in rows] == ["a,b", "None", "[1, 2]", "c"]
    assert [row["map"] for row in rows] == ["0.3", "", "0.9", "0.3"]
    assert rows[1] == {
        "trial": "1",
        "state": "failed",
        "map": "",
        "best_epoch": "",
        "validations": "0",
        "seconds": "0.5",
        "folder": "trial_001",
        "lr": "0.2",
        "name": "None",
        "error": "out of memory",
    }

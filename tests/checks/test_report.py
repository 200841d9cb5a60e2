"""What is told of problems: as JSON all, on the console examples."""

import json
import math
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType

from digitdet.checks.edits import Change
from digitdet.checks.findings import Problem, group
from digitdet.checks.pictures import Picture
from digitdet.checks.records import Split
from digitdet.checks.report import Report
from digitdet.checks.report_tables import change_table, distribution_table, problem_table


def _split(**changes: Any) -> Split:
    values: dict[str, Any] = {
        "images": [
            {"id": 1, "file_name": "1.png", "height": 40, "width": 60},
            {"id": 2, "file_name": "2.png"},
            None,
        ],
        "annotations": [
            {"image_id": 1, "bbox": [5, 5, 10, 20], "category_id": 1},
            {"image_id": 1, "bbox": [20, 5, 5, 20], "category_id": 10},
            {"image_id": 1, "bbox": [30, 5, 5, 0], "category_id": 77},
            {"image_id": 2, "bbox": "none"},
        ],
        "categories": [{"id": digit + 1, "name": str(digit)} for digit in range(10)],
    }
    return Split("train", "train.json", Path("train"), **{**values, **changes})


def _problem(number: int = 1, code: str = "box_tiny") -> Problem:
    return Problem(code, "train.json", f"small {number}", 0, number, 7, number, "[1].png")


def _text(table: RenderableType, width: int = 100) -> str:
    console = Console(width=width, highlight=False, markup=False)
    with console.capture() as captured:
        console.print(table)
    return captured.get()


def test_a_report_of_nothing_is_empty() -> None:
    report = Report(Path("data"), [], [], [])
    assert report.to_json() == {
        "data_root": "data",
        "errors": 0,
        "warnings": 0,
        "counts": {},
        "problems": [],
        "splits": {},
    }


def test_the_json_has_all_problems_with_code_severity_place_detail_and_remedy() -> None:
    problems = [_problem(number) for number in range(50)]
    unread = [Problem("file_unreadable", "valid.json", "is not JSON")]
    report = Report(Path("data"), [], unread, problems).to_json()
    assert (report["errors"], report["warnings"]) == (1, 50)
    assert report["counts"] == {"file_unreadable": 1, "box_tiny": 50}
    assert len(report["problems"]) == 51
    assert report["problems"][0]["where"] == {"file": "valid.json"}
    assert report["problems"][5] == {
        "code": "box_tiny",
        "severity": "warning",
        "where": {
            "file": "train.json",
            "image": 0,
            "annotation": 4,
            "image_id": 7,
            "annotation_id": 4,
            "name": "[1].png",
        },
        "detail": "small 4",
        "remedy": "look at it",
    }


def test_ids_that_are_no_ids_are_shown_in_short() -> None:
    problem = Problem("wrong_value", "a.json", "bad", 3, None, math.nan, None, ["x" * 900])
    assert json.loads(json.dumps(problem.where, allow_nan=False))["image_id"] == "nan"
    assert len(str(problem.where["name"])) < 200
    assert str(problem) == "a.json: picture nan: bad"
    assert str(Problem("wrong_value", "a.json", "bad", 3, None, "a\nb")).count("\n") == 0
    assert str(Problem("wrong_value", "a.json", "bad", 3)) == "a.json: images[3]: bad"
    assert str(Problem("wrong_value", "a.json", "bad")) == "a.json: bad"
    assert str(Problem("wrong_value", "a.json", "bad", annotation=3)) == (
        "a.json: annotation [3]: bad"
    )
    assert str(Problem("wrong_value", "a.json", "bad", 1, 3, 5, 7)) == (
        "a.json: annotation 7 of picture 5: bad"
    )


def test_the_console_shows_counts_and_a_few_examples() -> None:
    text = _text(problem_table([_problem(number) for number in range(5000)]))
    assert "5,000" in text
    assert "annotation 2 of picture 7: small 2" in text
    assert "small 3" not in text
    assert "and 4,997 more" in text
    assert len(text.splitlines()) < 15


def test_errors_come_first() -> None:
    codes = ["box_tiny", "box_empty", "no_pictures"]
    assert list(group(_problem(code=code) for code in codes)) == codes[::-1]
    assert group([]) == {}


def test_changes_are_counted_with_the_first_of_each_kind() -> None:
    changes = [Change(_problem(number), f"did {number}") for number in range(12)]
    text = _text(change_table(changes))
    assert "12" in text
    assert "small 0: did 0" in text
    assert "did 1" not in text


def test_what_is_usable_is_measured() -> None:
    found = Report(Path(), [_split()], [], []).distributions["train"].summary()
    assert found["widths"] == {"count": 1, "p5": 60, "p50": 60, "p95": 60}
    assert found["box_heights"] == {"count": 2, "p5": 20, "p50": 20, "p95": 20}
    assert found["box_aspects"]["p50"] == 0.375
    assert found["digits_per_picture"]["counts"] == {"0": 2, "3": 1}
    assert {digit for digit, count in found["digit_counts"].items() if count} == {"0", "9"}


def test_the_pictures_own_size_counts_where_it_was_read() -> None:
    split = _split(pictures={"1.png": Picture((61, 41)), "2.png": Picture((30, 20))})
    found = Report(Path(), [split], [], []).distributions["train"]
    assert found.widths.tolist() == [61, 30]
    assert found.heights.tolist() == [41, 20]


def test_a_split_without_labels_has_sizes_alone() -> None:
    pictures = {"1.png": Picture((60, 40)), "2.png": Picture(error="broken")}
    split = Split("test", "test", Path("test"), pictures=pictures)
    report = Report(Path(), [split], [], [])
    assert report.distributions["test"].widths.tolist() == [60]
    assert report.to_json()["splits"]["test"]["file"] is None
    rows = [line.replace(" ", "") for line in _text(distribution_table(report)).splitlines()]
    assert "│digit9│-│" in rows
    assert "│boxesapicture│-│" in rows
    assert "│width(px)│60/60/60│" in rows


def test_the_distributions_of_splits_stand_side_by_side() -> None:
    empty = Split("valid", "valid.json", Path("valid"))
    text = _text(distribution_table(Report(Path(), [_split(), empty], [], [])))
    assert "60 / 60 / 60" in text
    assert "1 (50.0%)" in text
    assert "valid" in text

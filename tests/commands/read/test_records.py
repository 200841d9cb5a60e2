"""What is printed of a reading."""

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from digitdet.commands.read.records import FORMS, Output, Record, to_json, to_line, to_rows
from digitdet.readings import Reading
from digitdet.structures import Number

IMAGE = torch.zeros(3, 40, 60, dtype=torch.uint8)


def number(text: str, confidence: float = 0.5, left: float = 0.0) -> Number:
    boxes = torch.tensor(
        [[left + 10 * i, 5 - i, left + 10 * i + 8, 20.25 + i] for i in range(len(text))]
    )
    return Number(text, boxes, torch.full((len(text),), 0.9), confidence)


def record(*numbers: Number, file: str = "a.png", **kwargs: Any) -> Record:
    return Record(Reading(file, IMAGE, numbers), file, **kwargs)


def failed(file: str = "a.png") -> Record:
    return Record(Reading(file, IMAGE, error=f"{file}: can't be decoded"), file)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(FORMS["csv"][0] + text)))


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (record(), "a.png: (no number)\n"),
        (failed(), ""),
        (record(number("007", 0.976)), "a.png: 007  0.98\n"),
        (record(number("12", 1.0), number("3", 0.0)), "a.png: 12  1.00, 3  0.00\n"),
        (record(number("1"), file="c.mp4", time=12.48), "c.mp4@12.480s: 1  0.50\n"),
        (record(file="a\n\x1b[31m.png"), "a\\n\\x1b[31m.png: (no number)\n"),
        (record(file="\u2028\udce9é.png"), "\\u2028\udce9é.png: (no number)\n"),
    ],
)
def test_a_picture_is_a_line(given: Record, line: str) -> None:
    assert to_line(given) == line


def test_json_holds_digits_boxes_time_and_the_drawn_picture() -> None:
    told = record(number("12"), number("3"), file="c.mp4", time=1.23456, drawn=Path("out/c.png"))
    content = json.loads(to_json(told))
    assert list(content)[:4] == ["file", "time", "number", "confidence"]
    assert (content["file"], content["time"], content["number"]) == ("c.mp4", 1.235, "12")
    assert [digit["digit"] for digit in content["digits"]] == ["1", "2"]
    assert content["digits"][0]["box"] == [0.0, 5.0, 8.0, 20.25]
    assert [other["number"] for other in content["others"]] == ["3"]
    assert content["drawn"] == "out/c.png"
    assert json.loads(to_json(failed())) == {"file": "a.png", "error": "a.png: can't be decoded"}
    assert json.loads(to_json(record()))["number"] is None


def test_csv_has_a_row_for_each_number_and_one_for_none() -> None:
    first, second = rows(to_rows(record(number("12", 0.123456), number("3", left=30), time=2)))
    assert first == {
        "file": "a.png",
        "time": "2.000",
        "number": "12",
        "confidence": "0.1235",
        "left": "0.0",
        "top": "4.0",
        "right": "18.0",
        "bottom": "21.2",
        "drawn": "",
        "error": "",
    }
    assert (second["number"], second["left"]) == ("3", "30.0")
    (nothing,) = rows(to_rows(record(drawn=Path("d.png"))))
    assert (nothing["file"], nothing["number"], nothing["drawn"]) == ("a.png", "", "d.png")
    (error,) = rows(to_rows(failed()))
    assert error["error"] == "a.png: can't be decoded"


@example("\r")
@given(st.text(st.characters(exclude_characters="\0/"), min_size=1))
def test_names_come_back_from_json_and_csv_as_they_were(name: str) -> None:
    told = record(number("1"), file=name)
    assert json.loads(to_json(told))["file"] == name
    assert "\n" not in to_json(told)[:-1]
    assert len(to_line(told).splitlines()) == 1
    text = io.StringIO(FORMS["csv"][0] + to_rows(told), newline="")
    assert [row["file"] for row in csv.DictReader(text)] == [name]


def test_names_that_are_not_utf_8_are_written_as_their_bytes(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w", encoding="ascii") as stream:
        Output(stream, "text").write(record(file="caf\udce9 é.png"))
    assert (tmp_path / "out").read_bytes() == b"caf\xe9 \xc3\xa9.png: (no number)\n"


def test_a_terminal_is_given_no_sign_that_it_has_not(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w", encoding="latin-1") as stream:
        monkeyed: Any = stream
        monkeyed.isatty = lambda: True
        Output(stream, "text").write(record(file="1 \u20ac \u00e9.png"))
    assert (tmp_path / "out").read_bytes() == b"1 \\u20ac \xe9.png: (no number)\n"


def test_records_are_handed_on_as_they_come() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as stream, os.fdopen(reading, "rb", 0) as pipe:
        output = Output(stream, "csv")
        assert pipe.read(1000).startswith(b"file,time,number")
        output.write(record(number("12")))
        assert pipe.read(1000).startswith(b"a.png,,12,")


def test_a_reader_who_has_gone_is_told_once_and_closing_the_stream_is_quiet() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream, pytest.raises(BrokenPipeError):
        Output(stream, "text").write(record())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_an_error_and_closing_the_stream_is_quiet() -> None:
    with Path("/dev/full").open("w") as stream, pytest.raises(OSError, match="No space left"):
        Output(stream, "csv")


def test_a_standard_output_that_is_closed_takes_nothing() -> None:
    output = Output(None, "csv")
    output.write(record())
    assert not output.is_terminal

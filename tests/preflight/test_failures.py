"""What is raised is put in words."""

import json
from pathlib import Path

import pytest

from digitdet.preflight.failures import in_words


def _raised(function: object, *args: object) -> Exception:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        function(*args)  # type: ignore[operator]
    return caught.value


def test_an_exception_without_text_is_named_by_its_type() -> None:
    assert in_words(NotImplementedError()) == "NotImplementedError"
    assert in_words(ValueError()) == "ValueError"


def test_errors_of_values_and_files_speak_for_themselves() -> None:
    assert in_words(ValueError("a.json: holds no list")) == "a.json: holds no list"
    assert in_words(FileNotFoundError("a.png: is not there")) == "a.png: is not there"


def test_the_line_of_ones_own_code_that_it_passed_last_is_named() -> None:
    said = in_words(_raised(json.loads, "{"))
    assert said.startswith("Expecting property name")
    assert f"({Path(__file__)}:" in said


def test_the_line_of_what_it_was_raised_from_is_named(tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text("def fail():\n    {}['box']\n")
    space: dict[str, object] = {}
    exec(compile(file.read_text(), str(file), "exec"), space)
    cause = _raised(space["fail"])
    error = RuntimeError("Own failed on 1.png")
    error.__cause__ = cause
    assert in_words(error) == f"RuntimeError: Own failed on 1.png ({file}:2)"

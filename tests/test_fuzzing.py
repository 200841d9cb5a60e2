"""The judge of the fuzz tests finds what it is there to find."""

import json
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fuzzing import damage, judge

from digitdet.datasets.json_files import read_json


def _warn() -> None:
    warnings.warn("odd", UserWarning, stacklevel=1)


def _raise(error: Exception) -> None:
    raise error


def test_what_is_read_from_the_data_or_by_name_passes(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    named = tmp_path / "named.json"
    named.write_text("[1]")
    link = tmp_path / "data" / "a.json"
    link.symlink_to(named)
    assert judge(lambda: None, tmp_path / "data") is None
    assert judge(lambda: read_json(link), tmp_path / "data", named=[link]) == [1]
    with pytest.raises(AssertionError, match=r"opened .*a\.json"):
        judge(lambda: read_json(link), tmp_path / "data")


def test_a_refusal_that_names_the_file_passes(tmp_path: Path) -> None:
    refusal = judge(lambda: read_json(tmp_path / "none.json"), tmp_path)
    assert isinstance(refusal, FileNotFoundError)


@pytest.mark.parametrize(
    ("read", "what"),
    [
        (lambda: json.loads("["), "comes out of"),
        (lambda: _raise(ValueError("/data/1.png: odd")), "comes out of"),
        (lambda: read_json(Path("elsewhere.json")), "elsewhere.json: no such"),
        (_warn, "odd"),
        (lambda: list(Path("/usr").iterdir()), "opened /usr"),
        (lambda: Path("/etc/hostname").open("rb").close(), "opened /etc/hostname"),
        (lambda: time.sleep(5), "not done in 1 s"),
    ],
    ids=["library", "not ours", "names no file", "warning", "folder", "file", "hang"],
)
def test_what_is_wrong_is_found(tmp_path: Path, read: Callable[[], Any], what: str) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception), match=what):
        judge(read, tmp_path, seconds=1)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("overwrite", b"01xy456789"),
        ("insert", b"01xy23456789"),
        ("delete", b"0156789"),
        ("repeat", b"0123423456789"),
        ("cut", b"01"),
        ("flip", b"01:3456789"),
    ],
)
def test_damage_is_done_at_its_place(kind: str, expected: bytes) -> None:
    assert damage(b"", kind, 0.5, 3, b"") == b""
    assert damage(b"0123456789", kind, 0.25, 3, b"xy") == expected

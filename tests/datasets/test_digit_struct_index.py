"""The index beside a ``digitStruct.mat``."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from digitdet.datasets.digit_struct import DigitStruct, read_digit_struct
from digitdet.datasets.digit_struct_index import load_digit_struct

Write = Callable[..., Path]
PICTURES = [
    ("1.png", [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]]),
    ("ü.png", []),
    ("3.png", [[0, 0, 0, 0, 1]]),
]


def _same(one: DigitStruct, other: DigitStruct) -> bool:
    arrays = ("offsets", "xywh", "digits")
    equal = (np.array_equal(getattr(one, key), getattr(other, key)) for key in arrays)
    return one.names == other.names and all(equal)


@pytest.fixture
def file(write_digit_struct: Write, tmp_path: Path) -> Path:
    """A ``digitStruct.mat`` without index."""
    return write_digit_struct(tmp_path / "digitStruct.mat", PICTURES)


def _index(file: Path) -> Path:
    return file.with_name("digitStruct.mat.index.npz")


def _without_h5py(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the index can be read."""
    monkeypatch.setitem(sys.modules, "h5py", None)


def test_a_file_without_pictures_has_an_index_too(
    write_digit_struct: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_digit_struct(tmp_path / "digitStruct.mat", [])
    load_digit_struct(file)
    _without_h5py(monkeypatch)
    assert load_digit_struct(file).names == []


def test_the_second_reading_is_equal_and_needs_the_index_alone(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load_digit_struct(file)
    assert _same(first, read_digit_struct(file))
    assert sorted(p.name for p in file.parent.iterdir()) == [file.name, _index(file).name]
    _without_h5py(monkeypatch)
    assert _same(load_digit_struct(file), first)


def test_a_changed_file_is_read_anew_even_with_the_old_time(
    file: Path, write_digit_struct: Write, tmp_path: Path
) -> None:
    load_digit_struct(file)
    times = file.stat()
    changed = [("1.png", [[1, 2, 3, 4, 7], [6, 7, 8, 9, 10]]), *PICTURES[1:]]
    shutil.copy(write_digit_struct(tmp_path / "other.mat", changed), file)
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert load_digit_struct(file).digits.tolist() == [7, 0, 1]
    assert load_digit_struct(file).digits.tolist() == [7, 0, 1]


@pytest.mark.parametrize("share", [0, 0.5, 0.99])
def test_a_broken_index_is_made_anew(file: Path, share: float) -> None:
    whole = load_digit_struct(file)
    content = _index(file).read_bytes()
    _index(file).write_bytes(content[: int(share * len(content))])
    assert _same(load_digit_struct(file), whole)
    assert len(_index(file).read_bytes()) == len(content)


def test_a_foreign_index_is_made_anew(file: Path) -> None:
    np.savez(_index(file), something=np.zeros(3))
    assert load_digit_struct(file).names == ["1.png", "ü.png", "3.png"]


def test_a_folder_that_cannot_be_written_is_told_and_works(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # A user who may write anywhere, as in a container, is not stopped by the folder's mode.
    file.parent.chmod(0o500)
    real = Path.write_bytes

    def refuse(path: Path, data: bytes) -> int:
        if path.parent == file.parent:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", refuse)
    assert load_digit_struct(file).digits.tolist() == [5, 0, 1]
    file.parent.chmod(0o700)
    assert "index.npz: can't be written (Permission denied)" in capsys.readouterr().out
    assert [p.name for p in file.parent.iterdir()] == [file.name]


def test_an_index_that_could_not_be_put_in_place_leaves_nothing(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _index(file).mkdir()
    assert load_digit_struct(file).digits.tolist() == [5, 0, 1]
    assert "can't be written" in capsys.readouterr().out
    assert sorted(p.name for p in file.parent.iterdir()) == [file.name, _index(file).name]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("names", np.frombuffer(b"1.png\n../../secret.png\n3.png", dtype=np.uint8)),
        ("names", np.frombuffer(b"1.png\n2.png", dtype=np.uint8)),
        ("names", np.frombuffer(b"1.png\n1.png\n3.png", dtype=np.uint8)),
        ("offsets", np.array([0, 2, 1, 3])),
        ("offsets", np.array([0, 2, 2, 9])),
        ("offsets", np.array([], dtype=np.int64)),
        ("offsets", np.array(3)),
        ("xywh", np.zeros((2, 4))),
        ("xywh", np.full((3, 4), np.nan)),
        ("digits", np.array([5, 0, 10])),
        ("digits", np.array([5.0, 0.0, 1.0])),
    ],
)
def test_an_index_that_came_with_the_data_and_lies_is_made_anew(
    file: Path, key: str, value: np.ndarray
) -> None:
    whole = load_digit_struct(file)
    with np.load(_index(file)) as content:
        parts = dict(content)
    np.savez(_index(file), **{**parts, key: value})
    assert _same(load_digit_struct(file), whole)


def test_an_index_that_is_packed_or_a_link_or_a_pipe_is_not_read(file: Path) -> None:
    whole = load_digit_struct(file)
    index = _index(file)
    with np.load(index) as content:
        parts = {**content, "digits": (content["digits"] + 1) % 10}
    np.savez_compressed(index, **parts)
    assert _same(load_digit_struct(file), whole)
    np.savez(index.with_name("other.npz"), **parts)
    index.unlink()
    index.symlink_to("other.npz")
    assert _same(load_digit_struct(file), whole)
    index.unlink()
    os.mkfifo(index)
    assert _same(load_digit_struct(file), whole)

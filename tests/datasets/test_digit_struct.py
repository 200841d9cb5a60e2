"""Reading of SVHN's ``digitStruct.mat``."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitdet.datasets.digit_struct import read_digit_struct

Write = Callable[..., Path]
SIDES = st.floats(-1e6, 1e6, allow_nan=False)
DIGIT = st.tuples(SIDES, SIDES, SIDES, SIDES, st.integers(1, 10))


def test_a_file_without_pictures_is_read(write_digit_struct: Write, tmp_path: Path) -> None:
    struct = read_digit_struct(write_digit_struct(tmp_path / "digitStruct.mat", []))
    assert struct.names == []
    assert struct.offsets.tolist() == [0]
    assert struct.xywh.shape == (0, 4)
    assert struct.digits.tolist() == []


def test_pictures_of_no_one_and_several_digits_are_read(
    write_digit_struct: Write, tmp_path: Path
) -> None:
    pictures: list[tuple[str, list[list[float]]]] = [
        ("1.png", [[246, 77, 81, 219, 1], [323, 81, 96, 219, 9]]),
        ("2.png", []),
        ("30.png", [[-1, 0.5, 9, 12, 10]]),
    ]
    struct = read_digit_struct(write_digit_struct(tmp_path / "digitStruct.mat", pictures))
    assert struct.names == ["1.png", "2.png", "30.png"]
    assert struct.offsets.tolist() == [0, 2, 2, 3]
    assert struct.xywh.tolist() == [[246, 77, 81, 219], [323, 81, 96, 219], [-1, 0.5, 9, 12]]
    assert struct.digits.tolist() == [1, 9, 0]


@settings(max_examples=15, deadline=None)
@given(pictures=st.lists(st.lists(DIGIT, max_size=4), max_size=4))
def test_any_values_come_back_exactly(
    write_digit_struct: Write, tmp_path_factory: pytest.TempPathFactory, pictures: list[Any]
) -> None:
    file = tmp_path_factory.mktemp("svhn") / "digitStruct.mat"
    named = [(f"{number}.png", digits) for number, digits in enumerate(pictures)]
    struct = read_digit_struct(write_digit_struct(file, named))
    flat = [digit for digits in pictures for digit in digits]
    assert struct.xywh.tolist() == [list(digit[:4]) for digit in flat]
    assert struct.digits.tolist() == [0 if digit[4] == 10 else digit[4] for digit in flat]
    assert np.diff(struct.offsets).tolist() == [len(digits) for digits in pictures]


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"digitStruct\.mat: no such digitStruct\.mat"):
        read_digit_struct(tmp_path / "digitStruct.mat")


def test_a_file_cut_anywhere_is_refused_by_its_name(
    write_digit_struct: Write, tmp_path: Path
) -> None:
    file = write_digit_struct(tmp_path / "digitStruct.mat", [("1.png", [[1, 2, 3, 4, 5]] * 2)])
    whole = file.read_bytes()
    for share in (0, 0.01, 0.3, 0.6, 0.9, 0.99):
        file.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(ValueError, match=r"digitStruct\.mat: .*download it again"):
            read_digit_struct(file)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "digitStruct.mat"
    file.write_bytes(b"MATLAB 5.0 MAT-file, Platform: GLNXA64".ljust(2000))
    with pytest.raises(ValueError, match=r"truncated, or no MATLAB 7\.3 file"):
        read_digit_struct(file)
    with h5py.File(file, "w") as content:
        content["X"] = np.zeros((32, 32, 3, 5))
    with pytest.raises(ValueError, match=r"is no digitStruct\.mat of SVHN"):
        read_digit_struct(file)


def _change(file: Path, change: Callable[[h5py.File, h5py.Group], None]) -> Path:
    """Change a file, given its content and the group of its first picture's digits."""
    with h5py.File(file, "r+") as content:
        change(content, content[content["digitStruct/bbox"][0, 0]])
    return file


def _drop_label(_: h5py.File, group: h5py.Group) -> None:
    del group["label"]


def _many_values(_: h5py.File, group: h5py.Group) -> None:
    del group["left"]
    group["left"] = np.zeros((2000, 1))


def _one_too_few(_: h5py.File, group: h5py.Group) -> None:
    del group["top"]
    group["top"] = np.zeros((1, 1))


def _matrix(content: h5py.File, group: h5py.Group) -> None:
    reference = group["left"][0, 0]
    group["two"] = np.zeros((2, 1))
    group["left"][0, 0] = group["two"].ref
    assert content[reference].shape == (1, 1)


def _null_reference(_: h5py.File, group: h5py.Group) -> None:
    group["left"][0, 0] = h5py.Reference()


def _lose_a_name(content: h5py.File, _: h5py.Group) -> None:
    names = content["digitStruct/name"][()]
    del content["digitStruct/name"]
    content.create_dataset("digitStruct/name", data=names[:1], dtype=h5py.ref_dtype)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_drop_label, "is damaged .picture 1 of 2"),
        (_many_values, "picture 1 of 2: more than 1024 values"),
        (_one_too_few, "picture '1.png': its boxes are incomplete, .*'top': 1"),
        (_matrix, "picture 1 of 2: a value has the shape"),
        (_null_reference, "is damaged .picture 1 of 2"),
        (_lose_a_name, "has 1 names but 2 lists of boxes"),
    ],
)
def test_damage_is_refused_with_the_picture(
    write_digit_struct: Write,
    tmp_path: Path,
    change: Callable[[h5py.File, h5py.Group], None],
    message: str,
) -> None:
    pictures = [("1.png", [[1, 2, 3, 4, 5]] * 2), ("2.png", [[1, 2, 3, 4, 5]])]
    file = write_digit_struct(tmp_path / "digitStruct.mat", pictures)
    with pytest.raises(ValueError, match=message) as error:
        read_digit_struct(_change(file, change))
    assert str(error.value).startswith(str(file))


@pytest.mark.parametrize(
    ("name", "digit", "message"),
    [
        ("1.png", [1, 2, 3, 4, 0], "a label is 1 to 10 .10 is the digit 0., got 0"),
        ("1.png", [1, 2, 3, 4, 11], "a label is 1 to 10"),
        ("1.png", [1, 2, 3, 4, 2.5], "a label is 1 to 10"),
        ("1.png", [1, float("nan"), 3, 4, 2], "a box has to be four finite numbers"),
        ("1.png", [1, 2, float("inf"), 4, 2], "a box has to be four finite numbers"),
        ("../1.png", [1, 2, 3, 4, 2], "has to be named by a path inside the folder"),
        ("2.png", [1, 2, 3, 4, 2], "picture '2.png': stands twice"),
    ],
)
def test_values_that_mean_nothing_are_refused_with_the_picture(
    write_digit_struct: Write, tmp_path: Path, name: str, digit: list[float], message: str
) -> None:
    pictures = [("2.png", [[1, 2, 3, 4, 5]]), (name, [digit])]
    file = write_digit_struct(tmp_path / "digitStruct.mat", pictures)
    with pytest.raises(ValueError, match=message) as error:
        read_digit_struct(file)
    assert str(error.value).startswith(f"{file}: picture {name!r}: ")


def test_without_h5py_the_command_that_installs_it_is_named(
    write_digit_struct: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_digit_struct(tmp_path / "digitStruct.mat", [])
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(ImportError, match=r"`pip install -e '\.\[svhn\]'`"):
        read_digit_struct(file)


def _link_the_whole(content: h5py.File, _: h5py.Group) -> None:
    del content["digitStruct"]
    content["digitStruct"] = h5py.ExternalLink("other.mat", "/digitStruct")


def _link_a_label(_: h5py.File, group: h5py.Group) -> None:
    del group["label"]
    group["label"] = h5py.ExternalLink("other.mat", "/label")


def _store_outside(_: h5py.File, group: h5py.Group) -> None:
    del group["label"]
    group.create_dataset("label", (1, 1), np.float64, external=[("other.bin", 0, 8)])


def _map_outside(_: h5py.File, group: h5py.Group) -> None:
    del group["label"]
    layout = h5py.VirtualLayout((1, 1), np.float64)
    layout[0, 0] = h5py.VirtualSource("other.mat", "label", shape=(1, 1))[0, 0]
    group.create_virtual_dataset("label", layout)


@pytest.mark.parametrize("change", [_link_the_whole, _link_a_label, _store_outside, _map_outside])
def test_values_that_lie_in_another_file_are_not_read(
    write_digit_struct: Write, tmp_path: Path, change: Callable[[h5py.File, h5py.Group], None]
) -> None:
    file = write_digit_struct(tmp_path / "digitStruct.mat", [("1.png", [[1, 2, 3, 4, 5]])])
    write_digit_struct(tmp_path / "other.mat", [("2.png", [[1, 2, 3, 4, 6]])])
    with h5py.File(tmp_path / "other.mat", "r+") as content:
        content["label"] = [[6.0]]
    (tmp_path / "other.bin").write_bytes(np.float64(6).tobytes())
    _change(file, change)
    with pytest.raises(ValueError, match=r"digitStruct\.mat: is (damaged|no digitStruct)"):
        read_digit_struct(file)

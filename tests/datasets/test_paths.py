"""Paths that come with the data."""

import os
import tracemalloc
import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitdet.datasets import paths
from digitdet.datasets.paths import exists_inside, is_plain, is_relative, open_file, resolve

NAMES = st.text(alphabet="ab.:/\\~-", max_size=12)


@pytest.mark.parametrize(
    "name",
    [
        *("", "/", "/a.png", "\\a.png", "//host/a.png", "\\\\host\\share\\a.png", "C:\\a.png"),
        *("C:a.png", "c:/a.png", "..", "../a.png", "a/../b.png", "a\\..\\b.png", "a/..", "..\\a"),
        *("a/", "a\\", ".", "a/."),
    ],
)
def test_a_name_that_leaves_its_folder_or_names_no_file_is_not_relative(name: str) -> None:
    assert not is_relative(name)


@pytest.mark.parametrize(
    "name",
    ["1.png", "./1.png", "sub/1.png", "sub//1.png", "...", "a..b.png", "..a/b", "sub\\1.png"],
)
def test_a_name_inside_its_folder_is_relative(name: str) -> None:
    assert is_relative(name)


@given(NAMES)
def test_a_relative_name_stays_inside_on_every_system(name: str) -> None:
    if not is_relative(name):
        return
    for path in (PurePosixPath(name), PureWindowsPath(name)):
        assert not path.is_absolute()
        assert not path.drive
        assert not path.root
        assert ".." not in path.parts
        assert path.name
    inside = os.path.normpath(PurePosixPath("/data/train", name))
    assert inside.startswith("/data/train/")


@pytest.mark.parametrize(
    "name",
    [
        *("", "1.png", "sub/1.png", "Ziffer äöü.png", "数字/8.png", "رقم.png", "👩‍👩‍👧.png"),
        *(unicodedata.normalize(form, "é.png") for form in ("NFC", "NFD")),
        *("a" * 255, "é" * 127, "/".join(["a" * 200] * 5)),
    ],
)
def test_a_name_of_any_script_is_plain(name: str) -> None:
    assert is_plain(name)


@pytest.mark.parametrize(
    "name",
    [
        *("\0", "a\nb.png", "a\rb.png", "a\tb.png", "\x1b[31m.png", "\x7f", "\x85", "a\u2028b"),
        *("\ud800.png", "caf\udce9.png", "a" * 256, "é" * 128, "sub/" + "a" * 256, "a/" * 600),
    ],
)
def test_a_name_that_breaks_a_message_or_a_file_system_is_not_plain(name: str) -> None:
    assert not is_plain(name)


def test_a_name_of_millions_of_folders_is_judged_by_its_length() -> None:
    tracemalloc.start()
    name = "/" * 10**7
    assert not is_plain(name)
    assert tracemalloc.get_traced_memory()[1] < 2 * len(name)
    tracemalloc.stop()


@given(st.text(max_size=300))
def test_a_plain_name_is_one_line_of_utf_8(name: str) -> None:
    if is_plain(name):
        assert len(name.splitlines()) <= 1
        assert name.encode().decode() == name


def test_nothing_is_inside_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="leads by a link to"):
        exists_inside(tmp_path, [])


def test_what_is_not_there_resolves_to_none(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "file").touch()
    for name in ("none", "loop", "loop/file", "file/none", "a" * 300):
        assert resolve(tmp_path / name) is None
        assert not exists_inside(tmp_path / name, [tmp_path])


def test_a_folder_of_a_longer_name_is_another_one(tmp_path: Path) -> None:
    for name in ("data", "data-2"):
        (tmp_path / name).mkdir()
    with pytest.raises(ValueError, match=r"data-2: leads by a link to .*data-2, outside .*data; "):
        exists_inside(tmp_path / "data-2", [tmp_path / "data"])


def test_an_opened_file_is_read_as_bytes(tmp_path: Path) -> None:
    (tmp_path / "1").write_bytes(b"\r\n\0")
    with open_file(tmp_path / "1", "picture") as stream:
        assert stream.read() == b"\r\n\0"


def test_what_is_no_file_is_refused_with_its_name_and_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for file in (tmp_path, tmp_path / "pipe", tmp_path / "link", Path("/dev/zero")):
        with pytest.raises(ValueError, match=f"{file}: can't be opened as picture .*not a file"):
            open_file(file, "picture")


def test_a_missing_file_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "none")
    for name in ("none", "link"):
        with pytest.raises(FileNotFoundError, match=f"{name}: no such picture$"):
            open_file(tmp_path / name, "picture")


@pytest.mark.parametrize("name", ["loop", "file/1.png", "a" * 300])
def test_what_the_system_cannot_open_is_refused_with_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match=f"{name}: can't be opened as picture"):
        open_file(tmp_path / name, "picture")


def test_a_file_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    """A file of 1 TB with nothing in it."""
    with (tmp_path / "1.png").open("wb") as stream:
        stream.truncate(10**12)
    with pytest.raises(ValueError, match=f"1000000000000 bytes, above {paths.MAX_FILE_BYTES}"):
        open_file(tmp_path / "1.png", "picture")

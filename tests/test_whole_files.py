"""Files and folders that are there whole or not at all."""

import json
import os
import signal
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from digitdet.whole_files import (
    check_writable,
    remove_parts,
    whole_file,
    whole_folder,
    write_json,
)


@pytest.mark.parametrize("is_durable", [False, True])
@pytest.mark.parametrize("before", [None, b"old"])
def test_a_file_takes_its_name_when_it_is_written(
    tmp_path: Path, is_durable: bool, before: bytes | None
) -> None:
    file = tmp_path / "a.pth"
    if before:
        file.write_bytes(before)
    with whole_file(file, is_durable=is_durable) as part:
        part.write_bytes(b"new")
        assert part.parent == tmp_path
        assert part.name.startswith(".a.pth.")
        assert (file.read_bytes() if file.exists() else None) == before
    assert file.read_bytes() == b"new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.pth"]


def test_a_durable_file_is_on_the_disk_before_it_has_its_name_and_its_name_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[tuple[str, bool]] = []
    fsync = os.fsync

    def watch(handle: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        flushed.append(("folder" if is_folder else "file", (tmp_path / "a").exists()))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", watch)
    with whole_file(tmp_path / "a") as part:
        part.write_bytes(b"quick")
    assert flushed == []
    (tmp_path / "a").unlink()
    with whole_file(tmp_path / "a", is_durable=True) as part:
        part.write_bytes(b"durable")
    assert flushed[0] == ("file", False)
    assert flushed[1:] == ([("folder", True)] if hasattr(os, "O_DIRECTORY") else [])


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError, SystemExit])
def test_an_error_leaves_the_earlier_file_and_no_part(
    tmp_path: Path, error: type[BaseException]
) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"old")

    def write_and_fail() -> None:
        with whole_file(file, is_durable=True) as part:
            part.write_bytes(b"new")
            raise error

    with pytest.raises(error):
        write_and_fail()
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_was_never_written_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), whole_file(tmp_path / "a"):
        pass
    assert list(tmp_path.iterdir()) == []


def _killed(work: Callable[[], None]) -> None:
    """Run a function, which kills itself, in a process of its own."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_a_kill_in_the_middle_of_a_write_leaves_the_earlier_file_whole(tmp_path: Path) -> None:
    file, other = tmp_path / "a", tmp_path / "ab"
    file.write_bytes(b"old")

    def write(target: Path) -> None:
        with whole_file(target, is_durable=True) as part, part.open("wb") as stream:
            stream.write(b"new")
            stream.flush()
            os.kill(os.getpid(), signal.SIGKILL)

    _killed(lambda: write(file))
    _killed(lambda: write(other))
    assert file.read_bytes() == b"old"
    assert not other.exists()
    left = sorted(entry.name for entry in tmp_path.iterdir() if entry != file)
    assert [name.split(".")[1] for name in left] == ["a", "ab"]
    remove_parts(file)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [left[1], "a"]


def test_a_kill_in_the_middle_of_a_folder_leaves_the_earlier_one(tmp_path: Path) -> None:
    folder = tmp_path / "iter_3"
    with whole_folder(folder) as part:
        (part / "a").write_text("old")

    def write() -> None:
        with whole_folder(folder, replaces=True) as part:
            (part / "a").write_text("new")
            os.kill(os.getpid(), signal.SIGKILL)

    _killed(write)
    assert (folder / "a").read_text() == "old"


@pytest.mark.parametrize("replaces", [False, True])
@pytest.mark.parametrize("made", [False, True])
def test_a_new_or_empty_folder_is_filled(tmp_path: Path, made: bool, replaces: bool) -> None:
    out = tmp_path / "new" / "out"
    if made:
        out.mkdir(parents=True)
    with whole_folder(out, replaces=replaces) as folder:
        (folder / "a").touch()
        assert not out.exists() or not any(out.iterdir())
    assert [file.name for file in out.iterdir()] == ["a"]
    assert list(out.parent.iterdir()) == [out]


def test_a_folder_is_replaced_with_all_that_it_holds(tmp_path: Path) -> None:
    for name in ("a", "b"):
        with whole_folder(tmp_path / "out", replaces=True) as folder:
            (folder / name).touch()
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["b"]


@pytest.mark.parametrize("replaces", [False, True])
def test_an_error_leaves_no_part_of_a_folder(tmp_path: Path, replaces: bool) -> None:
    def write_and_stop() -> None:
        with whole_folder(tmp_path / "out", replaces=replaces) as folder:
            (folder / "a").touch()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_and_stop()
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_left_alone_unless_it_may_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    for name in ("full/a", "file"):
        (tmp_path / name).write_text("mine")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    before = sorted(tmp_path.rglob("*"))
    for name in ("full", "file", "link"):
        with (
            pytest.raises(ValueError, match="is not a new or empty folder; nothing was written"),
            whole_folder(tmp_path / name),
        ):
            pass
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("content", [{}, {"map": 0.5, "ä": [1, None]}])
def test_json_is_read_back_as_it_was(tmp_path: Path, content: dict[str, Any]) -> None:
    write_json(tmp_path / "a.json", content)
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == content


def test_what_json_cannot_hold_leaves_the_earlier_file(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"a": 1})
    with pytest.raises(TypeError):
        write_json(tmp_path / "a.json", {"a": {1, 2}})
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]
    assert json.loads((tmp_path / "a.json").read_text()) == {"a": 1}


def test_a_folder_below_a_file_is_refused_with_the_option_that_names_another(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").touch()
    check_writable(tmp_path / "new" / "folder")
    with pytest.raises(ValueError, match=r"file/out: nothing can be written .* by --work-dir$"):
        check_writable(tmp_path / "file" / "out", "--work-dir")

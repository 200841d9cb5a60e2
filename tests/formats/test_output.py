"""Folders that are there whole or not at all."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from digitdet.formats.output import place_files
from digitdet.whole_files import whole_folder

Write = Callable[[Path, str], Path]


@pytest.mark.parametrize("made", [False, True])
def test_a_new_or_empty_folder_is_filled(tmp_path: Path, made: bool) -> None:
    out = tmp_path / "new" / "out"
    if made:
        out.mkdir(parents=True)
    with whole_folder(out) as folder:
        (folder / "a").touch()
        assert not out.exists() or not any(out.iterdir())
    assert [file.name for file in out.iterdir()] == ["a"]
    assert list(out.parent.iterdir()) == [out]


def test_an_error_leaves_nothing(tmp_path: Path) -> None:
    def write_and_stop() -> None:
        with whole_folder(tmp_path / "out") as folder:
            (folder / "a").touch()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_and_stop()
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_left_alone(tmp_path: Path, write: Write) -> None:
    write(tmp_path / "full" / "a", "mine")
    write(tmp_path / "file", "mine")
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


@pytest.mark.parametrize("link", [False, True])
def test_files_are_copied_or_linked(tmp_path: Path, write: Write, link: bool) -> None:
    file = write(tmp_path / "a", "content")
    (tmp_path / "alias").symlink_to(file)
    pairs = [(file, tmp_path / "out" / "a"), (tmp_path / "alias", tmp_path / "out" / "sub" / "b")]
    place_files(pairs, link=link)
    for _, target in pairs:
        assert target.read_text(encoding="utf-8") == "content"
        assert not target.is_symlink()
        assert target.samefile(file) == link


def test_a_disk_without_links_is_told_and_other_errors_pass(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "a", "content")

    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(ValueError, match=r"a: can't be linked to .*; leave --link out"):
        place_files([(file, tmp_path / "b")], link=True)
    monkeypatch.undo()
    with pytest.raises(FileExistsError):
        place_files([(file, file)], link=True)

"""Pictures put into a folder."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from digitdet.formats.output import place_files

Write = Callable[[Path, str], Path]


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

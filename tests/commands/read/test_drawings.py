"""Drawn pictures replace nothing but drawn pictures."""

from pathlib import Path

import pytest
import torch
from PIL import Image

from digitdet.commands.read.drawings import Drawings
from digitdet.readings import Reading

READING = Reading("a.png", torch.zeros(3, 40, 60, dtype=torch.uint8))


def photograph(file: Path) -> bytes:
    Image.new("RGB", (8, 8), "red").save(file)
    return file.read_bytes()


def test_pictures_of_one_stem_are_numbered(tmp_path: Path) -> None:
    drawings = Drawings(tmp_path / "new" / "out")
    files = [drawings.save(READING, stem) for stem in ("a", "a", "b@0.500s", "camera:0@1.000s")]
    names = [str(file.relative_to(tmp_path / "new" / "out")) for file in files]
    assert names == ["a.png", "a_2.png", "b@0.500s.png", "camera-0@1.000s.png"]
    for file in files:
        with Image.open(file) as image:
            assert image.width >= 60


def test_a_later_run_replaces_what_was_drawn_and_nothing_else(tmp_path: Path) -> None:
    kept = photograph(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"no picture")
    (tmp_path / "c.png").mkdir()
    (tmp_path / "d.png").symlink_to("a.png")
    (tmp_path / "e.png").symlink_to("nowhere")
    for _ in range(2):
        drawings = Drawings(tmp_path)
        for stem in "abcdef":
            drawings.save(READING, stem)
    assert (tmp_path / "a.png").read_bytes() == kept
    assert (tmp_path / "b.png").read_bytes() == b"no picture"
    names = [f"{stem}{end}.png" for stem in "abcde" for end in ("", "_2")]
    assert sorted(file.name for file in tmp_path.iterdir()) == [*names, "f.png"]


def test_a_picture_of_the_folder_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    drawings = Drawings(tmp_path / "link")
    with pytest.raises(ValueError, match=r"a\.jpg: lies in .*link, the folder for drawn pictures"):
        drawings.check(str(tmp_path / "a.jpg"))
    drawings.check(str(tmp_path / "other" / "a.jpg"))


def test_a_folder_that_can_not_be_written_to_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="choose another one by --out"):
        Drawings(tmp_path / "file" / "out")

"""What the arguments of ``digitdet read`` stand for."""

import os
from pathlib import Path

import pytest

from digitdet.commands.read.sources import find_sources


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with pictures, videos and others in folders."""
    names = ["photos/10.png", "photos/2.JPG", "photos/.hidden.png", "photos/notes.txt"]
    names += ["photos/clip.mp4", "photos/day 1/a.webp", "photos/day 1/b.mov", "photos/.cache/c.png"]
    names += ["empty/notes.txt", "door [1].png", "upper.MP4", "picture"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(*paths: str, names: tuple[str, ...] = ()) -> list[str]:
    return [f"{source.kind} {source.name}" for source in find_sources(paths, names)]


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ([], []),
        (["picture", "./upper.MP4"], ["picture picture", "video ./upper.MP4"]),
        (["photos"], ["picture photos/2.JPG", "picture photos/10.png"]),
        (["photos/"], ["picture photos/2.JPG", "picture photos/10.png"]),
        (["photos/.hidden.png"], ["picture photos/.hidden.png"]),
        (["picture", "picture"], ["picture picture", "picture picture"]),
        (["door [1].png"], ["picture door [1].png"]),
        (["photos/*.png"], ["picture photos/10.png"]),
        (["photos/.*.png"], ["picture photos/.hidden.png"]),
        (
            ["photos/*"],
            [
                "picture photos/2.JPG",
                "picture photos/10.png",
                "video photos/clip.mp4",
                "picture photos/day 1/a.webp",
            ],
        ),
        (
            ["photos/**/*"],
            [
                "picture photos/2.JPG",
                "picture photos/10.png",
                "video photos/clip.mp4",
                "picture photos/day 1/a.webp",
                "video photos/day 1/b.mov",
            ],
        ),
        (
            ["photos/**"],
            [
                "picture photos/2.JPG",
                "picture photos/10.png",
                "video photos/clip.mp4",
                "picture photos/day 1/a.webp",
                "video photos/day 1/b.mov",
            ],
        ),
        (["**/*.m[op][v4]"], ["video photos/clip.mp4", "video photos/day 1/b.mov"]),
        (["photos/day?1/../1?.png"], ["picture photos/day 1/../10.png"]),
        (["camera:0", "camera:12"], ["camera camera:0", "camera camera:12"]),
        (["camera:", "camera:x"], ["nothing camera:", "nothing camera:x"]),
        (["", "gone.png", "a\0b"], ["nothing ", "nothing gone.png", "nothing a\0b"]),
        (["*.gif", "empty"], ["nothing *.gif", "nothing empty"]),
    ],
)
def test_paths_stand_for_pictures_videos_and_cameras(
    photos: Path, paths: list[str], expected: list[str]
) -> None:
    assert photos == Path.cwd()
    assert found(*paths) == expected


def test_an_absolute_pattern_is_followed(photos: Path) -> None:
    assert found(f"{photos}/photos/1*.png") == [f"picture {photos}/photos/10.png"]


@pytest.mark.usefixtures("photos")
def test_a_pattern_that_python_can_not_follow_is_told_where_it_can_not() -> None:
    (source,) = find_sources(["**.png"])  # from Python 3.13 it can
    assert source.kind == "picture" or "can be followed" in source.error


def test_links_that_go_round_end(photos: Path) -> None:
    (photos / "photos" / "one").symlink_to(photos)
    (photos / "photos" / "two").symlink_to(photos)
    assert found("**/10.png") == ["picture photos/10.png"]


def test_a_link_to_itself_keeps_no_other_picture_of_its_folder_from_being_read(
    photos: Path,
) -> None:
    link = photos / "photos" / "3.png"
    link.symlink_to(link)
    expected = ["picture photos/2.JPG", "picture photos/3.png", "picture photos/10.png"]
    assert found("photos") == expected
    assert found("photos/3.*") == ["picture photos/3.png"]


@pytest.mark.usefixtures("photos")
def test_names_come_from_standard_input_one_by_one() -> None:
    taken = []

    def names() -> object:
        for name in ("picture\n", "\n", "photos\r\n", "gone.png"):
            taken.append(name)
            yield name

    sources = find_sources(["door [1].png", "-"], names())  # type: ignore[arg-type]
    assert next(sources).name == "door [1].png"
    assert taken == []
    assert next(sources).name == "picture"
    assert taken == ["picture\n"]
    rest = ["photos/2.JPG", "photos/10.png", "gone.png"]
    assert [source.name for source in sources] == rest


@pytest.mark.usefixtures("photos")
def test_what_stands_for_nothing_says_why() -> None:
    errors = [source.error for source in find_sources(["", "gone", "empty", "*.gif"])]
    assert errors == [
        "'': not there",
        "gone: not there",
        "empty: holds no picture",
        "*.gif: no picture or video matches",
    ]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_a_folder_that_can_not_be_listed_is_told(photos: Path) -> None:
    (photos / "photos").chmod(0)
    try:
        (source,) = find_sources(["photos"])
    finally:
        (photos / "photos").chmod(0o755)
    assert source.error == "photos: can't be listed (Permission denied)"


def test_what_a_folder_holds_beside_pictures_is_counted(
    photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (photos / "photos" / "a.heic").touch()
    list(find_sources(["photos"]))
    said = "warning: photos: 1 .heic, 1 .mp4 left out; name videos, and convert pictures"
    assert capsys.readouterr().err.startswith(said)


def test_names_of_any_bytes_are_found(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = photos / "caf\udce9"
    folder.mkdir()
    for name in ("1\n2.png", "\udce9.png", "a.heic"):
        (folder / name).touch()
    assert found(str(folder)) == [f"picture {folder}/1\n2.png", f"picture {folder}/\udce9.png"]
    assert "caf?: 1 .heic" in capsys.readouterr().err

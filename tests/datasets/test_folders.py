"""Listing and checking of picture folders."""

import itertools
import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitdet.datasets.folders import (
    assign_image_ids,
    check_folder,
    list_images,
    missing_files,
    natural_key,
)


def test_folders_that_are_there_pass(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    check_folder(tmp_path, tmp_path / "train")


@pytest.mark.parametrize(
    ("root", "folder"), [("none", "none/train"), (".", "train"), (".", "file")]
)
def test_a_missing_folder_is_refused_with_its_name_and_the_remedy(
    tmp_path: Path, root: str, folder: str
) -> None:
    (tmp_path / "file").touch()
    at_fault = tmp_path / ("none" if root == "none" else folder)
    with pytest.raises(
        FileNotFoundError, match=r"--cfg-options data_root=.*make_synthetic"
    ) as error:
        check_folder(tmp_path / root, tmp_path / folder)
    assert str(error.value).startswith(f"{at_fault}: no such folder")


def test_nothing_is_missing_of_no_files(tmp_path: Path) -> None:
    assert missing_files(tmp_path, []) == []


def test_missing_files_are_found_by_position_in_subfolders_too(tmp_path: Path) -> None:
    (tmp_path / "sub" / "deep").mkdir(parents=True)
    for name in ("1.png", "sub/1.png", "sub/deep/2.png", "sub/other.png"):
        (tmp_path / name).touch()
    names = [
        *("1.png", "2.png", "sub/1.png", "sub/2.png", "sub/deep/2.png", "none/1.png"),
        *("./1.png", "sub//1.png", "1.PNG", "sub/1.png"),
    ]
    # Case matters, also where the file system would not mind.
    assert missing_files(tmp_path, names) == [1, 3, 5, 8]


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["1.png", "2.png", "10.png", "100.png"],
        ["a1.png", "a2.png", "a10.png", "b1.png"],
        ["2-9.png", "2-10.png", "10-1.png"],
        ["9.png", "a.png"],
        ["A1.png", "a2.png", "B1.png"],
    ],
)
def test_natural_order_counts_as_people_do(names: list[str]) -> None:
    assert [file.name for file in sorted(map(Path, reversed(names)), key=natural_key)] == names


@given(st.sets(st.integers(0, 10**12)))
def test_natural_order_of_numbers_is_their_order(numbers: set[int]) -> None:
    files = sorted((Path(f"image_{number}.png") for number in numbers), key=natural_key)
    assert [int(file.stem.removeprefix("image_")) for file in files] == sorted(numbers)


@given(st.lists(st.text(alphabet="aB10-.²٣é", min_size=1, max_size=6)))
def test_any_two_names_can_be_ordered(names: list[str]) -> None:
    files = sorted((Path("x" + name) for name in names), key=natural_key)
    assert all(natural_key(a) <= natural_key(b) for a, b in itertools.pairwise(files))


def _link(link: Path, target: Path) -> None:
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(target)


def test_links_are_followed_inside_the_folder_and_the_data_root_alone(tmp_path: Path) -> None:
    root, folder = tmp_path / "data", tmp_path / "data" / "train"
    for file in (folder / "1.png", root / "all" / "2.png", tmp_path / "elsewhere" / "3.png"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    _link(folder / "same.png", folder / "1.png")
    _link(folder / "pool.png", root / "all" / "2.png")
    _link(folder / "sub", root / "all")
    assert missing_files(folder, ["1.png", "same.png", "4.png"]) == [2]
    assert missing_files(folder, ["pool.png", "sub/2.png", "sub/1.png"], root) == [2]
    for name in ("pool.png", "sub/2.png"):
        with pytest.raises(ValueError, match=rf"{name}.*leads by a link to .*all|sub: leads"):
            missing_files(folder, [name])


def test_a_folder_with_many_names_by_links_to_itself_is_held_once(tmp_path: Path) -> None:
    for number in range(200):
        (tmp_path / f"{number}.png").touch()
    for link in "ab":
        _link(tmp_path / link, tmp_path)
    folders = ["/".join(steps) for steps in itertools.product("ab", repeat=8)]
    tracemalloc.start()
    assert missing_files(tmp_path, [f"{folder}/1.png" for folder in folders]) == []
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()


@pytest.mark.parametrize("name", ["out.png", "chain.png", "sub/3.png", "deep/down/3.png"])
def test_a_link_out_of_the_data_is_refused_with_its_name_and_the_remedy(
    tmp_path: Path, name: str
) -> None:
    root, outside = tmp_path / "data", tmp_path / "data-2"
    (outside / "down").mkdir(parents=True)
    for file in (outside / "3.png", outside / "down" / "3.png"):
        file.touch()
    _link(root / "out.png", outside / "3.png")
    _link(root / "chain.png", root / "out.png")
    _link(root / "sub", outside)
    _link(root / "deep", outside)
    with pytest.raises(ValueError, match=r"leads by a link to .*data-2.*, outside .*; copy it"):
        missing_files(root, [name], root)


def test_a_link_out_of_the_data_that_no_one_asks_for_does_no_harm(tmp_path: Path) -> None:
    _link(tmp_path / "data" / "notes.png", tmp_path)
    (tmp_path / "data" / "1.png").touch()
    assert missing_files(tmp_path / "data", ["1.png"]) == []


def test_a_folder_that_is_a_link_itself_is_where_the_user_says(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "1.png").touch()
    _link(tmp_path / "data" / "train", tmp_path / "disk")
    folder = tmp_path / "data" / "train"
    assert missing_files(folder, ["1.png", "2.png"], tmp_path / "data") == [1]
    assert list_images(folder, tmp_path / "data") == [folder / "1.png"]


def test_links_to_nothing_and_in_a_circle_are_missing(tmp_path: Path) -> None:
    _link(tmp_path / "gone.png", tmp_path / "nothing.png")
    _link(tmp_path / "self.png", tmp_path / "self.png")
    _link(tmp_path / "a.png", tmp_path / "b.png")
    _link(tmp_path / "b.png", tmp_path / "a.png")
    _link(tmp_path / "sub", tmp_path / "sub")
    names = ["gone.png", "self.png", "a.png", "b.png", "sub/1.png"]
    assert missing_files(tmp_path, names) == [0, 1, 2, 3, 4]


def test_a_file_in_place_of_a_folder_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "sub").touch()
    assert missing_files(tmp_path, ["sub/1.png", "sub"]) == [0]


def test_an_empty_folder_has_no_pictures(tmp_path: Path) -> None:
    assert list_images(tmp_path) == []


def test_only_visible_pictures_of_the_folder_itself_are_listed(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    pictures = ["1.png", "2.JPG", "3.jpeg", "4.webp", "5.bmp", "10.png"]
    others = ["6.txt", "7", "8.png.json", ".9.png", "sub/11.png", "12.gif"]
    for name in [*reversed(pictures), *others]:
        (tmp_path / name).touch()
    assert list_images(tmp_path) == [tmp_path / name for name in pictures]


def test_pictures_of_other_kinds_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("1.png", "2.gif", "3.TIF", "4.tif", "5.txt", ".6.gif"):
        (tmp_path / name).touch()
    assert list_images(tmp_path) == [tmp_path / "1.png"]
    out = capsys.readouterr().out
    assert f"{tmp_path}: 1 .gif, 2 .tif left out; convert them" in out
    (tmp_path / "sub").mkdir()
    list_images(tmp_path / "sub")
    assert capsys.readouterr().out == ""


def test_a_listed_picture_that_leads_out_of_the_data_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1.png").touch()
    _link(tmp_path / "data" / "test" / "1.png", tmp_path / "1.png")
    with pytest.raises(ValueError, match=r"test/1\.png: leads by a link to"):
        list_images(tmp_path / "data" / "test", tmp_path / "data")
    assert len(list_images(tmp_path / "data" / "test", tmp_path)) == 1


@pytest.mark.parametrize("name", [b"a\nb.png", b"\x1b[2J.png", b"caf\xe9.png"])
def test_a_picture_whose_name_cannot_be_shown_is_refused(tmp_path: Path, name: bytes) -> None:
    (tmp_path / os.fsdecode(name)).touch()
    with pytest.raises(ValueError, match=r"holds a picture named .*; rename it") as error:
        list_images(tmp_path)
    assert str(error.value).isprintable()


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], ([], True)),
        (["3.png", "0.jpg", "007.png"], ([3, 0, 7], True)),
        (["3.png", "b.png"], ([1, 2], False)),
        (["-3.png", "4.png"], ([1, 2], False)),
        (["1.5.png", "4.png"], ([1, 2], False)),
        (["²3.png", "4.png", "5.png"], ([1, 2, 3], False)),
        (["٣.png"], ([1], False)),
        (["1.png", "01.png", "x.png"], ([1, 2, 3], False)),
        ([f"{2**63 - 1}.png", "4.png"], ([2**63 - 1, 4], True)),
        ([f"{2**63}.png", "4.png"], ([1, 2], False)),
    ],
)
def test_ids_are_the_stems_where_all_are_integers_and_else_count_from_1(
    names: list[str], expected: tuple[list[int], bool]
) -> None:
    assert assign_image_ids([Path(name) for name in names]) == expected


@pytest.mark.parametrize("pair", [("1.png", "01.png"), ("1.png", "1.jpg"), ("0.png", "000.png")])
def test_equal_integers_are_refused_with_both_names(pair: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="both have the image id") as error:
        assign_image_ids([Path(pair[0]), Path("5.png"), Path(pair[1])])
    assert all(name in str(error.value) for name in pair)

"""Listing and checking of picture folders."""

import itertools
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


def test_an_empty_folder_has_no_pictures(tmp_path: Path) -> None:
    assert list_images(tmp_path) == []


def test_only_visible_pictures_of_the_folder_itself_are_listed(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    pictures = ["1.png", "2.JPG", "3.jpeg", "4.webp", "5.bmp", "10.png"]
    others = ["6.txt", "7", "8.png.json", ".9.png", "sub/11.png", "12.gif"]
    for name in [*reversed(pictures), *others]:
        (tmp_path / name).touch()
    assert list_images(tmp_path) == [tmp_path / name for name in pictures]


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

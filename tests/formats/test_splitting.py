"""Splitting by fraction and seed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitdet.formats.pictures import Picture
from digitdet.formats.splitting import group_copies, split_pictures

Save = Callable[..., Path]
HASH = "0123456789abcdef0123456789abcdef"


def _picture(file: Path, split: str = "train") -> Picture:
    return Picture(file, split, file.name, (40, 60))


def _pictures(folder: Path, save: Save, count: int) -> list[Picture]:
    """Make pictures that differ in their pixels."""
    files = [save(folder / f"{n}.png", (4, 4), f"#{n:06x}") for n in range(count)]
    return [_picture(file) for file in files]


def _valid(pictures: list[Picture]) -> set[str]:
    return {picture.name for picture in pictures if picture.split == "valid"}


def test_nothing_can_be_split_off_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="leaves one side empty"):
        split_pictures([], 0.5, 0, tmp_path)


def test_a_share_is_split_off_by_seed_alone(tmp_path: Path, save: Save) -> None:
    pictures = _pictures(tmp_path, save, 20)
    first = split_pictures(pictures, 0.25, 0, tmp_path)
    assert len(_valid(first)) == 5
    assert [picture.name for picture in first] == [picture.name for picture in pictures]
    backwards = split_pictures(pictures[::-1], 0.25, 0, tmp_path)
    assert _valid(backwards) == _valid(first)
    # Stated, so that another platform or version can be seen to choose the same.
    assert _valid(split_pictures(pictures, 0.1, 7, tmp_path)) == {"15.png", "17.png"}
    assert (
        len({frozenset(_valid(split_pictures(pictures, 0.25, s, tmp_path))) for s in range(5)}) > 1
    )


def test_copies_stay_on_one_side_in_whatever_file_and_name(tmp_path: Path, save: Save) -> None:
    pictures = [
        _picture(save(tmp_path / name, (4, 4), f"#{number * 9:06x}"))
        for number in range(8)
        for name in (f"{number}.png", f"copy{number}.bmp")
    ]
    for seed in range(5):
        chosen = _valid(split_pictures(pictures, 0.5, seed, tmp_path))
        assert len(chosen) == 8
        for number in range(8):
            assert (f"{number}.png" in chosen) == (f"copy{number}.bmp" in chosen)


def test_copies_by_roboflows_names_stay_on_one_side(tmp_path: Path, save: Save) -> None:
    files = [
        save(tmp_path / f"{source}_png.rf.{number}{HASH[1:]}.png", (4, 4), f"#{source}0{number}0ff")
        for source in range(8)
        for number in range(3)
    ]
    for seed in range(5):
        chosen = _valid(split_pictures([_picture(f) for f in files], 0.5, seed, tmp_path))
        assert len(chosen) == 12
        assert all(sum(name.startswith(f"{n}_") for name in chosen) in (0, 3) for n in range(8))


def test_other_splits_stay_and_a_validation_split_is_not_made_twice(
    tmp_path: Path, save: Save
) -> None:
    pictures = _pictures(tmp_path / "train", save, 4)
    test = _picture(save(tmp_path / "test" / "0.png"), "test")
    found = split_pictures([*pictures, test], 0.5, 0, tmp_path)
    assert [picture.split for picture in found].count("test") == 1
    assert len(_valid(found)) == 2
    with pytest.raises(ValueError, match="has a validation split already; leave --split out"):
        split_pictures(found, 0.5, 0, tmp_path)


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, float("nan")])
def test_other_fractions_are_refused(fraction: float, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="takes a fraction above 0 and below 1"):
        split_pictures([], fraction, 0, tmp_path)


def test_a_fraction_that_leaves_a_side_empty_is_refused(tmp_path: Path, save: Save) -> None:
    for fraction in (0.01, 0.99):
        with pytest.raises(ValueError, match="leaves one side empty"):
            split_pictures(_pictures(tmp_path, save, 4), fraction, 0, tmp_path)


def test_a_broken_picture_is_refused_by_name(tmp_path: Path, save: Save) -> None:
    pictures = _pictures(tmp_path, save, 3)
    pictures[1].file.write_bytes(b"none")
    with pytest.raises(ValueError, match=r"1\.png: .*decoded"):
        split_pictures(pictures, 0.5, 0, tmp_path)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_groups_are_the_connected_copies(marks: list[tuple[int, int]]) -> None:
    names = [f"{s}.rf.{HASH[:24]}{number:08x}.png" for number, (s, _) in enumerate(marks)]
    pictures = [_picture(Path(name)) for name in names]
    groups = group_copies(pictures, [str(digest) for _, digest in marks])
    # Slow and obvious: spread the smallest number over everything that shares a mark.
    of = list(range(len(marks)))
    for _ in marks:
        for a, (source, digest) in enumerate(marks):
            for b, (source2, digest2) in enumerate(marks):
                if source == source2 or digest == digest2:
                    of[a] = of[b] = min(of[a], of[b])
    expected = {frozenset(names[i] for i, g in enumerate(of) if g == group) for group in of}
    assert {frozenset(group) for group in groups} == expected
    assert sorted(name for group in groups for name in group) == sorted(names)

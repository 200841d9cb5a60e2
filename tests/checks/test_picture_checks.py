"""Copies of pictures across splits."""

from dataclasses import replace
from pathlib import Path

import pytest

from digitdet.checks.fixes import fix_splits
from digitdet.checks.picture_checks import check_copies, check_pictures
from digitdet.checks.pictures import Picture
from digitdet.checks.records import Split


def _split(name: str, digests: str, labelled: bool = True) -> Split:
    """A split of pictures with a digest each, ``1.png`` and so on."""
    names = [f"{number}.png" for number in range(1, len(digests) + 1)]
    images = [
        {"id": position, "file_name": file, "width": 60, "height": 40}
        for position, file in enumerate(names)
    ]
    pictures = {
        file: Picture((60, 40), digest.strip()) for file, digest in zip(names, digests, strict=True)
    }
    return Split(
        name,
        f"{name}.json" if labelled else name,
        Path(name),
        images=images if labelled else [],
        categories=[{"id": digit + 1, "name": str(digit)} for digit in range(10)],
        pictures=pictures,
    )


def _found(*splits: Split) -> list[tuple[str, str, str]]:
    return [(p.code, p.file, str(p.name)) for p in check_copies(splits)]


def test_without_pictures_there_are_no_copies() -> None:
    assert _found() == []
    assert _found(_split("train", ""), Split("valid", "valid.json", Path())) == []
    assert _found(_split("train", "  ")) == []  # not decoded


def test_the_copy_of_the_larger_split_is_at_fault() -> None:
    splits = [_split("valid", "abx"), _split("train", "xyza")]
    expected = [
        ("leaked_picture", "train.json", "1.png"),
        ("leaked_picture", "train.json", "4.png"),
    ]
    assert _found(*splits) == _found(*splits[::-1]) == expected


def test_a_split_without_labels_stays_whole() -> None:
    splits = [_split("test", "abcdefgh", labelled=False), _split("train", "xa")]
    assert _found(*splits) == [("leaked_picture", "train.json", "2.png")]
    fixed, _, problems = fix_splits(splits)
    assert list(fixed[1].pictures or {}) == ["1.png"]
    assert {problem.code for problem in problems} == {"picture_without_boxes"}


def test_of_splits_without_labels_the_larger_loses_its_copy() -> None:
    splits = [_split("one", "ab", labelled=False), _split("two", "xyb", labelled=False)]
    assert _found(*splits) == [("leaked_picture", "two", "3.png")]
    fixed, changes, problems = fix_splits(splits)
    assert list(fixed[1].pictures or {}) == ["1.png", "2.png"]
    assert [change.change for change in changes] == ["left the file out"]
    assert problems == []


def test_a_copy_within_a_split_is_told_once() -> None:
    assert _found(_split("train", "aba")) == [("duplicate_picture", "train.json", "3.png")]
    assert _found(_split("train", "aa"), _split("valid", "a")) == [
        ("leaked_picture", "train.json", "1.png"),
        ("leaked_picture", "train.json", "2.png"),
    ]


def test_a_name_is_mended_only_if_no_other_record_ends_alike() -> None:
    split = _split("train", "ab")
    split.images[0]["file_name"] = "train/1.png"
    fixed, _, _ = fix_splits([split])
    assert [image["file_name"] for image in fixed[0].images] == ["1.png", "2.png"]

    for name in ("train/2.png", "../2.png"):
        split = _split("train", "ab")
        split.images[0]["file_name"] = name
        fixed, changes, _ = fix_splits([split])
        assert [image["id"] for image in fixed[0].images] == [1]
        assert changes[0].change.startswith("dropped the picture")


def test_an_unlabelled_picture_whose_name_gives_no_id_of_its_own_is_an_error() -> None:
    picture = Picture((60, 40), "a")
    for names in (["1.png", "01.png"], ["a\nb.png"], ["caf\udce9.png"]):
        split = Split("test", "test", Path("test"), pictures=dict.fromkeys(names, picture))
        assert [p.code for p in check_pictures(split)] == ["name_unusable"]
    for names in (["1.png", "sub/01.png"], ["1.png", "01.png", "a.png"]):
        split = Split("test", "test", Path("test"), pictures=dict.fromkeys(names, picture))
        assert list(check_pictures(split)) == []


@pytest.mark.parametrize(
    ("size", "box", "is_restated"),
    [
        ((60, 40), [5, 5, 10, 10], True),
        ((61, 40), [5, 5, 10, 10], True),  # rounding
        ((50, 40), [5, 5, 10, 10], True),  # cropped
        ((50, 40), [45, 5, 10, 10], False),  # the box is cut
        ((30, 20), [5, 5, 10, 10], False),  # half as large
        ((40, 60), [5, 5, 10, 10], False),  # turned
        ((90, 90), [5, 5, 10, 10], False),  # stretched to a square
        ((90, 90), [65, 5, 10, 10], True),  # the box was drawn on it
        ((90, 90), None, True),
    ],
)
def test_a_size_is_restated_unless_boxes_may_belong_to_another_picture(
    size: tuple[int, int], box: list[int] | None, is_restated: bool
) -> None:
    split = _split("train", "a")
    split = replace(split, pictures={"1.png": Picture(size, "a")})
    if box:
        split.annotations.append({"id": 1, "image_id": 0, "bbox": box, "category_id": 1})
    (fixed,), _, _ = fix_splits([split])
    sizes = [(image["width"], image["height"]) for image in fixed.images]
    assert sizes == ([size] if is_restated else [])

"""Copies of pictures across splits."""

from pathlib import Path

from digitdet.checks.fixes import fix_splits
from digitdet.checks.picture_checks import check_copies
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

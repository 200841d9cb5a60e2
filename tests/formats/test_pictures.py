"""Sorting of pictures by their split."""

from pathlib import Path

from digitdet.formats.pictures import Picture, by_split


def test_no_pictures_have_no_splits() -> None:
    assert by_split([]) == {}


def test_splits_come_in_their_usual_order_with_their_pictures_as_they_came() -> None:
    places = [("extra", "1"), ("test", "2"), ("valid", "4"), ("train", "5"), ("valid", "3")]
    pictures = [Picture(Path(name), split, name, (1, 1)) for split, name in places]
    found = [(split, [p.name for p in part]) for split, part in by_split(pictures).items()]
    assert found == [("train", ["5"]), ("valid", ["4", "3"]), ("test", ["2"]), ("extra", ["1"])]

"""Cards and pictures of the tests."""

from pathlib import Path
from typing import Any

from PIL import Image

from digitdet.analysis.cards import Card, CardBox, Reading

DIGIT_WIDTH = 20  # pixels of a box; boxes are side by side


def write_picture(file: Path, size: tuple[int, int] = (104, 47)) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, "steelblue").save(file)
    return file


def true_box(position: int, digit: str, kind: str = "truth", **changes: Any) -> CardBox:
    x = 2.0 + DIGIT_WIDTH * position
    return CardBox((x, 5.0, x + 15, 40.0), digit, kind, digit, **changes)


def found_box(position: int, digit: str, kind: str = "right", **changes: Any) -> CardBox:
    x = 3.0 + DIGIT_WIDTH * position
    changes = {"is_read": True, **changes}
    return CardBox((x, 6.0, x + 15, 41.0), f"{digit} .93", kind, digit, **changes)


def make_card(picture: Path, image_id: int = 1, **changes: Any) -> Card:
    """A card of the number 12 of which 17 was read."""
    values: dict[str, Any] = dict(
        image_id=image_id,
        picture=picture,
        true="12",
        readings=(Reading("", "17", 0.71, is_right=False),),
        verdict="1 wrong digit",
        boxes=(
            true_box(0, "1", is_shown=False),
            true_box(1, "2"),
            found_box(0, "1"),
            found_box(1, "7", "wrong_digit", breaks=True),
            found_box(3, "4", "ignored", is_read=False, is_shown=False),
        ),
        kinds=("wrong_digit",),
        digits="27",
        badness=2.71,
        causes=("wrong_digit",),
    )
    return Card(**{**values, **changes})


def right_card(picture: Path, image_id: int = 2, **changes: Any) -> Card:
    """A card of the number 34, read rightly."""
    values: dict[str, Any] = dict(
        true="34",
        readings=(Reading("", "34", 0.97, is_right=True),),
        verdict="right",
        boxes=(
            true_box(0, "3", is_shown=False),
            true_box(1, "4", is_shown=False),
            found_box(0, "3"),
            found_box(1, "4"),
        ),
        kinds=(),
        digits="34",
        badness=0.03,
        causes=(),
    )
    return make_card(picture, image_id, **{**values, **changes})


def missed_card(picture: Path, image_id: int = 3, **changes: Any) -> Card:
    """A card of the number 56 of which 5 was read."""
    values: dict[str, Any] = dict(
        true="56",
        readings=(Reading("", "5", 0.8, is_right=False),),
        verdict="1 digit missing",
        boxes=(
            true_box(0, "5", is_shown=False),
            true_box(1, "6", "missed", breaks=True),
            found_box(0, "5"),
        ),
        kinds=("missed",),
        digits="6",
        badness=2.8,
        causes=("missed",),
    )
    return make_card(picture, image_id, **{**values, **changes})

"""Pictures with named boxes: the form that every format is read into and written from."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from digitdet.formats.layout import split_rank

XYXY = tuple[float, float, float, float]
CROWD = "boxes marked as crowd, which COCO alone has a mark for"
NUMBER = "marks of the number that a box belongs to ('number'), which COCO alone has"


@dataclass(frozen=True, slots=True)
class Box:
    """A box and what it holds.

    Attributes:
        name: Name of the class, as in the file; once classes are mapped, the digit.
        xyxy: Left, top, right and bottom edge, in pixels of the picture.
        crowd: Whether it is marked as a crowd, as only COCO can.
        number: Which of its picture's numbers it belongs to, where the file says so, as only COCO
            can.
    """

    name: str
    xyxy: XYXY
    crowd: bool = False
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture file with its boxes.

    Attributes:
        file: Where it lies.
        split: ``train``, ``valid``, ``test`` or another folder's name.
        name: Its path within the split, with ``/``.
        size: Height and width in pixels, as it stands upright.
        boxes: Its boxes in the file's order.
        labelled: False where nobody labelled its split: it then has no boxes, and no annotation is
            written for it.
    """

    file: Path
    split: str
    name: str
    size: tuple[int, int]
    boxes: tuple[Box, ...] = ()
    labelled: bool = True


@dataclass
class Collection:
    """What was read from a folder.

    Attributes:
        pictures: The pictures, by split, in natural order.
        classes: The class names that the files state, used or not.
        left_out: Reason -> how many things of the input were left out for it.
        notes: Remarks for the user.
    """

    pictures: list[Picture]
    classes: set[str] = field(default_factory=set)
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)


def drop_marks(found: Collection) -> Collection:
    """Leave out what COCO alone can hold, and count it: boxes of crowds, and boxes' numbers."""
    left_out = Counter(found.left_out)
    pictures = []
    for picture in found.pictures:
        kept = [box for box in picture.boxes if not box.crowd]
        left_out[CROWD] += len(picture.boxes) - len(kept)
        left_out[NUMBER] += sum(box.number is not None for box in kept)
        boxes = tuple(replace(box, number=None) for box in kept)
        pictures.append(replace(picture, boxes=boxes))
    return replace(found, pictures=pictures, left_out=left_out)


def by_split(pictures: Iterable[Picture]) -> dict[str, list[Picture]]:
    """Sort pictures by their split: train, valid, test, then others as they come."""
    splits: dict[str, list[Picture]] = {}
    for picture in pictures:
        splits.setdefault(picture.split, []).append(picture)
    return {split: splits[split] for split in sorted(splits, key=split_rank)}

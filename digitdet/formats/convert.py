"""Converts a folder of one annotation format to another."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePath

from digitdet.checks.pictures import list_files
from digitdet.datasets.folders import OTHER_SUFFIXES
from digitdet.formats.classes import map_classes
from digitdet.formats.coco import read_coco, write_coco
from digitdet.formats.labelme import read_labelme
from digitdet.formats.output import place_files
from digitdet.formats.pictures import Collection, Picture, by_split, drop_marks
from digitdet.formats.splitting import split_pictures
from digitdet.formats.svhn import read_svhn
from digitdet.formats.voc import read_voc, write_voc
from digitdet.formats.yolo import read_yolo, write_yolo
from digitdet.whole_files import whole_folder

# Where each format has the picture NAME of a split.
_PLACES = {
    "coco": "{split}/{name}",
    "yolo": "images/{split}/{name}",
    "voc": "{split}/JPEGImages/{name}",
}
OTHER_KIND = "pictures of a kind that is not read, such as GIF or TIFF; make PNG or JPEG of them"


@dataclass(frozen=True)
class Conversion:
    """What a conversion did.

    Attributes:
        pictures: Split -> number of pictures.
        boxes: Split -> number of boxes; None for a split that is not labelled.
        left_out: Reason -> how many things of the input were left out for it.
        notes: Remarks for the user.
    """

    pictures: Mapping[str, int]
    boxes: Mapping[str, int | None]
    left_out: Mapping[str, int]
    notes: Sequence[str]


def convert(
    source: Path,
    out: Path,
    *,
    source_format: str,
    target_format: str = "coco",
    classes: Mapping[str, str] | None = None,
    split: float | None = None,
    seed: int = 0,
    one_based: bool = False,
    write_one_based: bool = False,
    link: bool = False,
) -> Conversion:
    """Convert a folder to another format; the source is not changed.

    Splits that exist are kept, and so are the pictures' files and names, and the order of boxes.

    Args:
        source: The folder to read.
        out: The folder to make, new or empty; it is there whole or not at all.
        source_format: ``"svhn"``, ``"yolo"``, ``"voc"``, ``"labelme"`` or ``"coco"``.
        target_format: ``"coco"`` (the homework's layout), ``"yolo"`` or ``"voc"``.
        classes: Name -> digit, for names that are no digits.
        split: Share of the training pictures to move to ``valid``, where there is no such split.
        seed: Seed of that choice.
        one_based: Whether the source counts pixels from 1; of SVHN and Pascal VOC only.
        write_one_based: Whether to count pixels from 1 in what is written; of Pascal VOC only.
        link: Whether to hard-link the pictures instead of copying them.

    Raises:
        FileNotFoundError: If the folder or a picture is missing.
        ImportError: If a package is missing that the format needs.
        ValueError: If a file is not as it has to be, a class has no digit, ``out`` is not empty, or
            the target format can't hold the pictures.
    """
    read, write = _reader(source_format, one_based), _writer(target_format, write_one_based)
    root = _check_folders(source, out)
    found = map_classes(read(root), classes or {})
    _check_found(found, root, target_format)
    others = sum(PurePath(name).suffix.lower() in OTHER_SUFFIXES for name in list_files(root))
    found.left_out[OTHER_KIND] = others
    if target_format != "coco":
        found = drop_marks(found)
    if split is not None:
        found = replace(found, pictures=split_pictures(found.pictures, split, seed, root))
    splits = by_split(found.pictures)
    with whole_folder(out) as folder:
        write(folder, splits)
        place = _PLACES[target_format]
        files = [
            (p.file, folder / place.format(split=p.split, name=p.name)) for p in found.pictures
        ]
        place_files(files, link=link)
    return Conversion(
        pictures={name: len(pictures) for name, pictures in splits.items()},
        boxes={name: _count_boxes(pictures) for name, pictures in splits.items()},
        left_out={reason: n for reason, n in found.left_out.items() if n},
        notes=found.notes,
    )


def _reader(source_format: str, one_based: bool) -> Callable[[Path], Collection]:
    plain = {"coco": read_coco, "labelme": read_labelme, "yolo": read_yolo}
    shifted = {"svhn": read_svhn, "voc": read_voc}
    if one_based and source_format in plain:
        raise ValueError(f"--one-based is of svhn and voc; pixels of {source_format} start at 0")
    if source_format in shifted:
        return partial(shifted[source_format], one_based=one_based)
    if source_format not in plain:
        names = ", ".join(sorted({*plain, *shifted}))
        raise ValueError(f"no format {source_format!r} is read; there are {names}")
    return plain[source_format]


def _writer(
    target_format: str, one_based: bool
) -> Callable[[Path, Mapping[str, Sequence[Picture]]], None]:
    if target_format == "voc":
        return partial(write_voc, one_based=one_based)
    if one_based:
        raise ValueError(f"--write-one-based is of voc; pixels of {target_format} start at 0")
    writers = {"coco": write_coco, "yolo": write_yolo}
    if target_format not in writers:
        raise ValueError(f"no format {target_format!r} is written; there are coco, voc, yolo")
    return writers[target_format]


def _check_folders(source: Path, out: Path) -> Path:
    """Return the resolved source."""
    if not source.is_dir():
        raise FileNotFoundError(f"{source}: no such folder")
    root = source.resolve()
    if out.resolve().is_relative_to(root):
        raise ValueError(f"{out}: lies in the source {source}; name a folder elsewhere")
    return root


def _check_found(found: Collection, root: Path, target_format: str) -> None:
    """Refuse what can't be written, or is no data at all."""
    if not found.pictures:
        raise ValueError(f"{root}: holds no picture")
    if not any(picture.labelled for picture in found.pictures):
        raise ValueError(
            f"{root}: none of its {len(found.pictures)} pictures has annotations; put those beside "
            "the pictures, by the same stems, or check --from"
        )
    by_stem = target_format != "coco"
    owners: dict[tuple[str, PurePath], Picture] = {}
    for picture in found.pictures:
        name = PurePath(picture.name)
        other = owners.setdefault(
            (picture.split, name.with_suffix("") if by_stem else name), picture
        )
        if other is not picture:
            what = "stem" if by_stem else "name"
            raise ValueError(
                f"{picture.file}: has the {what} of {other.file} in the split {picture.split}; "
                f"{target_format} tells pictures apart by it, rename one of them"
            )
        _check_boxes(picture)


def _check_boxes(picture: Picture) -> None:
    for number, box in enumerate(picture.boxes, 1):
        left, top, right, bottom = box.xyxy
        if right < left or bottom < top:
            size = f"{right - left} x {bottom - top}"
            raise ValueError(
                f"{picture.file}: its box {number} has the size {size} (width x height), below 0; "
                "correct it or take it out"
            )


def _count_boxes(pictures: Sequence[Picture]) -> int | None:
    labelled = [picture for picture in pictures if picture.labelled]
    return sum(len(picture.boxes) for picture in labelled) if labelled else None

"""YOLO text files: a line for each box, ``class x y width height`` as shares of the picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

import numpy as np

from digitdet.console import track
from digitdet.datasets.images import is_picture
from digitdet.datasets.json_files import short
from digitdet.datasets.paths import open_file
from digitdet.formats.layout import (
    assign_splits,
    check_inside,
    check_unshared,
    list_files,
)
from digitdet.formats.pictures import XYXY, Box, Collection, Picture
from digitdet.formats.reading import count_left_out, read_collection
from digitdet.formats.values import parse_number
from digitdet.formats.yolo_config import YoloConfig, read_config
from digitdet.labels import DIGITS

NO_NAMES = "no data.yaml or classes.txt: class numbers are taken for the digits"
POLYGON = "polygons read as their bounding boxes"
PICTURES = "images/{split}"
# A centre or a side beyond it is taken for pixels; real boxes reach a little over the edge.
_MOST = 3.0
_TEXTS = ("classes.txt", "readme")  # texts beside pictures that are no labels


def read_yolo(root: Path) -> Collection:
    """Read a folder of YOLO labels, for example an export of Ultralytics or Roboflow.

    The splits are those of ``data.yaml``, else those that folders name. A picture's labels are in
    the file of its stem, in the folder ``labels`` where it lies in ``images``, else beside it. A
    picture without such a file has no digits; a split without any is not labelled.

    Args:
        root: The folder, resolved.

    Raises:
        ValueError: If a file is not as it has to be, with its line; or if two pictures share one.
    """
    config, files = read_config(root), list_files(root)
    pictures, beside = _split(root, config, files)
    present = set(files)
    named = {file: _label_file(file) for _, file in pictures}
    labels = {file: label for file, label in named.items() if label in present}
    check_unshared(labels)
    result = read_collection(
        root,
        pictures,
        labels,
        lambda file, _, size: _read_labels(file, size, config.names),
        kind="label",
        remark=POLYGON,
    )
    result.classes = set((config.names or {}).values())
    if config.names is None:
        result.notes.insert(0, NO_NAMES)
    result.left_out = count_left_out(beside, len(_orphans(files, set(labels.values()))))
    return result


def _split(
    root: Path, config: YoloConfig, files: Sequence[Path]
) -> tuple[list[tuple[str, Path]], int]:
    """Return split and path of each picture, and how many lie in no split."""
    if not config.folders:
        return assign_splits(files)
    present = set(files)
    chosen: dict[tuple[str, Path], None] = {}
    for split, places in config.folders.items():
        for place in places:
            found = _listed(root, place) if place.is_file() else _below(root, place, files)
            for file in found:
                if file not in present:
                    raise ValueError(f"{place}: names {file}, which is not in {root}")
                chosen[split, file] = None
    in_splits = {file for _, file in chosen}
    beside = sum(is_picture(file) and file not in in_splits for file in files)
    return list(chosen), beside


def _below(root: Path, folder: Path, files: Sequence[Path]) -> list[Path]:
    relative = folder.relative_to(root)
    return [file for file in files if is_picture(file) and file.is_relative_to(relative)]


def _listed(root: Path, file: Path) -> list[Path]:
    """Read a list of pictures, each a path relative to the list's folder."""
    folder = file.parent.relative_to(root)
    lines = enumerate(_read_lines(file, "list of pictures"), 1)
    return [
        folder / check_inside(line.strip().removeprefix("./"), f"{file}: line {number}")
        for number, line in lines
        if line.strip()
    ]


def _label_file(picture: Path) -> Path:
    """Return where a picture's labels are, by Ultralytics' rule."""
    parts = list(picture.with_suffix(".txt").parts)
    at = next((p for p in range(len(parts) - 2, -1, -1) if parts[p].lower() == "images"), None)
    if at is not None:
        parts[at] = "Labels" if parts[at] == "Images" else "labels"
    return Path(*parts)


def _orphans(files: Sequence[Path], labels: set[Path]) -> list[Path]:
    """Return the label files that no picture has."""
    folders = {file.parent for file in labels} | {f.parent for f in files if is_picture(f)}

    def may_be_labels(file: PurePath) -> bool:
        named = any(part.lower() == "labels" for part in file.parts[:-1])
        return (named or file.parent in folders) and not file.name.lower().startswith(_TEXTS)

    texts = (file for file in files if file.suffix.lower() == ".txt" and file not in labels)
    return [file for file in texts if may_be_labels(file)]


def _read_lines(file: Path, what: str) -> list[str]:
    with open_file(file, what) as stream:
        try:
            return stream.read().decode("utf-8-sig").splitlines()
        except (OSError, ValueError) as error:
            raise ValueError(f"{file}: can't be read as text ({error})") from error


def _read_labels(
    file: Path, size: tuple[int, int], names: Mapping[int, str] | None
) -> tuple[tuple[Box, ...], int]:
    """Return the boxes of a label file, and how many of them were polygons."""
    boxes, polygons = [], 0
    for number, line in enumerate(_read_lines(file, "label file"), 1):
        values, where = line.split(), f"{file}: line {number}"
        if values:
            polygons += len(values) > 5
            boxes.append(Box(_name(values[0], names, where), _edges(values[1:], size, where)))
    return tuple(boxes), polygons


def _name(text: str, names: Mapping[int, str] | None, where: str) -> str:
    number = parse_number(text, where, "the class")
    if not number.is_integer() or number < 0:
        raise ValueError(f"{where}: the class has to be a whole number, got {short(text)}")
    if names is None:
        return str(int(number))
    if int(number) not in names:
        raise ValueError(f"{where}: there is no class {int(number)} among {short(dict(names))}")
    return names[int(number)]


def _edges(texts: Sequence[str], size: tuple[int, int], where: str) -> XYXY:
    """Return edges in pixels of a box, or of the box around a polygon."""
    if len(texts) != 4 and (len(texts) < 6 or len(texts) % 2):
        what = "five numbers (class x y width height), or a class and the points of a polygon"
        raise ValueError(f"{where}: has to hold {what}, got {len(texts) + 1}")
    values = [parse_number(text, where, "a coordinate") for text in texts]
    if max(map(abs, values)) > _MOST:
        raise ValueError(f"{where}: coordinates are shares of the picture, got {short(values)}")
    height, width = size
    if len(values) > 4:
        xs, ys = values[::2], values[1::2]
        return min(xs) * width, min(ys) * height, max(xs) * width, max(ys) * height
    x, y, w, h = values
    if w < 0 or h < 0:
        raise ValueError(f"{where}: width and height have to be 0 or more, got {w} and {h}")
    left, top = (x - w / 2) * width, (y - h / 2) * height
    return left, top, left + w * width, top + h * height


def write_yolo(out: Path, splits: Mapping[str, Sequence[Picture]]) -> None:
    """Write ``labels/SPLIT/`` and ``data.yaml``; the pictures belong in ``images/SPLIT/``.

    Class n is the digit n. Shares have all their decimals, so that boxes are kept exactly.

    Args:
        out: The folder.
        splits: The pictures of each split; classes are digits, stems differ, and no
            box has a mark.

    Raises:
        ValueError: If a box lies more than three times the picture's size from its corner.
    """
    for split, pictures in splits.items():
        folder = out / "labels" / split
        folder.mkdir(parents=True)
        for picture in track(pictures, f"writing labels of {split}"):
            if picture.labelled:
                lines = [_line(box, picture.size, picture.file) for box in picture.boxes]
                file = (folder / picture.name).with_suffix(".txt")
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text("".join(lines), encoding="utf-8")
    keys = {split: "val" if split == "valid" else split for split in splits}
    lines = [f"{key}: images/{split}" for split, key in keys.items()]
    lines += ["names:", *(f"  {digit}: '{digit}'" for digit in DIGITS)]
    (out / "data.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _line(box: Box, size: tuple[int, int], file: Path) -> str:
    (height, width), (x1, y1, x2, y2) = size, box.xyxy
    values = (x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height
    if max(map(abs, values)) > _MOST:
        raise ValueError(
            f"{file}: its box {box.xyxy} lies so far outside the picture, {width} x {height} "
            "pixels, that readers of YOLO files would take it for pixels; correct it or take it out"
        )
    # Plain decimals: not every reader takes an exponent.
    texts = (np.format_float_positional(value, trim="0") for value in values)
    return " ".join([box.name, *texts]) + "\n"

"""Pascal VOC: an XML file for each picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from xml.etree import ElementTree as ET

from digitdet.console import track
from digitdet.datasets.json_files import short
from digitdet.datasets.paths import open_file
from digitdet.datasets.sizes import check_size
from digitdet.formats.layout import (
    SPLITS,
    assign_splits,
    list_files,
    pair,
)
from digitdet.formats.pictures import XYXY, Box, Collection, Picture
from digitdet.formats.reading import count_left_out, read_collection
from digitdet.formats.values import parse_number, tidy

DIFFICULT = "boxes marked as difficult taken as any other"
MAX_BYTES = 2**24  # of a file; one of ten objects takes 3 kB
_LISTS = ("ImageSets", "Main")  # folders of the devkit's lists of splits
EDGES = ("xmin", "ymin", "xmax", "ymax")


def read_voc(root: Path, *, one_based: bool = False) -> Collection:
    """Read a folder of Pascal VOC, as the devkit, labelImg, CVAT or Roboflow write it.

    A picture's boxes are in the XML file of its stem, beside it or in ``Annotations``. The splits
    are those that folders name, else the lists in ``ImageSets/Main``. A picture without XML has no
    digits; a split without any is not labelled.

    Args:
        root: The folder, resolved.
        one_based: Whether pixels are counted from 1 and the right and lower edge are the last
            pixel's, as in the original: 1 is then subtracted from xmin and ymin. If False, the
            values are edges as they stand, as labelImg and CVAT write them.

    Raises:
        ValueError: If a file is not as it has to be; the message names file and object.
    """
    files = list_files(root)
    pictures, beside = assign_splits(files, _listed(root, files))
    labels, orphans = pair(pictures, [file for file in files if file.suffix.lower() == ".xml"])
    result = read_collection(
        root,
        pictures,
        labels,
        lambda file, picture, size: _read_boxes(file, picture, size, one_based),
        kind="XML",
        remark=DIFFICULT,
    )
    result.left_out = count_left_out(beside, len(orphans))
    return result


def _listed(root: Path, files: Sequence[Path]) -> dict[str, str]:
    """Return the split of each stem in the lists of ``ImageSets/Main``."""
    found: dict[str, str] = {}
    lists = [f for f in files if f.parts[-3:-1] == _LISTS and f.stem in SPLITS]
    for file in lists:
        split = SPLITS[file.stem]
        for stem in _read(root / file).decode("utf-8-sig", "replace").split():
            if found.setdefault(stem, split) != split:
                raise ValueError(f"{root / file}: {short(stem)} stands in another list, too")
    return found


def _read(file: Path) -> bytes:
    with open_file(file, "annotation file") as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError(f"{file}: has more than {MAX_BYTES >> 20} MiB; it is no annotation file")
    return content


class _Builder(ET.TreeBuilder):
    """Refuses entities, which could grow without bound or name other files; no tool writes any."""

    def doctype(self, *_: object) -> None:
        raise ValueError("it has a DOCTYPE; take it out")


def _parse(file: Path) -> ET.Element:
    content = _read(file)
    try:
        root = ET.fromstring(content, ET.XMLParser(target=_Builder()))
    except (ET.ParseError, LookupError, ValueError) as error:
        raise ValueError(f"{file}: is not readable as XML ({error})") from error
    if root.tag != "annotation":
        raise ValueError(f"{file}: is no Pascal VOC annotation, its root is {short(root.tag)}")
    return root


def _read_boxes(
    file: Path, picture: Path, size: tuple[int, int], one_based: bool
) -> tuple[tuple[Box, ...], int]:
    """Return the boxes of a file, and how many of them are marked as difficult."""
    root = _parse(file)
    texts = [root.findtext(f"size/{side}") for side in ("height", "width")]
    stated = [parse_number(text, str(file), "the size") for text in texts if text is not None]
    if len(stated) == 2 and any(stated):  # some tools write 0 x 0
        check_size((int(stated[0]), int(stated[1])), size, picture, str(file))
    objects = list(enumerate(root.iterfind("object"), 1))
    boxes = tuple(_box(element, one_based, f"{file}: object {n}") for n, element in objects)
    marks = [(element.findtext("difficult") or "").strip().lower() for _, element in objects]
    return boxes, sum(mark not in ("", "0", "false") for mark in marks)


def _box(element: ET.Element, one_based: bool, where: str) -> Box:
    name = (element.findtext("name") or "").strip()
    if not name:
        raise ValueError(f"{where}: has no <name>")
    values = []
    for edge in EDGES:
        text = element.findtext(f"bndbox/{edge}")
        if text is None:
            raise ValueError(f"{where}: has no <bndbox> with <{edge}>")
        values.append(parse_number(text, where, f"<{edge}>"))
    left, top, right, bottom = values
    left, top = left - one_based, top - one_based
    if right < left or bottom < top:
        got = dict(zip(EDGES, values, strict=True))
        raise ValueError(f"{where}: xmin and ymin have to be at most xmax and ymax, got {got}")
    return Box(name, (left, top, right, bottom))


def write_voc(
    out: Path, splits: Mapping[str, Sequence[Picture]], *, one_based: bool = False
) -> None:
    """Write ``SPLIT/Annotations/``; the pictures belong in ``SPLIT/JPEGImages/``.

    Coordinates keep their fractions.

    Args:
        out: The folder.
        splits: The pictures of each split; classes are digits, stems differ, and no
            box has a mark.
        one_based: Whether to count pixels from 1, as the original does.
    """
    for split, pictures in splits.items():
        for picture in track(pictures, f"writing annotations of {split}"):
            if picture.labelled:
                file = out / split / "Annotations" / PurePath(picture.name).with_suffix(".xml")
                file.parent.mkdir(parents=True, exist_ok=True)
                tree = ET.ElementTree(_annotation(picture, one_based))
                ET.indent(tree)
                tree.write(file, encoding="utf-8")


def _annotation(picture: Picture, one_based: bool) -> ET.Element:
    root = ET.Element("annotation")
    _add(root, "folder", "JPEGImages")
    _add(root, "filename", picture.name)
    size = ET.SubElement(root, "size")
    for key, value in zip(("width", "height", "depth"), (*picture.size[::-1], 3), strict=True):
        _add(size, key, str(value))
    _add(root, "segmented", "0")
    for box in picture.boxes:
        element = ET.SubElement(root, "object")
        _add(element, "name", box.name)
        for flag in ("truncated", "difficult"):
            _add(element, flag, "0")
        _add_edges(ET.SubElement(element, "bndbox"), box.xyxy, one_based)
    return root


def _add(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = text


def _add_edges(parent: ET.Element, xyxy: XYXY, one_based: bool) -> None:
    shifted = (xyxy[0] + one_based, xyxy[1] + one_based, *xyxy[2:])
    for edge, value in zip(EDGES, shifted, strict=True):
        _add(parent, edge, str(tidy(value)))

"""COCO: one JSON file for a split. The homework's layout is written, several are read."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from digitdet.console import track
from digitdet.datasets.annotations import check_boxes, load_coco, read_images
from digitdet.datasets.folders import assign_image_ids, missing_files
from digitdet.datasets.images import is_picture
from digitdet.datasets.json_files import short
from digitdet.datasets.paths import exists_inside
from digitdet.datasets.sizes import check_size, read_size
from digitdet.datasets.values import is_int
from digitdet.formats.layout import SPLITS, list_files, split_rank
from digitdet.formats.pictures import Box, Collection, Picture
from digitdet.formats.values import tidy
from digitdet.labels import DIGITS, digit_to_label

ROBOFLOW = "_annotations.coco.json"
UNNAMED = "pictures that the annotation file does not name"


def read_coco(root: Path) -> Collection:
    """Read a folder of COCO files, in the homework's layout or as Roboflow exports it.

    A split is a file ``NAME.json`` or ``NAME.json.gz`` beside a folder ``NAME/``, or a folder with
    ``_annotations.coco.json`` in it. A folder ``test/`` without a file is not labelled.

    Args:
        root: The folder, resolved.

    Raises:
        FileNotFoundError: If there is no such pair, or a picture is missing.
        ValueError: If a file is not as it has to be; the message names the key.
    """
    pairs = _find(root)
    if not pairs:
        raise FileNotFoundError(
            f"{root}: holds no NAME.json with a folder NAME/, nor a folder with {ROBOFLOW}"
        )
    result = Collection([])
    for split, (folder, file) in pairs.items():
        pictures = _read_split(split, folder, file, result)
        named = {picture.file.relative_to(folder) for picture in pictures}
        found = {name for name in list_files(folder) if is_picture(name)}
        result.left_out[UNNAMED] += len(found - named)
        result.pictures += pictures
    test = root / "test"
    if "test" not in pairs and test.is_dir():
        result.pictures += [
            Picture(test / name, "test", name.as_posix(), read_size(test / name), labelled=False)
            for name in list_files(test)
            if is_picture(name)
        ]
    return result


def _find(root: Path) -> dict[str, tuple[Path, Path]]:
    """Return folder and annotation file of each split."""
    found: dict[str, tuple[Path, Path]] = {}
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        files = [root / f"{folder.name}{end}" for end in (".json", ".json.gz")]
        present = [file for file in (*files, folder / ROBOFLOW) if file.is_file()]
        if len(present) > 1:
            names = " and ".join(str(file.relative_to(root)) for file in present)
            raise ValueError(f"{root}: {names} are both of {folder.name}/; keep one of them")
        if present:
            for path in (folder, present[0]):
                exists_inside(path, [root])
            split = SPLITS.get(folder.name.lower(), folder.name)
            if split in found:
                raise ValueError(
                    f"{root}: {found[split][0].name}/ and {folder.name}/ are one split"
                )
            found[split] = folder, present[0]
    return {split: found[split] for split in sorted(found, key=split_rank)}


def _read_split(split: str, folder: Path, file: Path, result: Collection) -> list[Picture]:
    content = load_coco(file)
    ids, names, (heights, widths) = read_images(content["images"], f"{file}: images")
    classes = _classes(content["categories"], f"{file}: categories")
    result.classes.update(classes.values())
    boxes: dict[int, list[Box]] = {image_id: [] for image_id in ids}
    records = content["annotations"]
    check_boxes(records, f"{file}: annotations", boxes, sorted(classes))
    for record in records:
        boxes[record["image_id"]].append(_box(record, classes))
    missing = missing_files(folder, names)
    if missing:
        raise FileNotFoundError(
            f"{file}: {len(missing)} of {len(ids)} pictures are not in {folder}, the first "
            f"{short(names[missing[0]])}; add them, or take them out of the file"
        )
    pictures = []
    rows = list(zip(ids, names, heights, widths, strict=True))
    for image_id, name, height, width in track(rows, f"reading sizes of {split}"):
        check_size((height, width), read_size(folder / name), folder / name, str(file))
        found = tuple(boxes[image_id])
        plain = PurePath(name.replace("\\", "/")).as_posix()
        pictures.append(Picture(folder / name, split, plain, (height, width), found))
    return pictures


def _classes(categories: Sequence[Any], where: str) -> dict[int, str]:
    """Return category id -> name."""
    classes: dict[int, str] = {}
    for position, category in enumerate(categories):
        at = f"{where}[{position}]"
        if not isinstance(category, Mapping) or not is_int(category.get("id")):
            raise ValueError(f"{at}: needs 'id', an integer, got {short(category)}")
        name = category.get("name")
        if type(name) not in (int, str) or not str(name).strip():
            raise ValueError(f"{at}: needs 'name', a text, got {short(category)}")
        if category["id"] in classes:
            raise ValueError(f"{at}: the id {category['id']} stands twice")
        classes[category["id"]] = str(name).strip()
    return classes


def _box(record: Mapping[str, Any], classes: Mapping[int, str]) -> Box:
    x, y, w, h = record["bbox"]
    return Box(
        classes[record["category_id"]],
        (x, y, x + w, y + h),
        bool(record.get("iscrowd", 0)),
        record.get("number"),
    )


def write_coco(out: Path, splits: Mapping[str, Sequence[Picture]]) -> None:
    """Write ``SPLIT.json`` for each labelled split; the pictures belong in ``SPLIT/``.

    A picture's id is the integer of its stem where every stem of the split is one, else its running
    number; a category's id is digit + 1.

    Args:
        out: The folder.
        splits: The pictures of each split; classes are digits, and names differ.
    """
    for split, pictures in splits.items():
        labelled = [picture for picture in pictures if picture.labelled]
        if labelled:
            content = json.dumps(_to_coco(labelled), ensure_ascii=False)
            (out / f"{split}.json").write_text(content, encoding="utf-8")


def _to_coco(pictures: Sequence[Picture]) -> dict[str, Any]:
    image_ids = _image_ids(pictures)
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for image_id, picture in zip(image_ids, pictures, strict=True):
        height, width = picture.size
        images.append(dict(id=image_id, file_name=picture.name, height=height, width=width))
        for box in picture.boxes:
            annotation = dict(id=len(annotations) + 1, image_id=image_id, **_annotation(box))
            annotations.append(annotation)
    categories = [dict(id=digit_to_label(int(digit)), name=digit) for digit in DIGITS]
    return dict(images=images, annotations=annotations, categories=categories)


def _image_ids(pictures: Sequence[Picture]) -> list[int]:
    """Take the integers of the stems; running numbers where two of them are equal, too."""
    stems = [PurePath(picture.name).stem for picture in pictures]
    plain = all(stem.isascii() and stem.isdecimal() for stem in stems)
    if plain and len({int(stem) for stem in stems}) < len(stems):
        return list(range(1, len(stems) + 1))
    return assign_image_ids([Path(picture.name) for picture in pictures])[0]


def _annotation(box: Box) -> dict[str, Any]:
    x1, y1, x2, y2 = box.xyxy
    width, height = x2 - x1, y2 - y1
    number = {} if box.number is None else {"number": box.number}
    return {
        "category_id": digit_to_label(int(box.name)),
        "bbox": [tidy(value) for value in (x1, y1, width, height)],
        "area": tidy(width * height),
        "iscrowd": int(box.crowd),
        **number,
    }

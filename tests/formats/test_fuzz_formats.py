"""Damaged folders of any format are converted right or refused by name."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from fuzzing import damage, damages, judge
from fuzzing.folders import FAULTS, PICTURE, plant
from hypothesis import event, given, settings
from hypothesis import strategies as st

from digitdet.datasets import CocoDigits
from digitdet.formats.convert import convert

VOC = """<annotation><size><width>7</width><height>5</height></size>
<object><name>3</name><bndbox><xmin>1</xmin><ymin>1.5</ymin><xmax>4</xmax><ymax>4</ymax></bndbox>
</object></annotation>"""
LABELME = {
    "shapes": [
        {"label": "3", "shape_type": "rectangle", "points": [[1, 2], [4, 4.5]]},
        {"label": "0", "shape_type": "polygon", "points": [[1, 2], [4, 4], [2, 1]]},
    ],
    "imagePath": "1.png",
    "imageHeight": 5,
    "imageWidth": 7,
}
COCO = {
    "images": [{"id": 1, "file_name": "1.png", "height": 5, "width": 7}],
    "annotations": [{"image_id": 1, "bbox": [1, 2, 3, 2], "category_id": 4, "number": 1}],
    "categories": [{"id": 4, "name": "3"}],
}
YAML = "path: .\ntrain: images/train\nval: ../images/valid\nnames:\n  0: '0'\n  1: '3'\n"
# Each format's text files; each has the picture 1.png beside its folder's texts.
FILES: dict[str, dict[str, str]] = {
    "yolo": {
        "data.yaml": YAML,
        "labels/train/1.txt": "1 0.5 0.5 0.25 0.5\n0 .1 .1 .2 .1 .2 .2\n",
        "images/valid/classes.txt": "0\n1\n",
    },
    "voc": {"train/1.xml": VOC, "ImageSets/Main/train.txt": "1\n"},
    "labelme": {"train/1.json": json.dumps(LABELME)},
    "coco": {"train.json": json.dumps(COCO), "valid/_annotations.coco.json": json.dumps(COCO)},
}
PICTURES = {
    "yolo": ("images/train/1.png", "images/valid/1.png"),
    "voc": ("train/1.png",),
    "labelme": ("train/1.png",),
    "coco": ("train/1.png", "valid/1.png", "test/2.png"),
}
TOKENS = [
    *(b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>", b"&b;", b"<![CDATA[", b"]]>"),
    *(
        b"<?xml version='1.0' encoding='utf-7'?>",
        b"<a>" * 3000,
        b"</object>",
        b"<size>",
        b"xmlns:a=",
    ),
    *(
        b"&a [x]",
        b"*a",
        b"<<: ",
        b"!!python/object/apply:os.system [ls]",
        b"? ",
        b"- ",
        b": ",
        b"\t",
    ),
    *(b"0x" + b"f" * 5000, b"9" * 5000, b"2001-99-99", b"[" * 2000, b"---\n", b"%TAG ! x\n", b"~"),
    *(b"nan", b"inf", b"1e999", b"-1", b"0", b"_", b"\xff\xfe", b"\xef\xbb\xbf", b"\0", b"\x85"),
    *(b"../../secret", b"/etc/passwd", b"..\\", b"train: ", b"names: ", b"null", b"{", b"}", b'"'),
]
# How a refusal of classes begins: they are the whole folder's.
CLASSES = ("classes that are no digits: ",)

CHANGES = st.lists(st.tuples(st.integers(0, 2), damages(TOKENS)), max_size=3)
PLANTED = st.just([]) | st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(FAULTS)), min_size=1, max_size=2
)


def _write(root: Path, kind: str, changes: list[Any], planted: list[tuple[int, str]]) -> None:
    contents = {name: text.encode() for name, text in FILES[kind].items()}
    names = list(contents)
    for which, change in changes:
        name = names[which % len(names)]
        contents[name] = damage(contents[name], *change)
    for name, content in {**contents, **dict.fromkeys(PICTURES[kind], PICTURE)}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    places = [*names, *PICTURES[kind], str(Path(names[0]).parent), str(Path(names[-1]).parent)]
    for which, fault in planted:
        place = places[which % len(places)]
        if place != "." and (root / place).parent.is_dir():
            plant(root, place, fault)


def _is_converted(base: Path, kind: str, changes: list[Any], planted: list[Any]) -> bool:
    """Whether a folder is converted, and the result then a data set."""
    root, out = base / "data", base / "written" / "out"
    _write(root, kind, changes, planted)
    for name in PICTURES[kind]:
        secret = base / "secret" / "pictures" / Path(name).name
        secret.parent.mkdir(parents=True, exist_ok=True)
        secret.write_bytes(PICTURE)
    result = judge(
        lambda: convert(root, out, source_format=kind), root, [out.parent], subjects=CLASSES
    )
    if isinstance(result, Exception):
        assert not out.exists()
        return False
    for split, boxes in result.boxes.items():
        if boxes is not None:
            dataset = CocoDigits(split, f"{split}.json", str(out), test_mode=True)
            assert sum(len(dataset[i][1]["boxes"]) for i in range(len(dataset))) == boxes
    return True


def _check(folder: Path, kind: str, changes: list[Any], planted: list[Any]) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as base:
        converted = _is_converted(Path(base), kind, changes, planted)
    event(f"{kind} {'converted' if converted else 'refused'}")


@pytest.mark.parametrize("kind", FILES)
def test_a_whole_folder_is_converted(tmp_path: Path, kind: str) -> None:
    assert _is_converted(tmp_path, kind, [], [])


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(list(FILES)), CHANGES, PLANTED)
def test_a_damaged_folder_is_converted_or_refused_by_name(
    tmp_path_factory: pytest.TempPathFactory, kind: str, changes: list[Any], planted: list[Any]
) -> None:
    _check(tmp_path_factory.getbasetemp(), kind, changes, planted)


@pytest.mark.campaign
@settings(max_examples=3000, deadline=None)
@given(st.sampled_from(list(FILES)), CHANGES, PLANTED)
def test_campaign_of_3000_damaged_folders(
    tmp_path_factory: pytest.TempPathFactory, kind: str, changes: list[Any], planted: list[Any]
) -> None:
    _check(tmp_path_factory.getbasetemp(), kind, changes, planted)

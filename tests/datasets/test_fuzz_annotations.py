"""Damaged annotation files are read right or refused by name."""

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from fuzzing import judge
from fuzzing.annotations import IMAGES, annotation_files
from hypothesis import event, given, settings
from PIL import Image

from digitdet.datasets import CocoDigits


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data root of three pictures, with traps in its picture folder and a secret beside it."""
    base = tmp_path_factory.mktemp("fuzz")
    pictures = base / "data" / "pictures"
    (pictures / "sub").mkdir(parents=True)
    (base / "secret").mkdir()
    for image in IMAGES:
        size = (image["width"], image["height"])
        Image.new("RGB", size, "gray").save(pictures / image["file_name"])
    Image.new("RGB", (8, 6)).save(base / "secret" / "secret.png")
    (pictures / "out.png").symlink_to(base / "secret" / "secret.png")
    os.mkfifo(pictures / "pipe.png")
    (pictures / "loop.png").symlink_to(pictures / "loop.png")
    (pictures / "folder.png").mkdir()
    (pictures / "device.png").symlink_to("/dev/zero")
    (pictures / "up").symlink_to(base / "secret")
    return base / "data"


def _expected(content: Any) -> list[dict[str, Any]]:
    """What a file that is taken says of each picture, found by the plainest search."""
    digits = {category["id"]: int(category["name"]) for category in content["categories"]}
    expected = []
    for image in content["images"]:
        own = [box for box in content["annotations"] if box["image_id"] == image["id"]]
        xywh = np.array([box["bbox"] for box in own], dtype=np.float64).reshape(-1, 4)
        boxes = np.concatenate([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]], axis=1)
        labels = [digits[box["category_id"]] + 1 for box in own]
        crowd = [bool(box.get("iscrowd", 0)) for box in own]
        expected.append(
            {
                "id": image["id"],
                "boxes": boxes,
                "labels": labels,
                "iscrowd": crowd,
                "numbers": _numbers(content, own),
            }
        )
    return expected


def _numbers(content: Any, own: list[Any]) -> list[int] | None:
    if all(box.get("number") is None for box in content["annotations"]):
        return None
    stated = {box["number"] for box in own if box.get("number") is not None}
    ranks: dict[int | None, int] = {number: rank for rank, number in enumerate(sorted(stated))}
    ranks[None] = len(stated)
    return [ranks[box.get("number")] for box in own]


def _is_read(root: Path, name: str, content: bytes) -> bool:
    """Whether an annotation file is taken, and then read right."""
    file = root / name
    file.write_bytes(content)
    published = judge(lambda: CocoDigits("pictures", name, str(root), test_mode=True), root)
    cleaned = judge(lambda: CocoDigits("pictures", name, str(root)), root)
    assert isinstance(cleaned, Exception) == isinstance(published, Exception)
    if isinstance(published, Exception):
        assert str(cleaned) == str(published)
        return False
    plain = gzip.decompress(content) if name.endswith(".gz") else content
    expected = _expected(json.loads(plain))
    assert len(published) == len(cleaned) == len(expected)
    for index, wanted in enumerate(expected):
        samples = [judge(lambda s=s: s[index], root) for s in (published, cleaned)]  # noqa: B023
        if isinstance(samples[0], Exception):
            assert str(samples[1]) == str(samples[0])
        else:
            _check_published(samples[0][1], wanted)
            _check_cleaned(*samples[1])
    return True


def _check_published(target: Any, wanted: dict[str, Any]) -> None:
    assert target["image_id"] == wanted["id"]
    assert target["boxes"].dtype == torch.float32
    np.testing.assert_array_equal(target["boxes"].numpy(), wanted["boxes"].astype(np.float32))
    assert target["boxes"].isfinite().all()
    assert target["labels"].tolist() == wanted["labels"]
    assert target["iscrowd"].tolist() == wanted["iscrowd"]
    numbers = target["numbers"].tolist() if "numbers" in target else None
    assert numbers == wanted["numbers"]


def _check_cleaned(image: Any, target: Any) -> None:
    height, width = image.shape[-2:]
    boxes = torch.as_tensor(target["boxes"])
    assert (boxes >= 0).all()
    assert (boxes <= torch.tensor([width, height, width, height])).all()
    assert (boxes[:, :2] < boxes[:, 2:]).all()
    assert ((target["labels"] >= 1) & (target["labels"] <= 10)).all()
    assert not target["iscrowd"].any()
    assert "numbers" not in target


@settings(max_examples=150, deadline=None)
@given(annotation_files())
def test_a_damaged_annotation_file_is_read_right_or_refused_by_name(
    root: Path, file: tuple[str, bytes]
) -> None:
    event("read" if _is_read(root, *file) else "refused")


@pytest.mark.campaign
@settings(max_examples=5000, deadline=None)
@given(annotation_files())
def test_campaign_of_5000_damaged_annotation_files(root: Path, file: tuple[str, bytes]) -> None:
    event("read" if _is_read(root, *file) else "refused")

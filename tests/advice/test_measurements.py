"""Measuring a data folder."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torchvision.models.detection.transform import GeneralizedRCNNTransform

from digitdet.advice.measurements import Measurements, measure


def measurements(sizes: list[tuple[int, int]], boxes: list[list[list[float]]]) -> Measurements:
    """Pictures by height and width, with the boxes (xyxy) of each."""
    return Measurements(
        file=Path("train.json"),
        names=[f"{n}.png" for n in range(len(sizes))],
        sizes=np.array(sizes, dtype=np.int64),
        counts=np.array([len(each) for each in boxes], dtype=np.int64),
        boxes=np.array([box for each in boxes for box in each], dtype=np.float32).reshape(-1, 4),
    )


def test_a_folder_without_annotations_is_refused_with_the_file_that_is_missing(
    tmp_path: Path,
) -> None:
    with pytest.raises(FileNotFoundError, match=r"train\.json"):
        measure(tmp_path)


def test_a_broken_annotation_file_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "train.json").write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match=r"train\.json"):
        measure(tmp_path)


@pytest.mark.parametrize(
    ("boxes", "said"),
    [([], "has no box to train on; "), ([[100, 5, 9, 20]], "1 without area dropped")],
)
def test_annotations_without_a_box_are_refused(
    write_coco: Callable[..., Path], tmp_path: Path, boxes: list[list[float]], said: str
) -> None:
    write_coco(boxes=boxes).rename(tmp_path / "train.json")
    with pytest.raises(ValueError, match=r"train\.json: has no box") as info:
        measure(tmp_path)
    assert said in str(info.value)


def test_boxes_are_measured_as_they_are_trained_on(
    write_coco: Callable[..., Path], tmp_path: Path
) -> None:
    file = write_coco(boxes=[[50, 10, 30, 20], [5, 5, 9, 20]])  # the first reaches out, to 80 of 60
    with gzip.open(tmp_path / "train.json.gz", "wt", encoding="utf-8") as stream:
        stream.write(file.read_text(encoding="utf-8"))
    found = measure(tmp_path)
    assert (found.file.name, found.names) == ("train.json.gz", ["1.png"])
    assert (found.sizes.tolist(), found.counts.tolist()) == ([[40, 60]], [2])
    assert found.boxes.tolist() == [[50, 10, 60, 30], [5, 5, 14, 25]]


@pytest.mark.parametrize("sides", [(160, 320), (96, 192), (800, 1333)])
def test_boxes_and_padding_are_those_of_torchvision(sides: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    sizes = [(57, 128), *map(tuple, rng.integers(10, 400, (6, 2)).tolist())]
    boxes = [[[w * 0.1, h * 0.2, w * 0.5, h * 0.9]] * (n % 3) for n, (h, w) in enumerate(sizes)]
    resized = measurements(sizes, boxes).resized(*sides)
    transform = GeneralizedRCNNTransform(*sides, [0.0] * 3, [1.0] * 3).eval()
    rows = 0
    for number, (size, each) in enumerate(zip(sizes, boxes, strict=True)):
        target: dict[str, Any] = {"boxes": torch.tensor(each).reshape(-1, 4)}
        images, (target,) = transform([torch.zeros(3, *size)], [target])
        assert images.tensors.shape[-2:] == tuple(resized.padded[number])
        assert resized.magnification[number] == min(images.image_sizes[0]) / min(size)
        own = resized.boxes[resized.picture == number]
        torch.testing.assert_close(torch.from_numpy(own), target["boxes"])
        rows += len(own)
    assert rows == len(resized.boxes) == 6


def test_the_median_picture_is_one_that_there_is() -> None:
    found = measurements([(10, 10), (10, 20), (10, 15), (10, 12)], [[[0, 0, 5, 5]], [], [], []])
    assert found.resized(320, 640).median == 3  # 320 x 320, 384, 480 and 640

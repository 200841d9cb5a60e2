"""Making batches."""

from typing import Any

import pytest
import torch
from torchvision import tv_tensors

from digitdet.datasets import collate
from digitdet.registry import FUNCTIONS
from digitdet.structures import Batch


def _sample(count: int, size: tuple[int, int] = (4, 6), image_id: int = 1) -> tuple[Any, Any]:
    image = tv_tensors.Image(torch.full((3, *size), image_id, dtype=torch.uint8))
    boxes = torch.arange(count * 4, dtype=torch.float32).view(count, 4)
    return image, {
        "image_id": image_id,
        "boxes": tv_tensors.BoundingBoxes(boxes, format="XYXY", canvas_size=size),
        "labels": torch.arange(1, count + 1),
        "iscrowd": torch.zeros(count, dtype=torch.bool),
        "source": f"{image_id}.png",
    }


def test_no_samples_make_a_batch_of_none() -> None:
    assert collate([]) == {"images": [], "targets": []}


def test_a_batch_holds_the_samples_as_plain_tensors_in_order() -> None:
    batch = collate([_sample(0, (4, 6), 5), _sample(2, (7, 3), 6)])
    assert type(batch) is Batch
    assert set(batch) == {"images", "targets"}
    assert [type(image) for image in batch["images"]] == [torch.Tensor] * 2
    assert [tuple(image.shape) for image in batch["images"]] == [(3, 4, 6), (3, 7, 3)]
    assert [image.unique().tolist() for image in batch["images"]] == [[5], [6]]
    empty, full = batch["targets"]
    assert empty["boxes"].shape == (0, 4)
    assert type(full["boxes"]) is torch.Tensor
    assert full["boxes"].tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert full["labels"].tolist() == [1, 2]
    assert (full["image_id"], full["source"]) == (6, "6.png")


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32, torch.float16])
def test_a_picture_keeps_its_type(dtype: torch.dtype) -> None:
    image, target = _sample(1)
    assert collate([(image.to(dtype), target)])["images"][0].dtype == dtype


@pytest.mark.parametrize(
    ("image", "what"),
    [
        (torch.zeros(3, 0), r"\(3, H, W\) tensor, got \(3, 0\)"),
        (torch.zeros(4, 6, 3), r"got \(4, 6, 3\)"),
        (torch.zeros(1, 4, 6), r"got \(1, 4, 6\)"),
        (torch.zeros(1, 3, 4, 6), r"got \(1, 3, 4, 6\)"),
        ([1, 2], "got list"),
        (torch.zeros(3, 4, 6, dtype=torch.int64), r"uint8 or float, got torch\.int64"),
        (torch.zeros(3, 4, 6, dtype=torch.bool), r"uint8 or float, got torch\.bool"),
    ],
)
def test_what_is_no_picture_is_refused_with_its_source(image: Any, what: str) -> None:
    with pytest.raises(ValueError, match=rf"^2\.png: an image is .*{what}"):
        collate([_sample(1), (image, _sample(1, image_id=2)[1])])


@pytest.mark.parametrize("key", ["boxes", "labels", "iscrowd"])
def test_targets_that_differ_in_number_are_refused_with_counts_and_source(key: str) -> None:
    image, target = _sample(3, image_id=9)
    target[key] = target[key][:2]
    with pytest.raises(ValueError, match=rf"^9\.png: .*differ in number.*'{key}': 2"):
        collate([_sample(1), (image, target)])


def test_numbers_are_kept_and_have_to_be_as_many_as_the_boxes() -> None:
    image, target = _sample(3, image_id=9)
    target["numbers"] = torch.tensor([1, 0, 1])
    batch = collate([_sample(1), (image, target)])
    assert "numbers" not in batch["targets"][0]
    assert batch["targets"][1]["numbers"].tolist() == [1, 0, 1]
    target["numbers"] = target["numbers"][:2]
    with pytest.raises(ValueError, match=r"^9\.png: .*differ in number.*'numbers': 2"):
        collate([(image, target)])


def test_label_zero_is_refused_with_the_file_name() -> None:
    image, target = _sample(3, image_id=9)
    target["labels"][1] = 0
    with pytest.raises(ValueError, match=r"^9\.png: label 0 is the background"):
        collate([(image, target)])


def test_a_sample_without_source_can_be_refused_too() -> None:
    image, target = _sample(1)
    del target["source"]
    with pytest.raises(ValueError, match="a sample without `source`"):
        collate([(image[0], target)])


def test_it_is_found_by_the_name_that_configs_write() -> None:
    assert FUNCTIONS.get("digitdet.collate") is collate

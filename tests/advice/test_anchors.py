"""Recall of anchors, against torchvision's anchors themselves."""

import numpy as np
import pytest
import torch
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.image_list import ImageList
from torchvision.ops import box_iou

from digitdet.advice.anchors import STOCK, Anchors, best_ious, place_ious, recalls, weigh
from digitdet.advice.measurements import Resized
from digitdet.registry import BACKBONES

STRIDES = (4, 8, 16, 32, 64)
ANCHORS = [
    STOCK,
    Anchors(((24,), (48,), (72,), (96,), (128,)), (1.4, 2.0, 3.0)),
    Anchors(((9, 15), (21, 30), (40, 50), (70, 90), (110, 130)), (0.7,)),
]


def resized(padded: list[tuple[int, int]], boxes: list[list[float]]) -> Resized:
    """Pictures with one box each."""
    return Resized(
        magnification=np.ones(len(padded)),
        padded=np.array(padded, dtype=np.int64).reshape(-1, 2),
        boxes=np.array(boxes, dtype=np.float32).reshape(-1, 4),
        picture=np.arange(len(boxes)),
    )


@pytest.fixture(scope="module")
def backbone() -> torch.nn.Module:
    with torch.device("meta"):
        built: torch.nn.Module = BACKBONES.build({"type": "ResNetFPN", "depth": 50})
    return built.eval()


def test_of_no_boxes_there_are_no_ious() -> None:
    assert best_ious(resized([(64, 96)], []), STRIDES, STOCK).shape == (0,)


# 32, 96 and 160 are odd multiples of 32: the coarsest map's stride is then not 64.
@pytest.mark.parametrize("padded", [(32, 128), (160, 320), (96, 64), (224, 416)])
def test_the_best_iou_is_that_with_all_anchors_of_torchvision(
    padded: tuple[int, int], backbone: torch.nn.Module
) -> None:
    height, width = padded
    rng = np.random.default_rng(height)
    corner = rng.uniform(-5, 1, (60, 2)) + rng.uniform(0, 0.9, (60, 2)) * [width, height]
    sides = rng.uniform(1, 200, (60, 2))
    boxes = np.concatenate([corner, corner + sides], axis=1).astype(np.float32)
    maps = backbone(torch.empty(1, 3, height, width, device="meta")).values()
    features = [torch.zeros(1, 1, *value.shape[-2:]) for value in maps]
    images = ImageList(torch.zeros(1, 3, height, width), [padded])
    found = resized([padded] * 60, boxes.tolist())
    for anchors in ANCHORS:
        generator = AnchorGenerator(anchors.sizes, (anchors.ratios,) * len(anchors.sizes))
        (every,) = generator(images, features)
        best = box_iou(torch.from_numpy(boxes), every).amax(dim=1)
        assert best.max() > 0.5
        np.testing.assert_allclose(best_ious(found, STRIDES, anchors), best, atol=1e-5)


def test_each_picture_has_its_own_places() -> None:
    box = [100.0, 8.0, 120.0, 40.0]  # lies right of the first picture's last column, at 28
    shape = np.array([20.0, 32.0], dtype=np.float32)
    ious = place_ious(resized([(32, 32), (32, 128)], [box, box]), 4, shape)
    assert ious[0] == 0
    # Centre (110, 24): the nearest places are (108, 24) and (112, 24), both 2 pixels away.
    assert ious[1] == pytest.approx(18 * 32 / (2 * 20 * 32 - 18 * 32))


def test_recalls_are_shares_from_the_threshold_on() -> None:
    assert recalls(np.array([0.1, 0.5, 0.69, 0.7], dtype=np.float32)) == (0.75, 0.25)


def test_a_box_missed_at_half_weighs_as_ten_missed_at_seven_tenths() -> None:
    assert weigh(0.99, 0.8) == pytest.approx(weigh(1.0, 0.7))

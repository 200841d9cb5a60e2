"""Images fit the normalisation that the model does."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torchvision.models.detection.transform import GeneralizedRCNNTransform
from torchvision.transforms import v2

from digitdet.datasets import SyntheticDigits
from digitdet.preflight.input_range import check_input

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
TO_FLOAT = v2.ToDtype(torch.float32, scale=True)
TO_BYTES_AS_FLOAT = v2.ToDtype(torch.float32)


class Normalizing(nn.Module):
    """As much of a model as is judged."""

    def __init__(self, mean: Any = MEAN, std: Any = STD) -> None:
        super().__init__()
        self.transform = GeneralizedRCNNTransform(96, 256, mean, std)


def _check(read: Any, model: nn.Module, *transforms: Any) -> Any:
    dataset = SyntheticDigits(num_scenes=4, transforms=transforms)
    return check_input([read("train", dataset)], model)


@pytest.mark.parametrize("transforms", [[], [TO_FLOAT]])
def test_bytes_and_floats_up_to_one_are_right(transforms: Any, read: Any) -> None:
    finding = _check(read, Normalizing(), *transforms)
    assert finding.status == "ok"
    assert "normalised mean" in finding.detail


def test_floats_up_to_255_are_an_error(read: Any) -> None:
    finding = _check(read, Normalizing(), TO_BYTES_AS_FLOAT)
    assert finding.status == "error"
    assert "scale=True" in finding.detail


def test_floats_up_to_255_are_right_for_a_model_that_expects_them(read: Any) -> None:
    model = Normalizing([128.0, 128.0, 128.0], [60.0, 60.0, 60.0])
    assert _check(read, model, TO_BYTES_AS_FLOAT).status == "ok"


def test_a_second_normalisation_is_pointed_out_by_its_name(read: Any) -> None:
    finding = _check(read, Normalizing(), TO_FLOAT, v2.Normalize(MEAN, STD))
    assert finding.status == "warning"
    assert "`transforms` holds Normalize" in finding.detail


@pytest.mark.parametrize(
    ("mean", "std", "status"),
    [
        (MEAN, STD, "ok"),
        ([0.0] * 3, [1.0] * 3, "ok"),  # frcnn_tl3_no_norm
        ([0.5961, 0.5581, 0.4974], [0.0524, 0.0502, 0.0506], "warning"),  # its double_norm
        ([123.0, 116.0, 103.0], [58.0, 57.0, 57.0], "warning"),  # meant for 0 to 255
    ],
)
def test_a_mean_or_deviation_far_off_is_a_warning_with_figures(
    mean: list[float], std: list[float], status: str, read: Any
) -> None:
    finding = _check(read, Normalizing(mean, std))
    assert finding.status == status
    assert "normalised mean" in finding.detail


def test_pixels_that_are_no_numbers_are_an_error(read: Any) -> None:
    samples = read("train", SyntheticDigits(num_scenes=2))
    samples.samples[0] = (torch.full((3, 8, 8), torch.nan), samples.samples[0][1])
    finding = check_input([samples], Normalizing())
    assert finding.status == "error"
    assert "not finite" in finding.detail


def test_of_a_model_that_says_nothing_the_range_alone_is_judged(read: Any) -> None:
    finding = _check(read, nn.Identity())
    assert (finding.status, "does not say" in finding.detail) == ("ok", True)
    assert _check(read, nn.Identity(), TO_BYTES_AS_FLOAT).status == "warning"


@pytest.mark.real_data
def test_photographs_are_near_the_usual_normalisation(
    read: Any, coco: Any, real_data: Path
) -> None:
    splits = [read(split, coco(real_data, split)) for split in ("train", "val")]
    assert check_input(splits, Normalizing()).status == "ok"

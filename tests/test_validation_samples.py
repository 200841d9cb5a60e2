"""Samples of a validation: which, and what is drawn of them."""

from typing import Any

import pytest
import torch

from digitdet.structures import Prediction, Target
from digitdet.validation_samples import MAX_SIDE, Reading, draw_samples, reading_of, spread

LINE = {"type": "LineReader"}


@pytest.mark.parametrize(
    ("count", "most", "expected"),
    [
        (0, 16, []),
        (1, 16, [0]),
        (3, 3, [0, 1, 2]),
        (4, 3, [0, 1, 2]),
        (9, 3, [0, 3, 6]),
        (10, 4, [0, 2, 5, 7]),
    ],
)
def test_positions_are_spread_evenly(count: int, most: int, expected: list[int]) -> None:
    assert spread(count, most) == expected


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, Reading(None)),
        ({"reader": LINE}, Reading(LINE)),
        ({"reader": LINE, "val_evaluator": [{"type": "DigitMetric"}]}, Reading(LINE)),
        ({"val_evaluator": {"reader": LINE, "truth": "left"}}, Reading(LINE, "left")),
        ({"reader": {}, "val_evaluator": [{}, {"reader": LINE}]}, Reading(LINE)),
    ],
)
def test_numbers_are_read_as_in_the_validation(config: Any, expected: Reading) -> None:
    assert reading_of(config) == expected


def _result(size: tuple[int, int]) -> tuple[Any, tuple[Prediction, Target]]:
    """A picture, with the digits 1 and 2 found in it; 12 is its number."""
    boxes = torch.tensor([[0.1, 0.2, 0.3, 0.6], [0.4, 0.2, 0.6, 0.6]])
    boxes = boxes * torch.tensor([size[1], size[0]] * 2)
    labels = torch.tensor([2, 3])
    prediction = Prediction(boxes=boxes, labels=labels, scores=torch.tensor([0.9, 0.4]))
    target = Target(
        image_id=4,
        boxes=boxes,
        labels=labels,
        iscrowd=torch.zeros(2, dtype=torch.bool),
        source="4.png",
    )
    return (torch.zeros(3, *size, dtype=torch.uint8), target), (prediction, target)


def test_a_picture_that_is_none_of_the_results_is_refused() -> None:
    sample, _ = _result((20, 30))
    assert draw_samples([], [], Reading(LINE)) == []
    with pytest.raises(KeyError):
        draw_samples([sample], [], Reading(LINE))


def test_without_a_reader_nothing_is_read() -> None:
    sample, result = _result((20, 30))
    (drawn,) = draw_samples([sample], [result], Reading(None))
    assert drawn.record == {
        "image_id": 4,
        "source": "4.png",
        "read": None,
        "true": "12",
        "is_right": None,
    }


@pytest.mark.parametrize("size", [(20, 30), (500, 1000)])
def test_what_is_read_is_drawn_at_its_place(size: tuple[int, int]) -> None:
    sample, result = _result(size)
    reader = {"type": "LineReader", "score_threshold": 0.3}
    (drawn,) = draw_samples([sample], [result], Reading(reader))
    assert (drawn.record["read"], drawn.record["is_right"]) == ("12", True)
    width = drawn.picture.width
    assert width == (MAX_SIDE if size[1] > MAX_SIDE else width // 30 * 30)
    scale = width / size[1]
    box = (result[0]["boxes"][0] * scale).round().int().tolist()
    left_edge = drawn.picture.getpixel((box[0] + 1, (box[1] + box[3]) // 2))
    assert left_edge != (0, 0, 0)


def test_a_picture_of_floats_is_drawn_as_one_of_bytes() -> None:
    sample, result = _result((20, 30))
    (expected,) = draw_samples([sample], [result], Reading(LINE))
    floats = (sample[0].float() / 255, sample[1])
    (drawn,) = draw_samples([floats], [result], Reading(LINE))
    assert drawn.picture.tobytes() == expected.picture.tobytes()

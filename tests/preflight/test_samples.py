"""Samples of a data set of one's own are refused with their place, and told once."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

Change = Callable[[Any, dict[str, Any]], Any]


class OwnDigits:
    """A user's data set; ``change`` makes of its samples what it likes."""

    def __init__(self, change: Change) -> None:
        self.change = change

    def __len__(self) -> int:
        return 3

    def __getitem__(self, index: int) -> Any:
        target = {
            "image_id": index,
            "boxes": torch.tensor([[5.0, 5.0, 20.0, 30.0]]),
            "labels": torch.tensor([1]),
            "iscrowd": torch.zeros(1, dtype=torch.bool),
            "source": f"own {index}",
        }
        return self.change(torch.zeros(3, 40, 60, dtype=torch.uint8), target)


def test_samples_without_fault_are_read(read: Any) -> None:
    samples = read("train", OwnDigits(lambda image, target: (image, target)))
    assert (samples.indices, samples.with_boxes) == ([0, 1, 2], 0)


def _without(name: str) -> Change:
    return lambda image, target: (image, {k: v for k, v in target.items() if k != name})


def _with(**values: Any) -> Change:
    return lambda image, target: (image, {**target, **values})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda *_: {}["bbox"], r"sample 0 of OwnDigits: KeyError: 'bbox' \(.*test_samples.py:"),
        (lambda image, _: image, r"gives pairs \(image, target\), got Tensor"),
        (lambda image, _: (image, [1]), "a target is a dict with 'boxes', got list"),
        (_without("boxes"), "own 0: the target lacks boxes; see structures.Target"),
        (_without("iscrowd"), "lacks iscrowd"),
        (_with(boxes=[[5, 5, 20, 30]]), "boxes of a target are a tensor, got list"),
        (_with(labels=torch.ones(1)), r"labels are int64, got torch\.float32"),
        (_with(labels=torch.zeros(1, dtype=torch.int64)), "no batch: own 0: label 0 is the back"),
        (lambda image, target: (image[:1], target), r"\(3, H, W\) tensor, got \(1, 40, 60\)"),
    ],
)
def test_what_is_no_sample_is_named(change: Change, said: str, read: Any) -> None:
    with pytest.raises(ValueError, match=rf"^train: .*{said}"):
        read("train", OwnDigits(change))

"""What checks do leaves no trace."""

import random
import threading
from typing import Any

import numpy as np
import torch

from digitdet.datasets import ConcatDataset, RepeatDataset, SyntheticDigits
from digitdet.determinism import restored_randomness
from digitdet.hooks.sample_seed_hook import set_epoch
from digitdet.preflight.isolation import isolate, isolate_metric


class CountingTransform:
    """A user's transform with a state of its own."""

    def __init__(self) -> None:
        self.generator = np.random.default_rng(0)
        self.calls = 0

    def __call__(self, image: Any, target: Any) -> Any:
        self.generator.random()
        self.calls += 1
        return image, target


class UncopyableDataset:
    """A user's data set that refuses to be copied."""

    def __copy__(self) -> Any:
        raise TypeError("open file")


class DrawingDataset:
    """A user's data set with generators of its own."""

    def __init__(self) -> None:
        self.python, self.numpy = random.Random(0), np.random.default_rng(0)
        self.torch = torch.Generator().manual_seed(0)

    def draw(self) -> tuple[float, float, float]:
        own = torch.rand((), generator=self.torch)
        return self.python.random(), self.numpy.random(), float(own)


def _draws() -> tuple[float, float, float]:
    return random.random(), float(np.random.random()), float(torch.rand(()))


def test_random_states_are_restored_even_after_an_error() -> None:
    random.seed(1)
    np.random.seed(2)
    torch.manual_seed(3)
    expected = _draws()
    random.seed(1)
    np.random.seed(2)
    torch.manual_seed(3)
    try:
        with restored_randomness():
            _draws()
            raise RuntimeError
    except RuntimeError:
        pass
    assert _draws() == expected


def test_a_transform_keeps_its_state_and_the_data_set_its_epoch() -> None:
    transform = CountingTransform()
    dataset = SyntheticDigits(num_scenes=2, transforms=[transform])
    state = transform.generator.bit_generator.state
    twin = isolate(dataset)
    set_epoch(twin, 5, 9)
    first = twin[0][1]["source"]
    assert first == "synthetic:0:10"
    assert transform.calls == 0
    assert transform.generator.bit_generator.state == state
    assert dataset[0][1]["source"] == "synthetic:0:0"


def test_generators_of_a_data_set_do_not_move_on() -> None:
    dataset = DrawingDataset()
    drawn = isolate(dataset).draw()
    assert dataset.draw() == drawn == DrawingDataset().draw()


def test_wrapped_data_sets_are_isolated_too() -> None:
    parts = [SyntheticDigits(num_scenes=2), RepeatDataset(SyntheticDigits(num_scenes=2), 2)]
    dataset = ConcatDataset(parts, weights=[1, 1])
    before = dataset.draw.positions.tolist(), parts[1].dataset.pipeline.draws.epoch
    twin = isolate(dataset)
    set_epoch(twin, 3, 4)
    assert twin.draw.draws.epoch == 3
    assert twin.datasets[1].dataset.pipeline.draws.seed == 4
    assert dataset.draw.draws.epoch == 0
    assert (dataset.draw.positions.tolist(), parts[1].dataset.pipeline.draws.epoch) == before


def test_what_can_not_be_copied_is_taken_as_it_is() -> None:
    dataset = UncopyableDataset()
    assert isolate(dataset) is dataset
    locked = CountingTransform()
    locked.lock = threading.Lock()  # type: ignore[attr-defined]
    twin = isolate(SyntheticDigits(num_scenes=2, transforms=[locked]))
    assert twin.pipeline.transforms == [locked]


def test_a_metric_keeps_its_results() -> None:
    from digitdet.evaluation.digit_metric import DigitMetric

    metric = DigitMetric(backend="pycocotools")
    metric.results.append("kept")
    twin = isolate_metric(metric)
    twin.results.append("other")
    assert metric.results == ["kept"]
    assert twin.results == ["other"]

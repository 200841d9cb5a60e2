"""Pictures of like shape are evaluated together; nothing shows it."""

import itertools
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mmengine.dataset import DefaultSampler

from digitdet.datasets import EvaluationBatchSampler, ImageFolder
from digitdet.datasets import evaluation_batch_sampler as module


class Sized:
    """A data set that knows only the sizes of its pictures."""

    def __init__(self, sizes: list[tuple[int, int]]) -> None:
        self.sizes = np.array(sizes, dtype=np.int64).reshape(-1, 2)

    def __len__(self) -> int:
        return len(self.sizes)


def batches(dataset: Any, batch_size: int) -> list[list[int]]:
    sampler = DefaultSampler(dataset, shuffle=False, seed=0, round_up=False)
    made = EvaluationBatchSampler(sampler, batch_size)
    found = list(made)
    assert len(made) == len(found)
    assert list(made) == found  # each time
    return found


def test_no_picture_gives_no_batch() -> None:
    assert batches(Sized([]), 4) == []


def test_pictures_of_like_shape_come_together() -> None:
    sizes = [(10, 40), (10, 10), (20, 80), (30, 30), (5, 40)]
    assert batches(Sized(sizes), 2) == [[1, 3], [0, 2], [4]]


def test_without_sizes_the_order_is_as_given() -> None:
    assert batches([None] * 5, 2) == [[0, 1], [2, 3], [4]]


@given(
    sizes=st.lists(st.tuples(st.integers(1, 90), st.integers(1, 90)), max_size=40),
    batch_size=st.integers(1, 9),
)
def test_every_picture_comes_once_and_neighbours_are_next_in_shape(
    sizes: list[tuple[int, int]], batch_size: int
) -> None:
    found = batches(Sized(sizes), batch_size)
    assert all(len(batch) == batch_size for batch in found[:-1])
    order = list(itertools.chain.from_iterable(found))
    assert sorted(order) == list(range(len(sizes)))
    ratios = [sizes[position][1] / sizes[position][0] for position in order]
    assert ratios == sorted(ratios)


@pytest.mark.parametrize("processes", [2, 3])
def test_in_each_process_what_fills_up_comes_last(
    processes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = Sized([(10, 10 + 7 * (place % 5)) for place in range(7)])
    monkeypatch.setattr(module, "get_world_size", lambda: processes)
    seen = []
    for rank in range(processes):
        sampler = DefaultSampler(dataset, shuffle=False, seed=0)
        sampler.rank, sampler.world_size = rank, processes
        sampler.num_samples = -(-7 // processes)
        sampler.total_size = sampler.num_samples * processes
        given = list(sampler)
        order = list(itertools.chain.from_iterable(EvaluationBatchSampler(sampler, 2)))
        assert sorted(order) == sorted(given)
        assert order[-1] == given[-1]
        seen += order
    assert set(seen) == set(range(7))


@pytest.mark.parametrize("batch_size", [0, 2.0, True])
def test_a_batch_has_a_picture(batch_size: Any) -> None:
    sampler = DefaultSampler(Sized([(1, 1)]), shuffle=False)
    with pytest.raises(ValueError, match="batch_size has to be a whole number of at least 1"):
        EvaluationBatchSampler(sampler, batch_size)


def test_a_sampler_that_names_no_data_set_is_refused() -> None:
    with pytest.raises(ValueError, match="SimpleNamespace has no dataset; take"):
        EvaluationBatchSampler(SimpleNamespace(), 2)


def test_pictures_of_a_folder_are_sorted_by_their_headers(tmp_path: Any) -> None:
    from PIL import Image

    for name, size in (("1", (40, 10)), ("2", (10, 10)), ("4", (20, 10))):
        Image.new("RGB", size).save(tmp_path / f"{name}.png")
    (tmp_path / "3.png").write_bytes(b"no picture")
    folder = ImageFolder(str(tmp_path))
    assert folder.sizes.tolist() == [[10, 40], [10, 10], [0, 0], [10, 20]]
    assert batches(folder, 4) == [[2, 1, 3, 0]]

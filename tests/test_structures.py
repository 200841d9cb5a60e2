"""Batches: what leaves a loader is what went in."""

import copy
import io
import pickle
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from digitdet.structures import Batch, Number

SAMPLES = st.lists(
    st.tuples(st.integers(0, 5), st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=5
)


def _batch(
    samples: list[tuple[int, int, int]], seed: int = 0, dtype: torch.dtype = torch.uint8
) -> Batch:
    """A batch of random pictures, given as (number of boxes, height, width)."""
    generator = torch.Generator().manual_seed(seed)
    images, targets = [], []
    for position, (count, height, width) in enumerate(samples):
        image = torch.randint(0, 256, (3, height, width), generator=generator)
        images.append(image.to(dtype))
        targets.append(
            {
                "image_id": 1000 + position,
                "boxes": torch.rand((count, 4), generator=generator),
                "labels": torch.randint(1, 11, (count,), generator=generator),
                "iscrowd": torch.rand(count, generator=generator) < 0.5,
                "source": f"picture {position}",
            }
        )
    return Batch(images=images, targets=targets)


def _assert_same(one: Any, other: Any) -> None:
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            _assert_same(one[key], other[key])
    elif isinstance(one, list):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            _assert_same(a, b)
    elif isinstance(one, torch.Tensor):
        assert one.dtype == other.dtype
        assert one.shape == other.shape
        assert torch.equal(one, other)
    else:
        assert one == other


def _num_tensors(batch: Batch) -> int:
    """How many tensors are pickled as such."""
    tensors = []

    class Counting(pickle.Pickler):
        def persistent_id(self, value: object) -> None:
            if isinstance(value, torch.Tensor):
                tensors.append(value)

    Counting(io.BytesIO()).dump(batch)
    return len(tensors)


@settings(deadline=None, max_examples=60)
@given(SAMPLES, st.integers(0, 99), st.sampled_from([torch.uint8, torch.float32, torch.float16]))
def test_a_pickled_batch_comes_back_the_same(
    samples: list[tuple[int, int, int]], seed: int, dtype: torch.dtype
) -> None:
    batch = _batch(samples, seed, dtype)
    _assert_same(pickle.loads(pickle.dumps(batch)), batch)


def test_a_batch_without_any_box_comes_back_with_typed_empty_tensors() -> None:
    target = pickle.loads(pickle.dumps(_batch([(0, 2, 3)])))["targets"][0]
    assert target["boxes"].shape == (0, 4)
    dtypes = [target[key].dtype for key in ("boxes", "labels", "iscrowd")]
    assert dtypes == [torch.float32, torch.int64, torch.bool]


def test_pictures_without_pixels_come_back() -> None:
    batch = _batch([(0, 1, 1)])
    batch["images"] = [torch.zeros(3, 0, 4, dtype=torch.uint8)]
    _assert_same(pickle.loads(pickle.dumps(batch)), batch)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_every_pickle_protocol_keeps_a_batch(protocol: int) -> None:
    batch = _batch([(2, 3, 4), (0, 5, 1)])
    _assert_same(pickle.loads(pickle.dumps(batch, protocol=protocol)), batch)


@pytest.mark.parametrize("having", [(), (0,), (0, 1, 2)])
def test_numbers_survive_pickling_and_cost_no_handle_where_all_targets_have_them(
    having: tuple[int, ...],
) -> None:
    batch = _batch([(2, 3, 4), (0, 5, 1), (3, 2, 2)])
    for position in having:
        count = len(batch["targets"][position]["boxes"])
        batch["targets"][position]["numbers"] = torch.arange(count)
    _assert_same(pickle.loads(pickle.dumps(batch)), batch)
    assert _num_tensors(batch) == len(having) % 3


def test_further_keys_of_a_target_survive_pickling() -> None:
    batch = _batch([(2, 3, 4)])
    batch["targets"][0]["number"] = [0, 1]
    assert pickle.loads(pickle.dumps(batch))["targets"][0]["number"] == [0, 1]


def test_further_keys_of_a_batch_survive_pickling() -> None:
    batch = Batch(**_batch([(2, 3, 4), (0, 2, 2)]), weight=[0.5, 1.0])
    _assert_same(pickle.loads(pickle.dumps(batch)), batch)


def test_a_shallow_copy_shares_the_tensors() -> None:
    batch = _batch([(1, 2, 3)])
    copied = copy.copy(batch)
    _assert_same(copied, batch)
    assert copied["images"] is batch["images"]
    copied["images"] = []
    assert batch["images"]


def test_pictures_that_are_views_of_others_are_pickled_as_they_look() -> None:
    pixels = torch.arange(2 * 6 * 8, dtype=torch.uint8).view(1, 12, 8).repeat(3, 1, 1)
    batch = _batch([(1, 2, 2)])
    batch["images"] = [pixels[:, ::2, 1:5].flip(-1)]
    expected = pixels.numpy()[:, ::2, 1:5][..., ::-1]
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(batch))["images"][0].numpy(), expected)


def test_a_batch_is_packed_into_few_arrays() -> None:
    """Tensors cost a handle each where a worker passes them; NumPy arrays do not."""
    assert _num_tensors(_batch([(3, 4, 5)] * 8)) == 0


def test_changing_an_unpickled_batch_leaves_the_first_alone() -> None:
    batch = _batch([(2, 3, 4), (1, 2, 2)])
    kept = copy.deepcopy(dict(batch))
    other = pickle.loads(pickle.dumps(batch))
    other["images"][0].zero_()
    other["targets"][1]["boxes"].add_(7)
    _assert_same(dict(batch), kept)


def test_a_batch_is_the_keyword_arguments_of_a_forward() -> None:
    def forward(images: list[torch.Tensor], targets: list[dict[str, Any]]) -> tuple[int, int]:
        return len(images), len(targets)

    assert forward(**_batch([(0, 1, 1), (1, 2, 2)])) == (2, 2)


def test_a_number_cannot_be_changed() -> None:
    number = Number("07", torch.zeros(2, 4), torch.ones(2), 1.0)
    with pytest.raises(AttributeError):
        number.text = "7"  # type: ignore[misc]


@pytest.mark.parametrize(
    "batch",
    [
        Batch(),
        Batch(images=[], targets=[]),
        Batch(images=[torch.zeros(3, 2, 2)]),
        Batch(images=[torch.full((3, 2, 2), 200, dtype=torch.uint8), torch.rand(3, 1, 1)]),
        Batch(images=[torch.ones(3, 2, 2, dtype=torch.bfloat16)]),
    ],
)
def test_a_batch_that_cannot_be_packed_is_pickled_as_it_is(batch: Batch) -> None:
    copied = pickle.loads(pickle.dumps(batch))
    assert isinstance(copied, Batch)
    assert set(copied) == set(batch)
    for one, other in zip(copied.get("images", []), batch.get("images", []), strict=True):
        assert one.dtype == other.dtype
        assert torch.equal(one, other)

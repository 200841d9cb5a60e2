"""Synthetic scenes, rendered when they are asked for."""

from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader
from torchvision import tv_tensors

from digitdet.datasets import SyntheticDigits, collate
from digitdet.registry import DATASETS
from digitdet.scenes import make_factors, render_scene
from digitdet.structures import Batch

JITTER = [dict(type="ColorJitter", brightness=0.5, hue=0.3)]


def _loader(dataset: SyntheticDigits, num_workers: int, **kwargs: Any) -> DataLoader[Any]:
    return DataLoader(dataset, batch_size=4, num_workers=num_workers, collate_fn=collate, **kwargs)


def _plain(batches: list[Batch]) -> list[Any]:
    """Batches as lists and numbers, which compare with ``==``."""
    return [
        (
            image.tolist(),
            {key: getattr(value, "tolist", lambda v=value: v)() for key, value in t.items()},
        )
        for batch in batches
        for image, t in zip(batch["images"], batch["targets"], strict=True)
    ]


def _sources(dataset: SyntheticDigits) -> list[str]:
    return [dataset[index][1]["source"] for index in range(len(dataset))]


@pytest.mark.parametrize("num_scenes", [0, -1])
def test_an_epoch_of_no_scenes_is_refused(num_scenes: int) -> None:
    with pytest.raises(ValueError, match=f"num_scenes has to be at least 1, got {num_scenes}"):
        SyntheticDigits(num_scenes)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="seed has to be 0 or more, got -1"):
        SyntheticDigits(3, seed=-1)


def test_a_sample_is_the_scene_with_documented_types() -> None:
    dataset = DATASETS.build(dict(type="SyntheticDigits", num_scenes=6, seed=4))
    assert len(dataset) == 6
    image, target = dataset[2]
    scene = render_scene(np.random.default_rng((4, 2)))
    assert type(image) is tv_tensors.Image
    np.testing.assert_array_equal(image.permute(1, 2, 0).numpy(), scene.image)
    assert type(target["boxes"]) is tv_tensors.BoundingBoxes
    assert target["boxes"].canvas_size == scene.image.shape[:2]
    assert target["boxes"].tolist() == scene.boxes.tolist()
    assert target["labels"].tolist() == scene.labels.tolist()
    assert target["iscrowd"].tolist() == [False] * len(scene.labels)
    assert (target["image_id"], target["source"]) == (3, "synthetic:4:2")


def test_a_digits_number_is_given_in_test_mode_alone() -> None:
    several = dict(several=1.0)
    target = SyntheticDigits(3, seed=4, factors=several, test_mode=True)[2][1]
    scene = render_scene(np.random.default_rng((4, 2)), make_factors(several))
    assert set(scene.numbers.tolist()) == {0, 1}
    assert target["numbers"].tolist() == scene.numbers.tolist()
    assert target["numbers"].dtype == torch.int64
    assert "numbers" not in SyntheticDigits(3, seed=4, factors=several)[2][1]


def test_the_ids_of_a_subset_are_known_without_rendering() -> None:
    dataset = SyntheticDigits(9, indices=[7, 0])
    assert dataset.image_ids.tolist() == [dataset[index][1]["image_id"] for index in range(2)]


def test_the_source_replays_the_scene_in_any_epoch() -> None:
    dataset = SyntheticDigits(5, seed=9)
    for epoch in (0, 1, 40):
        dataset.set_epoch(epoch, seed=123)
        for index in (0, 4):
            image, target = dataset[index]
            name, seed, number = target["source"].split(":")
            assert name == "synthetic"
            scene = render_scene(np.random.default_rng((int(seed), int(number))))
            np.testing.assert_array_equal(image.permute(1, 2, 0).numpy(), scene.image)
            assert target["boxes"].tolist() == scene.boxes.tolist()


def test_epochs_share_no_scene_and_the_ids_stay() -> None:
    dataset = SyntheticDigits(7)
    seen: set[str] = set()
    for epoch in range(3):
        dataset.set_epoch(epoch, seed=0)
        seen.update(_sources(dataset))
        assert [dataset[index][1]["image_id"] for index in range(7)] == [1, 2, 3, 4, 5, 6, 7]
    assert len(seen) == 21


def test_the_runs_seed_changes_the_transforms_and_not_the_scenes() -> None:
    dataset = SyntheticDigits(2, seed=5, transforms=JITTER)
    dataset.set_epoch(1, seed=1)
    image, target = dataset[0]
    dataset.set_epoch(1, seed=2)
    other, other_target = dataset[0]
    assert target["source"] == other_target["source"]
    assert image.shape == other.shape
    assert not torch.equal(image, other)


def test_the_same_seed_epoch_and_index_give_the_same_sample() -> None:
    datasets = [SyntheticDigits(6, seed=2, transforms=JITTER) for _ in range(2)]
    for epoch in (0, 3):
        for dataset in datasets:
            dataset.set_epoch(epoch, seed=8)
        forward = [datasets[0][index] for index in range(6)]
        backward = [datasets[1][index] for index in reversed(range(6))]
        assert _plain([collate(forward)]) == _plain([collate(backward[::-1])])


def test_datasets_of_other_seeds_share_no_scene() -> None:
    train, valid = (SyntheticDigits(20, seed=seed) for seed in (0, 1))
    pictures = {dataset[i][0].numpy().tobytes() for dataset in (train, valid) for i in range(20)}
    assert len(pictures) == 40


@pytest.mark.parametrize("index", [-1, 5])
def test_an_index_outside_the_epoch_is_refused(index: int) -> None:
    with pytest.raises(IndexError, match=f"scene {index} of 5"):
        SyntheticDigits(5)[index]


def test_iterating_ends_after_the_epoch() -> None:
    assert len(list(SyntheticDigits(3))) == 3


def test_workers_give_the_samples_that_no_worker_gives() -> None:
    dataset = SyntheticDigits(10, seed=3, transforms=JITTER)
    dataset.set_epoch(2, seed=6)
    alone = list(_loader(dataset, 0))
    shared = list(_loader(dataset, 2))
    assert [type(batch) for batch in shared] == [Batch] * 3
    assert _plain(shared) == _plain(alone)


def test_spawned_workers_give_the_same_samples() -> None:
    dataset = SyntheticDigits(4, seed=3, transforms=JITTER)
    dataset.set_epoch(2, seed=6)
    spawned = _loader(dataset, 1, multiprocessing_context="spawn")
    assert _plain(list(spawned)) == _plain(list(_loader(dataset, 0)))


def test_persistent_workers_follow_the_epoch() -> None:
    dataset = SyntheticDigits(6, seed=3, transforms=JITTER)
    persistent = _loader(dataset, 2, persistent_workers=True)
    epochs = []
    for epoch in range(3):
        dataset.set_epoch(epoch, seed=6)
        shared = _plain(list(persistent))
        assert shared == _plain(list(_loader(dataset, 0)))
        epochs.append([target["source"] for _, target in shared])
    expected = [[f"synthetic:3:{first + n}" for n in range(6)] for first in (0, 6, 12)]
    assert epochs == expected


def test_skipping_batches_gives_the_rest_of_the_epoch() -> None:
    """How a run goes on in the middle of an epoch."""
    dataset = SyntheticDigits(12, seed=1, transforms=JITTER)
    dataset.set_epoch(4, seed=2)
    whole = list(_loader(dataset, 2))
    rest = list(_loader(dataset, 2, sampler=range(8, 12)))
    assert _plain(rest) == _plain(whole[2:])


def test_transformed_boxes_move_with_the_picture() -> None:
    plain, padded = (
        SyntheticDigits(1, transforms=t)[0] for t in ([], [dict(type="Pad", padding=3)])
    )
    assert torch.equal(padded[0][:, 3:-3, 3:-3], plain[0])
    moved = [[value + 3 for value in box] for box in plain[1]["boxes"].tolist()]
    np.testing.assert_allclose(padded[1]["boxes"].numpy(), moved, rtol=1e-6)

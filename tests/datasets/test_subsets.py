"""Subsets of data sets."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitdet.datasets import CocoDigits, ImageFolder, SyntheticDigits
from digitdet.datasets.subsets import check_positions, count_labels, resolve_indices


@pytest.mark.parametrize(
    ("indices", "expected"),
    [(None, [0, 1, 2]), (1, [0]), (3, [0, 1, 2]), ([2], [2]), ([2, 0], [2, 0])],
)
def test_a_number_takes_the_first_and_a_list_those_in_it(indices: Any, expected: list[int]) -> None:
    assert resolve_indices(indices, 3, "x") == expected


@pytest.mark.parametrize(
    ("indices", "message"),
    [
        ([], "the first N, or a list"),
        (0, "indices=0, but there are 1 to 3 to take"),
        (4, "indices=4, but there are 1 to 3"),
        (-1, "indices=-1"),
        (True, "got True"),
        (1.5, "got 1.5"),
        ("12", "got '12'"),
        ([3], "go from 0 to 2, got 3"),
        ([-1], "got -1"),
        ([True], "got True"),
        ([0, 1, 0], "holds 0 twice; repeat pictures by RepeatDataset"),
    ],
)
def test_what_is_no_subset_is_refused_with_its_owner(indices: Any, message: str) -> None:
    with pytest.raises(ValueError, match=rf"^owner: .*{message}"):
        resolve_indices(indices, 3, "owner")


@pytest.mark.parametrize("indices", [2, [3, 0], [5, 1, 4]])
def test_a_subset_of_annotated_pictures_has_their_samples(layout: Path, indices: Any) -> None:
    whole = CocoDigits("train", "train.json", str(layout))
    part = CocoDigits("train", "train.json", str(layout), indices=indices)
    positions = list(range(indices)) if isinstance(indices, int) else indices
    assert len(part) == len(positions)
    for index, position in enumerate(positions):
        target, expected = part[index][1], whole[position][1]
        assert target["source"] == expected["source"]
        assert target["boxes"].tolist() == expected["boxes"].tolist()
        assert target["labels"].tolist() == expected["labels"].tolist()
    np.testing.assert_array_equal(part.image_ids, whole.image_ids[positions])
    np.testing.assert_array_equal(part.sizes, whole.sizes[positions])
    np.testing.assert_array_equal(part.label_counts, whole.label_counts[positions])


def test_pictures_that_a_subset_leaves_out_may_be_missing(layout: Path, tmp_path: Path) -> None:
    (tmp_path / "2.png").write_bytes((layout / "train" / "2.png").read_bytes())
    file = str(layout / "train.json")
    assert CocoDigits(str(tmp_path), file, indices=[1])[0][1]["image_id"] == 2
    with pytest.raises(FileNotFoundError, match="1 of 2 pictures are not in"):
        CocoDigits(str(tmp_path), file, indices=2)


def test_labels_are_counted_by_picture(layout: Path) -> None:
    dataset = CocoDigits("train", "train.json", str(layout))
    counts = count_labels(dataset.annotations)
    for row, (_, target) in zip(counts.tolist(), dataset, strict=True):
        assert row == [target["labels"].tolist().count(label) for label in range(11)]


def test_a_subset_of_a_folder_keeps_its_ids(layout: Path) -> None:
    part = ImageFolder("test", str(layout), indices=[2, 0])
    assert [target["image_id"] for _, target in part] == [3, 1]
    with pytest.raises(ValueError, match="test: indices=9"):
        ImageFolder("test", str(layout), indices=9)


def test_a_subset_of_scenes_keeps_its_scenes_in_each_epoch() -> None:
    whole, part = SyntheticDigits(num_scenes=4), SyntheticDigits(num_scenes=4, indices=[3, 1])
    for epoch in (0, 2):
        whole.set_epoch(epoch, seed=0)
        part.set_epoch(epoch, seed=0)
        assert [target["source"] for _, target in part] == [
            whole[position][1]["source"] for position in (3, 1)
        ]


@pytest.mark.parametrize(("positions", "length"), [([], 0), ([0], 1), ([2, 0, 2], 3)])
def test_positions_that_are_there_pass(positions: list[int], length: int) -> None:
    check_positions(positions, length, "picture")


@pytest.mark.parametrize(
    ("positions", "length", "outside"), [([0], 0, 0), ([0, 3, -1], 3, 3), ([2, -1, 9], 3, -1)]
)
def test_the_first_position_that_is_not_there_is_named(
    positions: list[int], length: int, outside: int
) -> None:
    with pytest.raises(IndexError, match=f"^picture {outside} of {length}$"):
        check_positions(positions, length, "picture")

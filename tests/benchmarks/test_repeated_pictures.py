"""Pictures that come again and again."""

from pathlib import Path
from typing import Any

import pytest
import torch

from digitdet.benchmarks.repeated_pictures import RepeatedPictures, random_picture
from digitdet.datasets.collate import check_sample


@pytest.mark.parametrize("size", [(8, 8), (57, 128)])
def test_random_pictures_have_digits_with_area_inside(size: tuple[int, int]) -> None:
    height, width = size
    image, target = random_picture(3, height, width)
    check_sample((image, target))
    assert image.shape == (3, height, width)
    lefts, tops, rights, bottoms = target["boxes"].unbind(1)
    assert ((lefts >= 0) & (tops >= 0) & (rights <= width) & (bottoms <= height)).all()
    assert ((rights > lefts) & (bottoms > tops)).all()
    assert torch.equal(random_picture(3, height, width)[0], image)
    assert not torch.equal(random_picture(4, height, width)[0], image)


def test_few_pictures_come_again() -> None:
    pictures = RepeatedPictures(2, 5, size=[9, 10])
    assert len(pictures) == 5
    ids = [pictures[index][1]["image_id"] for index in range(5)]
    assert ids == [1, 2, 1, 2, 1]


def test_the_first_pictures_of_a_data_set_are_taken(layout: Path) -> None:
    config: dict[str, Any] = dict(
        type="CocoDigits", image_dir="train", ann_file="train.json", data_root=str(layout)
    )
    pictures = RepeatedPictures(2, 3, dataset=config)
    assert pictures[0][1]["source"] == pictures[2][1]["source"] != pictures[1][1]["source"]
    with pytest.raises(ValueError, match="a batch is of 7 pictures, but there are 6"):
        RepeatedPictures(7, 7, dataset=config)


def test_what_gives_no_pictures_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a size or a dataset, got neither"):
        RepeatedPictures(1, 1)
    with pytest.raises(ValueError, match="at least 8 x 8 pixels, got 7 x 30"):
        RepeatedPictures(1, 1, size=[7, 30])

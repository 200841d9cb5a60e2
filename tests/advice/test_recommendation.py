"""Recommendations for pictures whose answers can be told by hand."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitdet import config
from digitdet.advice.anchors import Anchors
from digitdet.advice.experiment import experiment_text
from digitdet.advice.loading import Machine
from digitdet.advice.measurements import Measurements, measure
from digitdet.advice.recommendation import Advice, advise
from digitdet.advice.wording import recommendations, warnings

# A preset of the compact model: maps of strides 8 and 16.
BASE = Path(__file__).parents[2] / "configs" / "experiments" / "frcnn_small_folder.py"
MACHINE = Machine(cores=2, memory=16 * 10**9)


def pictures(size: tuple[int, int], digit: tuple[int, int], count: int = 2) -> Measurements:
    """Four pictures of one size, each with some digits of one size in a row."""
    (height, width), (high, wide) = size, digit
    row = [[10.0 + n * wide, 5.0, 10.0 + (n + 1) * wide, 5.0 + high] for n in range(count)]
    return Measurements(
        file=Path("data/mine/train.json"),
        names=[f"{n}.png" for n in range(4)],
        sizes=np.array([[height, width]] * 4),
        counts=np.full(4, count),
        boxes=np.array(row * 4, dtype=np.float32),
    )


@cache
def base() -> Any:
    return config.load(BASE)


@cache
def advice_on(size: tuple[int, int], digit: tuple[int, int], count: int = 2) -> Advice:
    return advise(pictures(size, digit, count), base(), "fast", MACHINE, decoding=5e-4)


def said(advice: Advice) -> str:
    return " ".join(warnings(advice, "fast", MACHINE))


@pytest.mark.parametrize(
    ("digit", "sides"),
    [
        ((40, 20), (96, 192)),  # of 100 pixels; 38 px at 96
        ((25, 12), (128, 256)),  # 24 px at 96, 32 px at 128
        ((10, 5), (320, 640)),  # 25.6 px at 256, 32 px at 320
    ],
)
def test_the_input_is_as_large_as_digits_of_28_pixels_need(
    digit: tuple[int, int], sides: tuple[int, int]
) -> None:
    advice = advice_on((100, 200), digit)
    assert advice.input.sides == sides
    assert advice.input.magnification == sides[0] / 100
    small = [size.small for size in advice.inputs]
    assert small == [1.0] * advice.chosen + [0.0] * (len(small) - advice.chosen)
    flop = [size.flop for size in advice.inputs]
    assert flop == sorted(set(flop))
    assert said(advice) == ""


def test_digits_that_no_input_shows_are_warned_of() -> None:
    advice = advice_on((3000, 4000), (40, 20))
    assert advice.input.sides == (800, 1333)
    assert "even at 800 / 1333 100.0 % of the digits are lower than 28 px" in said(advice)


def test_regions_follow_the_digits_of_a_picture() -> None:
    few, many = advice_on((100, 200), (40, 20)), advice_on((1000, 1000), (300, 2), 110)
    assert (few.digits, few.rois, few.proposals) == (2, 64, 50)
    assert (many.digits, many.rois, many.proposals) == (110, 512, 1000)
    assert "1760 regions in training and 1100 in evaluation" in said(many)


def test_anchors_of_the_preset_are_kept_where_others_reach_no_more() -> None:
    # 38 x 19 px at 96 px, and the preset's anchor of 28 px and ratio 2 is 40 x 20.
    kept = advice_on((100, 200), (40, 20)).anchors
    assert not kept.is_fitted
    assert kept.anchors == Anchors(((28,), (52,)), (1.0, 2.0, 3.0))


def test_anchors_that_reach_nothing_are_replaced() -> None:
    poor = {**base(), "model": {**base().model, "anchor_sizes": [[300], [600]]}}
    found = pictures((100, 200), (40, 20))
    advice = advise(found, poor, "fast", MACHINE, decoding=None)
    assert advice.anchors.is_fitted
    assert advice.anchors.recalls["the preset's"] == (0, 0)
    assert advice.anchors.recalls["fitted"][0] == 1
    assert "no picture could be read" in recommendations(advice, "fast", MACHINE)[4].reason


@pytest.mark.parametrize(("batch", "is_scaled"), [(16, False), (4, True)])
def test_another_batch_than_the_presets_scales_the_rate(
    batch: int, is_scaled: bool, tmp_path: Path
) -> None:
    advice, file = advice_on((100, 200), (40, 20)), tmp_path / "mine.py"
    assert advice.load.batch == advice.load.wanted == 16
    other = replace(advice, load=replace(advice.load, batch=batch))
    text = experiment_text(other, pictures((100, 200), (40, 20)), Path("data"), BASE, file, [])
    file.write_text(text, encoding="utf-8")
    assert config.load(file).auto_scale_lr.get("enable", False) is is_scaled


def test_memory_that_holds_not_one_picture_is_warned_of() -> None:
    advice = advice_on((100, 200), (40, 20))
    none = replace(advice, load=replace(advice.load, batch=1))
    (warning,) = warnings(none, "fast", Machine(cores=2, memory=10**6))
    assert "a batch of 1 takes about" in warning


@pytest.mark.parametrize("name", ["mine", 'a "b" {{ fileDirname }}', "c\nd\\e"])
def test_the_experiment_loads_to_what_was_recommended(name: str, tmp_path: Path) -> None:
    found, advice = pictures((100, 200), (25, 12)), advice_on((100, 200), (25, 12))
    file, root = tmp_path / "mine.py", Path("data", name)
    remarks = [f"for {root}", *(each.reason for each in recommendations(advice, "fast", MACHINE))]
    file.write_text(experiment_text(advice, found, root, BASE, file, remarks), encoding="utf-8")
    loaded = config.load(file)
    assert loaded.data_root == root.as_posix()
    assert (loaded.model.min_size, loaded.model.max_size) == advice.input.sides
    assert tuple(map(tuple, loaded.model.anchor_sizes)) == advice.anchors.anchors.sizes
    assert tuple(loaded.model.aspect_ratios) == advice.anchors.anchors.ratios
    assert (loaded.model.rois_per_image, loaded.model.proposals_test) == (64, 50)
    loader = loaded.train_dataloader
    assert (loader.batch_size, loader.num_workers) == (advice.load.batch, advice.load.workers)
    assert loader.persistent_workers is (advice.load.workers > 0)
    assert loader.dataset.ann_file == "train.json"


@pytest.mark.real_data
def test_photographs_get_the_numbers_that_they_were_measured_to_need(real_data: Path) -> None:
    found = measure(real_data)
    advice = advise(found, base(), "quality", MACHINE, decoding=5e-4)
    # At 160 / 320 8 of 434 digits are lower than 28 px, at 200 / 400 none.
    assert advice.inputs[2].small == pytest.approx(8 / 434)
    assert advice.input.sides == (200, 400)
    assert (advice.digits, advice.rois, advice.proposals) == (4, 128, 100)

"""The factors of scenes, and that each of them does something."""

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from digitdet.datasets import SyntheticDigits
from digitdet.scenes import SceneFactors, make_factors, render_scene
from digitdet.scenes.number import draw_digits

EXTREMES: dict[str, tuple[Any, Any]] = {
    "num_digits": ({"1": 1}, {"4": 1}),
    "house_numbers": (0, 1),
    "several": (0, 1),
    "vertical": (0, 1),
    "log_height": (3, 4),
    "digit_aspect": (0.3, 0.9),
    "spacing": (0.02, 0.4),
    "looseness": (0, 0.3),
    "box_jitter": (0, 0.1),
    "height_ratio": (0.4, 0.9),
    "frame_aspect": (1, 2),
    "offset": (-0.1, 0.1),
    "rotation": (-20, 20),
    "step": (-0.2, 0.2),
    "shear": (-0.3, 0.3),
    "perspective": (-0.2, 0.2),
    "style": ({"font": 1}, {"counter": 1}),
    "waist": (-0.1, 0.1),
    "weight": (0, 1),
    "surface": ({"plain": 1}, {"brick": 1}),
    "regions": (0, 3),
    "plate": (0, 1),
    "plate_border": (0, 1),
    "rim": (0, 1),
    "screws": (0, 1),
    "contrast": (50, 200),
    "emboss": (0, 1),
    "shadow": (0, 1),
    "outline": (0, 1),
    "wear": (0, 1),
    "neighbor": (0, 1),
    "letters": (0, 1),
    "clutter": (0, 5),
    "cast_shadow": (0, 1),
    "light": (-0.4, 0.4),
    "exposure": (0.5, 1.5),
    "haze": (0, 0.5),
    "saturation": (0, 2),
    "low_resolution": (0, 1),
    "blur": (0, 0.1),
    "motion_blur": (0, 1),
    "noise": (0, 10),
    "sharpening": (0, 2),
    "compression": (0, 1),
    "quality": (10, 90),
}
# What else has to be so for a factor to show.
CONDITIONS: dict[str, dict[str, Any]] = {
    "plate_border": {"plate": 1},
    "rim": {"plate": 1},
    "screws": {"plate": 1},
    "quality": {"compression": 1},
    "wear": {"plate": 0, "style": {"font": 1}},
    "vertical": {"num_digits": {"3": 1}},
    "step": {"num_digits": {"3": 1}},
    "spacing": {"num_digits": {"3": 1}, "digit_aspect": 0.6},
}


def test_no_factors_are_the_defaults() -> None:
    assert make_factors(None) == make_factors({}) == SceneFactors()


def test_the_list_of_extremes_has_every_factor() -> None:
    assert list(EXTREMES) == [item.name for item in fields(SceneFactors)]


@pytest.mark.parametrize("name", EXTREMES)
def test_each_factor_changes_scenes(name: str) -> None:
    low, high = (
        make_factors({**CONDITIONS.get(name, {}), name: value}) for value in EXTREMES[name]
    )
    for number in range(8):
        one, other = (
            render_scene(np.random.default_rng((5, number)), factors) for factors in (low, high)
        )
        if one.image.tobytes() != other.image.tobytes() or not np.array_equal(
            one.boxes, other.boxes
        ):
            return
    pytest.fail(f"{name} changes none of 8 scenes")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"blurr": 0}, r"factors: there is no factor 'blurr'; did you mean 'blur'\?"),
        ({"xyzzy": 0}, r"factors: there is no factor 'xyzzy'; there are \['num_digits'"),
        ({"blur": -1}, "factors: blur has to lie in 0 to 1"),
        ({"plate": [0, 1]}, r"factors: plate is a number of 0 to 1, got \[0, 1\]"),
        ({"plate": 2}, "factors: plate is a number of 0 to 1, got 2"),
        ({"style": {"neon": 1}}, "factors: style gives weights to some of"),
        ({"num_digits": {2: 1}}, "factors: num_digits gives weights to some of"),
    ],
)
def test_wrong_factors_are_refused_by_name(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SyntheticDigits(3, factors=given)


def test_every_text_and_number_that_a_config_can_hold_is_enough() -> None:
    dataset = SyntheticDigits(
        4,
        factors=dict(num_digits={"8": 1}, several=0, rotation=[-3, 3], blur=[0.02, 0.01, 0, 0.05]),
        fonts=["cmr10"],
    )
    assert [len(target["labels"]) for _, target in dataset] == [8] * 4
    assert dataset.fonts == ("cmr10",)


def test_house_numbers_begin_as_often_with_each_digit_as_in_svhn() -> None:
    rng, factors = np.random.default_rng(6), make_factors({"house_numbers": 1})
    first = [draw_digits(rng, factors)[0] for _ in range(4000)]
    assert abs(first.count("1") / 4000 - 9244 / 33402) < 0.03
    assert abs(first.count("9") / 4000 - 1449 / 33402) < 0.02
    assert 0 < first.count("0") < 40  # 84 of 33,402

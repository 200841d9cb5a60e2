"""What is refused because it would make another digit of a digit."""

import inspect
import itertools
import math
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mmengine.config import Config
from torch import nn
from torchvision import transforms as v1
from torchvision.transforms import v2
from torchvision.transforms.functional import _get_inverse_affine_matrix

from digitdet import config, datasets
from digitdet.datasets import CocoDigits, ImageFolder, SyntheticDigits
from digitdet.registry import DATASETS, TRANSFORMS
from digitdet.transforms import DigitAugmentation, Pipeline
from digitdet.transforms.safety import check_safe, greatest_turn

FLIP = dict(type="RandomHorizontalFlip")
FIRST = "transforms[0]"
SMALL_FOLDER = Path(__file__).parents[2] / "configs" / "experiments" / "frcnn_small_folder.py"


@TRANSFORMS.register_module()
class Sometimes:
    """A user's transform that holds another in an attribute of its own."""

    def __init__(self, inner: Any, where: str = "inner") -> None:
        built = TRANSFORMS.build(inner) if isinstance(inner, dict) else inner
        setattr(self, where, built)

    def __call__(self, image: Any, target: Any) -> tuple[Any, Any]:
        return image, target

    def __repr__(self) -> str:
        return type(self).__name__


class Listed(Sometimes):
    """A user's transform whose parts are made anew at each look."""

    @property
    def transforms(self) -> list[Any]:
        return [self.make()]  # type: ignore[attr-defined]


class OwnFlip(v2.RandomVerticalFlip):
    """A user's flip."""


def _in(outer: str, *transforms: Any) -> dict[str, Any]:
    return dict(type=outer, transforms=list(transforms))


def test_no_transforms_are_safe() -> None:
    check_safe([])


@pytest.mark.parametrize(
    "transform",
    [
        dict(type="DigitAugmentation"),
        dict(type="RandomTilt", rotation=45, perspective=0.5),
        dict(type="RandomRotation", degrees=45),
        dict(type="RandomRotation", degrees=[350, 370]),
        dict(type="RandomAffine", degrees=5, translate=[0.1, 0.1], scale=[0.75, 1.3], shear=5),
        dict(type="RandomAffine", degrees=20, shear=[-20, 20]),
        dict(type="RandomPerspective", distortion_scale=0.5),
        dict(type="ColorJitter", hue=0.5),
        dict(type="RandomIoUCrop"),
        _in("RandomChoice", dict(type="Identity"), dict(type="GaussianBlur", kernel_size=3)),
        dict(type="Sometimes", inner=dict(type="ColorJitter")),
        v1.RandomRotation(10),
        v2.RandomHorizontalFlip,  # a class that is held is no transform of a picture
    ],
    ids=str,
)
def test_what_leaves_digits_digits_is_taken(transform: Any) -> None:
    if isinstance(transform, type):
        check_safe([Sometimes(transform)])
    else:
        Pipeline([transform])


@pytest.mark.parametrize(
    ("transform", "message"),
    [
        (FLIP, r"RandomHorizontalFlip mirrors pictures"),
        (dict(type="RandomHorizontalFlip", p=0.0), r"RandomHorizontalFlip mirrors pictures"),
        (dict(type="RandomVerticalFlip"), r"RandomVerticalFlip mirrors pictures"),
        (OwnFlip(), r"OwnFlip mirrors pictures"),
        (v1.RandomHorizontalFlip(), r"RandomHorizontalFlip mirrors pictures"),
        (dict(type="TenCrop", size=4), r"TenCrop mirrors pictures"),
        (dict(type="RandomRotation", degrees=46), r"by -46 to 46 degrees.* take a smaller range"),
        (dict(type="RandomRotation", degrees=[0, 90]), r"turns by 0 to 90 degrees"),
        (dict(type="RandomRotation", degrees=[170, 190]), r"turns by 170 to 190 degrees"),
        (v1.RandomAffine(60), r"RandomAffine turns by -60 to 60 degrees"),
        (dict(type="RandomAffine", degrees=180), r"turns by -180 to 180 degrees"),
        (dict(type="RandomAffine", degrees=0, shear=50), r"shears by \[-50.0, 50.0\]"),
        (dict(type="RandomAffine", degrees=30, shear=[-30, 30]), r"shears by \[-30.0, 30.0\]"),
        (dict(type="RandomPerspective", distortion_scale=0.9), r"scale=0.9 .* within 0.5"),
        (dict(type="AutoAugment"), r"AutoAugment changes pictures but can't move their boxes"),
        (dict(type="TrivialAugmentWide"), r"TrivialAugmentWide changes pictures"),
        (dict(type="MixUp", num_classes=11), r"MixUp mixes whole batches"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_is_refused_with_its_place_its_range_and_a_remedy(
    transform: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message) as error:
        Pipeline([dict(type="ColorJitter"), transform])
    assert str(error.value).startswith("transforms[1]: ")
    assert str(error.value).endswith(", or let this data set have it by allow_unsafe=True")
    Pipeline([transform], allow_unsafe=True)


@pytest.mark.parametrize(
    ("transform", "place"),
    [
        (_in("RandomApply", FLIP), f"{FIRST}.{FIRST}"),
        (v2.RandomApply(nn.ModuleList([v2.RandomHorizontalFlip()])), f"{FIRST}.{FIRST}"),
        (_in("RandomChoice", dict(type="Identity"), FLIP), f"{FIRST}.transforms[1]"),
        (_in("RandomOrder", FLIP), f"{FIRST}.{FIRST}"),
        (_in("Compose", _in("RandomOrder", _in("RandomApply", FLIP))), ".".join(4 * [FIRST])),
        (v1.Compose([v1.RandomApply([v1.RandomHorizontalFlip()])]), ".".join(3 * [FIRST])),
        (nn.Sequential(v2.Identity(), v2.RandomHorizontalFlip()), f"{FIRST}[1]"),
        (dict(type="Sometimes", inner=FLIP), f"{FIRST}.inner"),
        (Sometimes([None, {"night": v2.RandomHorizontalFlip()}]), f"{FIRST}.inner[1]['night']"),
        (Sometimes(Sometimes(_in("Compose", FLIP))), f"{FIRST}.inner.inner.{FIRST}"),
        (Listed(v2.RandomHorizontalFlip, "make"), f"{FIRST}.{FIRST}"),
        (partial(v2.RandomHorizontalFlip()), f"{FIRST}.func"),
        (partial(Sometimes, inner=v2.RandomHorizontalFlip()), f"{FIRST}.keywords['inner']"),
        (v2.RandomHorizontalFlip().forward, f"{FIRST}.__self__"),
    ],
    ids=str,
)
def test_a_flip_is_found_however_deep_it_is(transform: Any, place: str) -> None:
    with pytest.raises(ValueError, match="mirrors pictures") as error:
        Pipeline([transform])
    assert str(error.value).startswith(f"{place}: RandomHorizontalFlip ")


def test_parts_that_are_made_at_each_look_are_told_apart() -> None:
    harmless = [Listed(v2.Identity, "make") for _ in range(20)]
    with pytest.raises(ValueError, match=r"^transforms\[20\]\.transforms\[0\]: RandomHorizontal"):
        check_safe([*harmless, Listed(v2.RandomHorizontalFlip, "make")])


def test_transforms_that_hold_each_other_are_judged_once() -> None:
    first, second = Sometimes(None), Sometimes(None)
    first.inner, second.inner = second, first  # type: ignore[attr-defined]
    check_safe([first])
    second.last = v2.RandomVerticalFlip()  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match=r"^transforms\[0\]\.inner\.last: RandomVerticalFlip"):
        check_safe([first])


def _stroke_turn(angle: float, shear_x: float, shear_y: float) -> float:
    """By how much torchvision's own matrix turns a level or an upright stroke, in degrees."""
    inverse = _get_inverse_affine_matrix([0, 0], angle, [0, 0], 1.0, [shear_x, shear_y])
    matrix = np.linalg.inv(np.array(inverse).reshape(2, 3)[:, :2])
    turns = []
    for stroke in ([1.0, 0.0], [0.0, 1.0]):
        x, y = matrix @ stroke
        turns.append(
            math.degrees(math.atan2(stroke[0] * y - stroke[1] * x, np.dot(stroke, (x, y))))
        )
    return max(map(abs, turns))


@pytest.mark.parametrize(
    ("degrees", "shear"),
    [
        ((0, 0), (0, 0)),
        ((-5, 5), (-5, 5)),
        ((-10, 30), (0, 0)),
        ((10, 20), (-30, -10)),
        ((-20, 5), (-15, 25)),
        ((-30, 30), (-10, 10, -20, 20)),
        ((0, 0), (0, 20, 10, 30)),
        ((-15, 10), (-25, 5, 5, 15)),
    ],
)
def test_the_greatest_turn_is_that_of_torchvisions_own_matrix(
    degrees: tuple[float, float], shear: tuple[float, ...]
) -> None:
    x, y = shear[:2], (*shear, 0, 0)[2:4]
    grid = itertools.product(np.linspace(*degrees, 9), np.linspace(*x, 9), np.linspace(*y, 9))
    expected = max(_stroke_turn(*point) for point in grid)
    # A shear alone counts too, although a turn may undo it.
    assert greatest_turn(degrees, shear) == pytest.approx(max(expected, *map(abs, shear)), abs=1e-6)


@pytest.mark.parametrize(
    ("degrees", "turn"),
    [((0, 0), 0), ((350, 370), 10), ((-45, 45), 45), ((90, 90), 90), ((-180, 180), 180)],
)
def test_whole_rounds_do_not_count(degrees: tuple[float, float], turn: float) -> None:
    assert greatest_turn(degrees) == pytest.approx(turn)


def _datasets(layout: Path) -> list[dict[str, Any]]:
    return [
        dict(type="CocoDigits", image_dir="train", ann_file="train.json", data_root=str(layout)),
        dict(type="ImageFolder", image_dir="test", data_root=str(layout)),
        dict(type="SyntheticDigits", num_scenes=1),
    ]


@pytest.mark.parametrize("number", [0, 1, 2], ids=["CocoDigits", "ImageFolder", "SyntheticDigits"])
def test_a_data_set_is_refused_when_it_is_built_unless_it_allows_it(
    layout: Path, number: int
) -> None:
    dataset = dict(_datasets(layout)[number], transforms=[FLIP])
    with pytest.raises(ValueError, match=r"transforms\[0\]: RandomHorizontalFlip .*allow_unsafe"):
        DATASETS.build(dict(dataset))
    with pytest.raises(ValueError, match=r"transforms\[0\]: RandomHorizontalFlip .*allow_unsafe"):
        DATASETS.build(dict(dataset, allow_unsafe=False))
    built = DATASETS.build(dict(dataset, allow_unsafe=True))
    assert isinstance(built, CocoDigits | ImageFolder | SyntheticDigits)
    image, _ = built[0]
    plain, _ = DATASETS.build(_datasets(layout)[number])[0]
    assert torch.equal(image, plain) or torch.equal(image, plain.flip(-1))


def test_every_data_set_that_takes_transforms_refuses_unsafe_ones_unless_asked() -> None:
    kinds = [getattr(datasets, name) for name in datasets.__all__]
    takes = [kind for kind in kinds if "transforms" in inspect.signature(kind).parameters]
    assert len(takes) >= 3
    for kind in takes:
        assert inspect.signature(kind).parameters["allow_unsafe"].default is False


def test_a_config_with_an_unsafe_transform_is_refused(layout: Path) -> None:
    override = [
        f"data_root={layout}",
        "train_dataloader.dataset.transforms=[{'type':'RandomApply',"
        "'transforms':[{'type':'RandomRotation','degrees':[-90,30]}]}]",
    ]
    with pytest.raises(ValueError, match=r"transforms\.0\.transforms\.0: .* by -90 to 30 degrees"):
        config.load(SMALL_FOLDER, override)
    allowed = config.load(SMALL_FOLDER, [*override, "train_dataloader.dataset.allow_unsafe=True"])
    assert len(DATASETS.build(allowed.train_dataloader.dataset)) == 6


def test_each_data_set_of_a_config_decides_for_itself(layout: Path) -> None:
    first, _, last = (dict(dataset, transforms=[FLIP]) for dataset in _datasets(layout))
    text = f"parts = [{dict(first, allow_unsafe=True)!r}, {last!r}]"
    allowed, refused = Config.fromstring(text, ".py").parts
    DATASETS.build(allowed)
    with pytest.raises(ValueError, match="RandomHorizontalFlip"):
        DATASETS.build(refused)


def test_our_own_augmentation_holds_nothing_unsafe() -> None:
    check_safe([DigitAugmentation()])

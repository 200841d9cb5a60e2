"""Refuses transforms that make another digit of a digit, or none, or leave its box behind."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from types import MethodType
from typing import Any

from torch import nn
from torchvision import transforms as v1
from torchvision.transforms import v2

MAX_TURN = 45.0  # degrees; a 6 turned further is nearer to a 9, a 1 nearer to a dash
# Above 2/3 three corners can pass the line through each other, which mirrors a part of the picture;
# rounded to pixels, on pictures of 4 pixels a side from 1/2 on.
MAX_DISTORTION = 0.5

_FLIPS = (
    *(v1.RandomHorizontalFlip, v1.RandomVerticalFlip, v1.TenCrop),
    *(v2.RandomHorizontalFlip, v2.RandomVerticalFlip, v2.TenCrop),
)
_TURNS = (v1.RandomRotation, v1.RandomAffine, v2.RandomRotation, v2.RandomAffine)
_PERSPECTIVES = (v1.RandomPerspective, v2.RandomPerspective)
_BOXLESS = (
    *(v1.AugMix, v1.AutoAugment, v1.FiveCrop, v1.RandAugment, v1.TrivialAugmentWide),
    *(v2.AugMix, v2.AutoAugment, v2.FiveCrop, v2.RandAugment, v2.TrivialAugmentWide),
)
_BATCHES = (v2.CutMix, v2.MixUp)
_OF_MODULES = frozenset(vars(nn.Module()))


def check_safe(transforms: Sequence[Any]) -> None:
    """Refuse transforms that are not safe for digits, at any depth.

    Judged are torchvision's classes and what is derived from them, not their probability: a flip
    with ``p=0`` is refused too. Parts are found in lists, dicts and the attributes of transforms,
    whoever wrote them. What a function does can't be seen.

    Args:
        transforms: Built transforms.

    Raises:
        ValueError: If one mirrors or can turn a digit too far, or leaves boxes where they were; it
            names the place, the class, the range, the reason and the remedy.
    """
    for place, transform in _parts("transforms", transforms, {}):
        fault = _fault(transform)
        if fault:
            raise ValueError(
                f"{place}: {type(transform).__name__} {fault}, "
                "or let this data set have it by allow_unsafe=True"
            )


def _parts(place: str, item: Any, seen: dict[int, Any]) -> Iterator[tuple[str, Any]]:
    """Yield a transform and what it holds, each with its place; each object once."""
    is_list = isinstance(item, (list, tuple, set, nn.Sequential, nn.ModuleList))
    is_dict = isinstance(item, (Mapping, nn.ModuleDict))
    if isinstance(item, type) or id(item) in seen or not (is_list or is_dict or callable(item)):
        return
    seen[id(item)] = item  # kept alive: a property's list would leave its id to another
    if is_list:
        for position, part in enumerate(item):
            yield from _parts(f"{place}[{position}]", part, seen)
    elif is_dict:
        for key, part in item.items():
            yield from _parts(f"{place}[{key!r}]", part, seen)
    else:
        yield place, item
        for name, part in _attributes(item).items():
            yield from _parts(f"{place}.{name}", part, seen)


def _attributes(item: Any) -> dict[str, Any]:
    own = dict(getattr(item, "__dict__", {}))
    if isinstance(item, nn.Module):
        own = {key: value for key, value in own.items() if key not in _OF_MODULES}
        own.update(item.named_children())
    if isinstance(item, partial):
        own.update(func=item.func, args=item.args, keywords=item.keywords)
    if isinstance(item, MethodType):
        own["__self__"] = item.__self__
    if hasattr(item, "transforms"):  # a property is in no __dict__
        own.setdefault("transforms", item.transforms)
    return own


def _fault(transform: Any) -> str | None:
    """Return what is wrong with a transform and what to do instead, as the end of a sentence."""
    if isinstance(transform, _FLIPS):
        return "mirrors pictures, and a mirrored 2 is no digit; remove it"
    if isinstance(transform, _TURNS):
        return _fault_of_turn(transform)
    if isinstance(transform, _PERSPECTIVES) and transform.distortion_scale > MAX_DISTORTION:
        return (
            f"with distortion_scale={transform.distortion_scale:g} can fold small pictures, which "
            f"mirrors digits; keep it within {MAX_DISTORTION}"
        )
    if isinstance(transform, _BOXLESS):
        return (
            "changes pictures but can't move their boxes; list what it is made of one by one, such "
            "as RandomRotation and ColorJitter"
        )
    if isinstance(transform, _BATCHES):
        return "mixes whole batches with one label a picture, and boxes have no such mix; remove it"
    return None


def _fault_of_turn(transform: Any) -> str | None:
    low, high = (float(value) for value in transform.degrees)
    shear = [float(value) for value in getattr(transform, "shear", None) or (0.0, 0.0)]
    turn = greatest_turn((low, high), shear)
    if turn <= MAX_TURN:
        return None
    slant = f" and shears by {shear}" if any(shear) else ""
    return (
        f"turns by {low:g} to {high:g} degrees{slant}, which turns strokes by more than "
        f"{MAX_TURN:g} degrees, and a 6 turned round is a 9; take a smaller range"
    )


def greatest_turn(degrees: tuple[float, float], shear: Sequence[float] = (0.0, 0.0)) -> float:
    """Return by how much a level or an upright stroke can be turned.

    Args:
        degrees: Range of the rotation, in degrees.
        shear: Range along x and, optionally, along y, in degrees, as `v2.RandomAffine` keeps it.

    Returns:
        The greatest turn, in degrees, 0 or more; whole rounds don't count.
    """
    low, high = degrees
    rounds = 360 * round((low + high) / 720)
    slants = (*shear, 0.0, 0.0)[:4]
    turns = [max(map(abs, slants))]  # alone too: a range up to 180 has harmless ends
    for turn, x, y in product((low - rounds, high - rounds), slants[:2], slants[2:]):
        along_x, along_y = math.tan(math.radians(x)), math.tan(math.radians(y))
        upright = math.degrees(math.atan2(along_x, 1 + along_x * along_y))
        turns += [abs(turn - y), abs(turn + upright)]
    return max(turns)

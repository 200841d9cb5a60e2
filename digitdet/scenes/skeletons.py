"""The lines that digits are made of, in the unit square, y downwards."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
TURN = 360.0
BARE = 0.12  # a shorter flag of 1 is none
STEP = 6.0  # degrees between points of an arc


@dataclass(frozen=True)
class Stroke:
    """A stroke of a digit.

    Attributes:
        points: (P, 2), x and y, 0 to 1.
        ends: What its first and its last point are: a ``"foot"`` of a stem, where a serif may
            stand, a ``"curl"``, where a ball may hang, or ``""``.
        weight: Factor on the pen's thickness: heavy digits stay open by lighter strokes.
    """

    points: Points
    ends: tuple[str, str] = ("", "")
    weight: float = 1.0


@dataclass(frozen=True)
class Form:
    """Shapes of digits that differ between typefaces.

    Attributes:
        squareness: Exponent of bowls: 2 for ellipses, more for squarer ones.
        waist: Where the halves of 2, 3, 5, 8 meet, 0 at the top.
        bowl: Height of the bowl of 6 and 9.
        flag: Length of the flag of 1; 0 for a bare stem.
        foot: Whether 1 has a foot.
        open_four: Whether 4 is open at its top.
        flat_three: Whether 3 has a level top.
        tick: How far the roofs of a flat 3 and of 7 hang down at their left ends.
        straight_tail: Whether the tails of 6 and 9 are straight.
        hook: How far the tails of 6 and 9 turn, in degrees.
        bent_seven: How much 7 is bent, 0 to 1.
        bar: Whether 7 is crossed.
        wave: How much the foot of 2 and the roof of 7 are waved.
        reach: How far curls turn inwards, in degrees.
    """

    squareness: float
    waist: float
    bowl: float
    flag: float
    foot: bool
    open_four: bool
    flat_three: bool
    tick: float
    straight_tail: bool
    hook: float
    bent_seven: float
    bar: bool
    wave: float
    reach: float

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> "Form":
        """Draw a form."""
        return cls(
            squareness=float(rng.choice([2.0, rng.uniform(1.8, 2.6), rng.uniform(2.5, 4.5)])),
            waist=float(rng.uniform(0.4, 0.56)),
            bowl=float(rng.uniform(0.5, 0.68)),
            flag=float(rng.uniform(0.0, 0.75) if rng.random() < 0.7 else rng.uniform(0.6, 0.95)),
            foot=bool(rng.random() < 0.25),
            open_four=bool(rng.random() < 0.15),
            flat_three=bool(rng.random() < 0.3),
            tick=float(rng.uniform(0.08, 0.22) if rng.random() < 0.5 else 0.0),
            straight_tail=bool(rng.random() < 0.2),
            hook=float(rng.uniform(60, 150)),
            bent_seven=float(rng.uniform(0, 1) if rng.random() < 0.5 else 0.0),
            bar=bool(rng.random() < 0.08),
            wave=float(rng.uniform(0, 0.11) if rng.random() < 0.45 else 0.0),
            reach=float(rng.uniform(-5, 40)),
        )


def arc(form: Form, box: tuple[float, float, float, float], start: float, end: float) -> Points:
    """Return points of a superellipse.

    Args:
        form: Its squareness.
        box: Its left, upper, right and lower end.
        start: Where it begins, in degrees: 0 at the right, 90 at the bottom.
        end: Where it ends; less than ``start`` to go the other way.

    Returns:
        (P, 2).
    """
    count = max(2, int(abs(end - start) / STEP) + 1)
    angle = np.deg2rad(np.linspace(start, end, count))
    unit = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    unit = np.sign(unit) * np.abs(unit) ** (2 / form.squareness)
    left, top, right, bottom = box
    centre = np.array([left + right, top + bottom]) / 2
    return centre + unit * np.array([right - left, bottom - top]) / 2


def line(*points: tuple[float, float]) -> Points:
    """Return the corners of a polygon."""
    return np.array(points)


def bend(
    start: tuple[float, float], middle: tuple[float, float], end: tuple[float, float]
) -> Points:
    """Return points of a quadratic Bézier curve."""
    t = np.linspace(0, 1, 16)[:, None]
    first, second, third = np.array(start), np.array(middle), np.array(end)
    return (1 - t) ** 2 * first + 2 * t * (1 - t) * second + t**2 * third


def _waved(start: tuple[float, float], end: tuple[float, float], height: float) -> Points:
    t = np.linspace(0, 1, 16)[:, None]
    points = np.array(start) * (1 - t) + np.array(end) * t
    return np.clip(points + np.array([0, height]) * np.sin(TURN / 180 * np.pi * t), 0, 1)


def _zero(form: Form) -> list[Stroke]:
    return [Stroke(arc(form, (0, 0, 1, 1), 0, TURN))]


def _one(form: Form) -> list[Stroke]:
    stem = 0.5 if form.foot else 0.65
    ends = ("" if form.flag > BARE else "foot", "foot")
    strokes = [Stroke(line((stem, 0), (stem, 1)), ends)]
    if form.flag > BARE:
        tip = (max(stem - 0.75 * form.flag, 0), 0.12 + 0.28 * form.flag)
        strokes.append(Stroke(bend((stem, 0), (stem - 0.1, 0.12), tip)))
    if form.foot:
        strokes.append(Stroke(line((0.1, 1), (0.9, 1))))
    return strokes


def _two(form: Form) -> list[Stroke]:
    top = arc(form, (0.02, 0, 0.98, 2 * form.waist * 0.62), 180 - form.reach, TURN + 20)
    x, y = top[-1]
    down = bend((x, y), (0.8, form.waist + 0.12), (0, 1))
    foot = _waved((0, 1), (1, 1), -form.wave)
    return [Stroke(np.concatenate([top, down]), ("curl", "")), Stroke(foot)]


def _three(form: Form) -> list[Stroke]:
    waist = form.waist
    lower = arc(form, (0, waist - 0.02, 1, 1), -95, 180 - form.reach)
    if form.flat_three:
        roof = line((0.05, form.tick), (0.05, 0), (0.92, 0), (0.42, waist - 0.02))
        return [Stroke(roof), Stroke(lower, ("", "curl"))]
    upper = arc(form, (0.06, 0, 0.93, waist), 180 + form.reach, TURN + 92)
    return [Stroke(upper, ("curl", "")), Stroke(lower, ("", "curl"))]


def _four(form: Form) -> list[Stroke]:
    level = 0.6 + 0.35 * (form.bowl - 0.5)
    stem = 0.78
    bar = Stroke(line((0, level), (1, level)), weight=0.75)
    if form.open_four:
        side = Stroke(line((0.2, 0), (0.0, level)), weight=0.75)
        return [side, bar, Stroke(line((stem, 0.2), (stem, 1)), weight=0.9)]
    return [
        Stroke(line((stem, 0), (0, level)), weight=0.5),
        bar,
        Stroke(line((stem, 0), (stem, 1)), ("", "foot"), weight=0.9),
    ]


def _five(form: Form) -> list[Stroke]:
    waist = form.waist - 0.08
    roof = _waved((0.16, 0), (0.92, 0), form.wave)
    side = line((0.16, 0), (0.1, waist + 0.1))
    bowl = arc(form, (0, waist - 0.02, 1, 1), 222, 540 - form.reach)
    return [Stroke(roof), Stroke(side), Stroke(bowl, ("", "curl"))]


def _six(form: Form) -> list[Stroke]:
    bowl = Stroke(arc(form, (0, 1 - form.bowl, 1, 1), 0, TURN))
    if form.straight_tail:
        return [bowl, Stroke(line((0.72, 0), (0.06, 1 - 0.62 * form.bowl)))]
    tail = arc(form, (0, 0, 1, 1.2), 180, 180 + form.hook)
    return [bowl, Stroke(tail, ("", "curl"))]


def _turned(strokes: list[Stroke]) -> list[Stroke]:
    return [Stroke(1 - stroke.points, stroke.ends) for stroke in strokes]


def _seven(form: Form) -> list[Stroke]:
    roof = _waved((0, 0), (1, 0), form.wave)
    middle = (0.65 - 0.3 * form.bent_seven, 0.5 - 0.12 * form.bent_seven)
    strokes = [Stroke(roof, ("curl", "")), Stroke(bend((1, 0), middle, (0.3, 1)))]
    if form.tick:
        strokes.append(Stroke(line((0, 0), (0, form.tick))))
    if form.bar:
        strokes.append(Stroke(line((0.25, 0.5), (0.85, 0.5))))
    return strokes


def _eight(form: Form) -> list[Stroke]:
    waist = form.waist
    return [
        Stroke(arc(form, (0.08, 0, 0.92, waist), 0, TURN)),
        Stroke(arc(form, (0, waist, 1, 1), 0, TURN)),
    ]


SKELETONS: dict[str, Callable[[Form], list[Stroke]]] = {
    "0": _zero,
    "1": _one,
    "2": _two,
    "3": _three,
    "4": _four,
    "5": _five,
    "6": _six,
    "7": _seven,
    "8": _eight,
    "9": lambda form: _turned(_six(form)),
}
"""The strokes of each digit."""

"""What varies between synthetic scenes, each factor with its distribution."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Any, get_type_hints

from digitdet.scenes.distributions import (
    Distribution,
    Known,
    Range,
    check_distribution,
    check_share,
    check_weights,
)

STYLES = ("font", "drawn", "seven_segment", "counter")
SURFACES = ("plain", "stucco", "brick", "stone", "wood", "boards")
LENGTHS = tuple(str(length) for length in range(1, 9))

Share = Annotated[float, Range(0.0, 1.0)]
Weights = Mapping[str, float]


@dataclass(frozen=True)
class SceneFactors:
    """The factors of a scene.

    A *distribution* is a number, ``(low, high)`` for a uniform one, or ``(mean, std, low, high)``
    for a clipped normal one. A *share* is the probability that something is there. *Weights* map
    names to their relative frequencies. Lengths are in units of the digits' height where nothing
    else is said.

    The defaults of the geometry were computed from the annotations of the 33,402 training pictures
    of SVHN format 1 (Netzer et al. 2011); those of colour, contrast and blur were set by eye and
    by comparing statistics with 200 of its photographs.

    Attributes:
        num_digits: Weights of the numbers' lengths, ``"1"`` to ``"8"``.
        house_numbers: Share of numbers whose first digit is as frequent as in SVHN, where 28 % of
            them begin with 1; in the others each digit is as frequent.
        several: Share of pictures with a second number.
        vertical: Share of numbers written from top to bottom.
        log_height: Distribution of ln(height of the digits' boxes in pixels).
        digit_aspect: Distribution of a number's mean box width over box height.
        spacing: Distribution of the free space between neighbouring digits.
        looseness: Distribution of the space between the digits and their boxes' upper and lower
            edges.
        box_jitter: Distribution of the standard deviation with which annotators place an edge.
        height_ratio: Distribution of the boxes' height over the picture's.
        frame_aspect: Distribution of the picture's width over its height, in units of the mean
            for numbers of that length.
        offset: Distribution of the number's distance from the middle, across and down, as a share
            of the picture's width and of its free height.
        rotation: Distribution of the number's angle in degrees, clockwise.
        step: Distribution of the vertical step from digit to digit: upright digits on a slope.
        shear: Distribution of the digits' slant, horizontal over vertical.
        perspective: Distribution of the relative change of size across the number's height.
        style: Weights of what the digits are: of a font, of a typeface drawn for the
            number alone, seven segments, a counter's wheels.
        waist: Distribution of how far the digits' middle lies lower than in their font.
        weight: Distribution of how much strokes are thickened, 0 to 1.
        surface: Weights of the walls' materials.
        regions: Distribution of the number of other surfaces, such as doors, windows and frames,
            that border on the number's.
        plate: Share of numbers on a plate.
        plate_border: Share of plates with a border line.
        rim: Share of plates with a lit and a shaded edge.
        screws: Share of plates that are held by screws that are seen.
        contrast: Distribution of the grey levels between digits and ground.
        emboss: Share of numbers with a lit and a shaded edge, as of raised or carved digits.
        shadow: Share of numbers and plates that throw a shadow.
        outline: Share of numbers with a contour in another colour.
        wear: Share of numbers whose paint is worn.
        neighbor: Share of pictures with a part of another number at their edge, which is not
            labelled.
        letters: Share of pictures with letters near the number; they are not labelled.
        clutter: Distribution of the number of shapes that are not digits.
        cast_shadow: Share of pictures that a shadow falls across.
        light: Distribution of the relative change of brightness across the picture.
        exposure: Distribution of the factor on brightness.
        haze: Distribution of the share of contrast that is lost.
        saturation: Distribution of the factor on the distance of colours from grey.
        low_resolution: Share of pictures taken with fewer pixels and enlarged.
        blur: Distribution of the blur's standard deviation.
        motion_blur: Share of pictures taken by a moving camera.
        noise: Distribution of the noise's standard deviation in grey levels.
        sharpening: Distribution of how much a camera sharpens, in units of the picture's details.
        compression: Share of pictures that were compressed as JPEG.
        quality: Distribution of JPEG's quality, 1 to 95.

    Raises:
        ValueError: If a factor is not as said here; the message names it.
    """

    num_digits: Annotated[Weights, Known(LENGTHS)] = field(
        default_factory=lambda: {"1": 5137, "2": 18130, "3": 8691, "4": 1434, "5": 9, "6": 1}
    )
    house_numbers: Share = 0.5
    several: Share = 0.04
    vertical: Share = 0.02
    log_height: Annotated[Distribution, Range(1.6, 6.5)] = (3.416, 0.477, 2.3, 5.0)
    digit_aspect: Annotated[Distribution, Range(0.15, 1.5)] = (0.51, 0.14, 0.24, 1.0)
    spacing: Annotated[Distribution, Range(0.0, 2.0)] = (0.10, 0.06, 0.02, 0.4)
    looseness: Annotated[Distribution, Range(0.0, 0.5)] = (0.05, 0.03, 0.0, 0.15)
    box_jitter: Annotated[Distribution, Range(0.0, 0.2)] = (0.0, 0.03)
    height_ratio: Annotated[Distribution, Range(0.02, 1.0)] = (0.65, 0.13, 0.25, 0.93)
    frame_aspect: Annotated[Distribution, Range(0.2, 5.0)] = (1.0, 0.11, 0.65, 1.6)
    offset: Annotated[Distribution, Range(-0.5, 0.5)] = (0.0, 0.05, -0.3, 0.3)
    rotation: Annotated[Distribution, Range(-45.0, 45.0)] = (0.0, 5.0, -22.0, 22.0)
    step: Annotated[Distribution, Range(-1.0, 1.0)] = (0.0, 0.03, -0.2, 0.2)
    shear: Annotated[Distribution, Range(-0.6, 0.6)] = (0.0, 0.07, -0.3, 0.3)
    perspective: Annotated[Distribution, Range(-0.5, 0.5)] = (0.0, 0.07, -0.2, 0.2)
    style: Annotated[Weights, Known(STYLES)] = field(
        default_factory=lambda: {"font": 0.94, "seven_segment": 0.03, "counter": 0.03}
    )
    waist: Annotated[Distribution, Range(-0.2, 0.2)] = (0.0, 0.05, -0.12, 0.12)
    weight: Annotated[Distribution, Range(0.0, 1.0)] = (0.0, 1.0)
    surface: Annotated[Weights, Known(SURFACES)] = field(
        default_factory=lambda: {
            "plain": 3,
            "stucco": 3,
            "brick": 2,
            "stone": 0.5,
            "wood": 1,
            "boards": 1,
        }
    )
    regions: Annotated[Distribution, Range(0.0, 10.0)] = (0.0, 2.2)
    plate: Share = 0.55
    plate_border: Share = 0.4
    rim: Share = 0.0
    screws: Share = 0.0
    contrast: Annotated[Distribution, Range(1.0, 255.0)] = (120.0, 50.0, 45.0, 230.0)
    emboss: Share = 0.2
    shadow: Share = 0.35
    outline: Share = 0.06
    wear: Share = 0.12
    neighbor: Share = 0.0
    letters: Share = 0.08
    clutter: Annotated[Distribution, Range(0.0, 20.0)] = (0.0, 3.0)
    cast_shadow: Share = 0.15
    light: Annotated[Distribution, Range(-1.0, 1.0)] = (0.0, 0.15, -0.5, 0.5)
    exposure: Annotated[Distribution, Range(0.05, 5.0)] = (0.93, 0.2, 0.45, 1.4)
    haze: Annotated[Distribution, Range(0.0, 0.95)] = (0.0, 0.4)
    saturation: Annotated[Distribution, Range(0.0, 3.0)] = (0.35, 1.15)
    low_resolution: Share = 0.3
    blur: Annotated[Distribution, Range(0.0, 1.0)] = (0.022, 0.03, 0.0, 0.09)
    motion_blur: Share = 0.06
    noise: Annotated[Distribution, Range(0.0, 128.0)] = (1.0, 2.2, 0.0, 8.0)
    sharpening: Annotated[Distribution, Range(0.0, 3.0)] = 0.0
    compression: Share = 0.5
    quality: Annotated[Distribution, Range(1.0, 95.0)] = (30.0, 92.0)

    def __post_init__(self) -> None:
        for name, hint in get_type_hints(type(self), include_extras=True).items():
            value, limit = getattr(self, name), hint.__metadata__[0]
            if isinstance(limit, Known):
                check_weights(value, f"factors: {name}", limit)
            elif hint.__origin__ is float:
                check_share(value, f"factors: {name}")
            else:
                check_distribution(value, f"factors: {name}", limit)


def make_factors(given: Mapping[str, Any] | None) -> SceneFactors:
    """Make the factors of a config: those that it gives, and the defaults for the rest.

    Args:
        given: Factor -> value; None for the defaults.

    Returns:
        The factors.

    Raises:
        ValueError: If there is no such factor, or a value is not what it takes.
    """
    known = [item.name for item in fields(SceneFactors)]
    for name in given or ():
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else f"; there are {known}"
            raise ValueError(f"factors: there is no factor {name!r}{hint}")
    return SceneFactors(**(given or {}))

"""Fonts: those that come with the dependencies, and the system's when asked for."""

from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import ImageFont

from digitdet.labels import DIGITS

PILLOW_FONT = "Aileron"
FONTS = (
    PILLOW_FONT,
    "DejaVuSans",
    "DejaVuSans-Bold",
    "DejaVuSans-BoldOblique",
    "DejaVuSans-Oblique",
    "DejaVuSansMono",
    "DejaVuSansMono-Bold",
    "DejaVuSansMono-BoldOblique",
    "DejaVuSerif",
    "DejaVuSerif-Bold",
    "DejaVuSerif-BoldItalic",
    "DejaVuSerif-Italic",
    "STIXGeneral",
    "STIXGeneralBol",
    "STIXGeneralBolIta",
    "STIXGeneralItalic",
    "cmb10",
    "cmr10",
    "cmss10",
    "cmtt10",
)


@cache
def _folder() -> Path:
    spec = find_spec("matplotlib")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("digitdet takes its fonts from matplotlib: `pip install matplotlib`.")
    return Path(spec.submodule_search_locations[0], "mpl-data", "fonts", "ttf")


@lru_cache(maxsize=256)
def load_font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Load a font.

    Args:
        name: One of `FONTS`, or a font file.
        size: Nominal size in pixels.

    Raises:
        FileNotFoundError: If its file is missing; the message names it.
        ImportError: If Pillow was built without FreeType.
        ValueError: If the file is no font that can be read.
    """
    if name == PILLOW_FONT:
        font = ImageFont.load_default(size)
        if not isinstance(font, ImageFont.FreeTypeFont):
            raise ImportError("Pillow was built without FreeType: `pip install --upgrade pillow`.")
        return font
    bundled = name in FONTS
    file = _folder() / f"{name}.ttf" if bundled else Path(name)
    if not file.is_file():
        remedy = (
            "`pip install --force-reinstall matplotlib`"
            if bundled
            else f"name a file or one of {FONTS}"
        )
        raise FileNotFoundError(f"{file}: no such font; {remedy}")
    try:
        return ImageFont.truetype(str(file), size)
    except OSError as error:
        raise ValueError(f"{file}: can't be read as a font ({error})") from error


def choose_fonts(fonts: str | Sequence[str]) -> tuple[str, ...]:
    """Decide which fonts scenes are written in.

    Args:
        fonts: ``"bundled"`` for `FONTS`, ``"system"`` for every font of the machine that has
            upright, distinct digits, or a list of names of `FONTS` and of font files.

    Returns:
        Names and files, in a fixed order. Other fonts make other pictures of the same seed.

    Raises:
        FileNotFoundError: If a file is missing, or the machine has no font with digits.
        ValueError: If ``fonts`` is none of these, or one has no digits.
    """
    if fonts == "bundled":
        return FONTS
    if fonts == "system":
        return _system_fonts()
    if isinstance(fonts, str) or not fonts:
        raise ValueError(f"fonts is 'bundled', 'system' or a list of fonts, got {fonts!r}")
    for name in fonts:
        if not has_digits(name):
            raise ValueError(f"fonts: {name} has no ten distinct digits of a common height")
    return tuple(fonts)


@cache
def _system_fonts() -> tuple[str, ...]:
    from matplotlib.font_manager import findSystemFonts

    found = sorted(findSystemFonts(fontext="ttf"))  # TrueType and OpenType
    usable = tuple(dict.fromkeys(file for file in found if _is_usable(file)))
    if not usable:
        raise FileNotFoundError("fonts='system': this machine has no font with digits")
    return usable


def _is_usable(file: str) -> bool:
    try:
        return has_digits(file)
    except (OSError, ValueError):  # of a bitmap or a broken font file; `findSystemFonts` lists all
        return False


def has_digits(name: str) -> bool:
    """Tell whether a font has ten distinct digits of about one height.

    Args:
        name: One of `FONTS`, or a font file.

    Raises:
        FileNotFoundError: If its file is missing.
        ValueError: If it can't be read.
    """
    font = load_font(name, 40)
    masks = [np.asarray(font.getmask(digit)) for digit in DIGITS]
    heights = [box[3] - box[1] for box in (font.getbbox(digit) for digit in DIGITS)]
    distinct = {mask.tobytes() for mask in masks if mask.any()}
    return len(distinct) == 10 and min(heights) >= 0.85 * max(heights)

"""Fonts that come with the dependencies: matplotlib's and Pillow's."""

from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont

PILLOW_FONT = "Aileron"
FONTS = (
    PILLOW_FONT,
    "DejaVuSans",
    "DejaVuSans-Bold",
    "DejaVuSans-BoldOblique",
    "DejaVuSans-Oblique",
    "DejaVuSansMono",
    "DejaVuSansMono-Bold",
    "DejaVuSerif",
    "DejaVuSerif-Bold",
    "DejaVuSerif-Italic",
    "STIXGeneral",
    "STIXGeneralBol",
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


@lru_cache(maxsize=4096)
def load_font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Load a font.

    Args:
        name: One of `FONTS`.
        size: Nominal size in pixels.

    Raises:
        FileNotFoundError: If its file is missing; the message names it.
        ImportError: If Pillow was built without FreeType.
    """
    if name == PILLOW_FONT:
        font = ImageFont.load_default(size)
        if not isinstance(font, ImageFont.FreeTypeFont):
            raise ImportError("Pillow was built without FreeType: `pip install --upgrade pillow`.")
        return font
    file = _folder() / f"{name}.ttf"
    if not file.is_file():
        raise FileNotFoundError(f"{file}: no such font; `pip install --force-reinstall matplotlib`")
    return ImageFont.truetype(str(file), size)


@lru_cache(maxsize=4096)
def digit_extent(name: str, size: int) -> tuple[int, int]:
    """Return the highest top and the lowest bottom of a font's digits, in pixels from the baseline.

    Args:
        name: One of `FONTS`.
        size: Nominal size in pixels.
    """
    boxes = [load_font(name, size).getbbox(digit, anchor="ls") for digit in "0123456789"]
    return int(min(box[1] for box in boxes)), int(max(box[3] for box in boxes))

"""Lays samples out on contact sheets, each beside what a pipeline made of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from digitdet.drawing import EDGE, draw_digits
from digitdet.labels import label_to_digit
from digitdet.structures import Target

SHEET_WIDTH = 1920  # pixels: 6 columns of pictures, or 3 of pairs
PICTURE_SIZE = (288, 160)  # pixels, width and height; a picture is magnified or shrunk to fit in
MAX_SCALE = 8
SLOT = PICTURE_SIZE[0] + 2 * EDGE  # pixels of width for a picture, so that they stand in columns
GAP = 10  # pixels between tiles
MARGIN = 6  # pixels within a tile
TITLE_SIZE = 16
FONT_SIZE = 13
LINE = FONT_SIZE + 4  # pixels of a line of text
SHEET_COLOR = (224, 224, 224)
TEXT_COLOR = (0, 0, 0)
EMPHASIS_COLOR = (176, 0, 0)

Sample = tuple[Tensor, Target]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True)
class Tile:
    """One sample on a sheet, as one picture or more, and what is said below.

    Attributes:
        picture: The pictures side by side, with boxes, on white.
        name: Of the sample's source.
        lines: Lines of the caption.
        dropped: Digits that are missing at the last stage.
        warning: What else is to be noticed.
    """

    picture: Image.Image
    name: str
    lines: tuple[str, ...]
    dropped: str = ""
    warning: str = ""

    @property
    def notice(self) -> str:
        """The last line of the caption, in another colour; empty if nothing is to be noticed."""
        dropped = f"dropped: {' '.join(self.dropped)}" if self.dropped else ""
        return "; ".join(filter(None, (dropped, self.warning)))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height on the sheet, in pixels."""
        width, height = self.picture.size
        lines = len(self.lines) + bool(self.notice)
        return width + 2 * MARGIN, height + 3 * MARGIN + LINE * lines


def make_tile(index: int, stages: Sequence[Sample], warning: str = "") -> Tile:
    """Draw a sample at its stages, side by side at one scale, and describe it.

    Args:
        index: Position of the sample in its data set.
        stages: The sample as it is, or before and after a pipeline; images (3, H, W) uint8.
        warning: What else is to be noticed.

    Returns:
        The tile.
    """
    scale = choose_scale([image.shape[-2:] for image, _ in stages])
    pictures = [
        draw_digits(image, target["boxes"].as_subclass(Tensor), list(digits_of(target)), scale)
        for image, target in stages
    ]
    first, last = stages[0][1], stages[-1][1]
    sizes = " -> ".join(f"{image.shape[-1]} x {image.shape[-2]}" for image, _ in stages)
    name = PurePath(first["source"]).name
    return Tile(
        picture=_beside(pictures),
        name=name,
        lines=(f"[{index}] {name}", f"{sizes}: {digits_of(last) or 'no digit'}"),
        dropped=dropped_digits(first, last),
        warning=warning,
    )


def choose_scale(sizes: Sequence[Sequence[int]]) -> float:
    """Choose the scale at which pictures are drawn beside one another.

    Args:
        sizes: Height and width of each, in pixels.

    Returns:
        The largest whole number, to `MAX_SCALE`, by which all fit in `PICTURE_SIZE`; a fraction
        where one is larger than that.
    """
    height, width = (max(sides) for sides in zip(*sizes, strict=True))
    fit = min(PICTURE_SIZE[0] / width, PICTURE_SIZE[1] / height)
    return min(int(fit), MAX_SCALE) or fit


def digits_of(target: Target) -> str:
    """Return the digits of a target, in the order of its boxes."""
    return "".join(str(label_to_digit(label)) for label in target["labels"].tolist())


def dropped_digits(before: Target, after: Target) -> str:
    """Return the digits that are in a target before a pipeline but not after it, each as often."""
    return "".join((Counter(digits_of(before)) - Counter(digits_of(after))).elements())


def draw_sheet(tiles: Sequence[Tile], title: str) -> Image.Image:
    """Lay tiles out in rows, in their order.

    Args:
        tiles: The tiles, at least one.
        title: What stands above them.

    Returns:
        The sheet, RGB.
    """
    columns = max(1, (SHEET_WIDTH - GAP) // (max(tile.size[0] for tile in tiles) + GAP))
    rows = [tiles[first : first + columns] for first in range(0, len(tiles), columns)]
    heights = [max(tile.size[1] for tile in row) for row in rows]
    width = max(sum(tile.size[0] + GAP for tile in row) + GAP for row in rows)
    top = TITLE_SIZE + 2 * GAP
    sheet = Image.new("RGB", (width, top + sum(heights) + GAP * len(rows)), SHEET_COLOR)
    font = ImageFont.load_default(TITLE_SIZE)
    ImageDraw.Draw(sheet).text((GAP, GAP), _cut(title, width - 2 * GAP, font), TEXT_COLOR, font)
    for row, height in zip(rows, heights, strict=True):
        left = GAP
        for tile in row:
            _draw_tile(sheet, tile, (left, top), height)
            left += tile.size[0] + GAP
        top += height + GAP
    return sheet


def _draw_tile(sheet: Image.Image, tile: Tile, corner: tuple[int, int], height: int) -> None:
    left, top = corner
    width = tile.size[0]
    draw = ImageDraw.Draw(sheet)
    outline = EMPHASIS_COLOR if tile.notice else None
    draw.rectangle(
        (left, top, left + width - 1, top + height - 1), fill="white", outline=outline, width=2
    )
    sheet.paste(tile.picture, (left + MARGIN, top + MARGIN))
    font = ImageFont.load_default(FONT_SIZE)
    room = width - 2 * MARGIN
    line = top + tile.picture.height + 2 * MARGIN
    for text in tile.lines:
        draw.text((left + MARGIN, line), _cut(text, room, font), TEXT_COLOR, font)
        line += LINE
    draw.text((left + MARGIN, line), _cut(tile.notice, room, font), EMPHASIS_COLOR, font)


def _cut(text: str, width: float, font: Font) -> str:
    """Shorten a text in its middle until it is no wider than `width` pixels."""
    kept, cut = len(text), text
    while kept > 2 and font.getlength(cut) > width:
        kept -= 1
        cut = f"{text[: kept // 2]}..{text[-((kept + 1) // 2) :]}"
    return cut


def _beside(pictures: Sequence[Image.Image]) -> Image.Image:
    height = max(picture.height for picture in pictures)
    canvas = Image.new("RGB", ((SLOT + GAP) * len(pictures) - GAP, height), "white")
    for position, picture in enumerate(pictures):
        canvas.paste(picture, ((SLOT + GAP) * position, 0))
    return canvas

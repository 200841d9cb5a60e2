"""Draws boxes and numbers on pictures."""

from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from digitdet.labels import DIGITS

BOX_COLOR = (230, 159, 0)
TEXT_COLOR = (0, 0, 0)
MIN_SIDE = 240  # pixels; smaller pictures are magnified, so that the texts fit
FONT_SIZE = 18
LARGE_SIDE = 720  # pixels; in larger pictures lines and texts grow with the shorter side

# Of the digits 0 to 9: any two lie at least 23 apart in CIELAB, for full colour vision and for the
# three kinds of dichromacy as simulated by Machado, Oliveira and Fernandes (2009); black text on
# each has a contrast of at least 4.5, as WCAG 2.2 asks. tests/test_drawing.py computes both.
DIGIT_COLORS = (
    (204, 255, 255),
    (255, 255, 0),
    (0, 153, 0),
    (255, 0, 153),
    (102, 255, 153),
    (172, 52, 255),
    (153, 153, 102),
    (255, 153, 255),
    (153, 204, 51),
    (204, 51, 204),
)
OTHER_COLOR = (255, 255, 255)
FRAME_COLOR = (160, 160, 160)
LABEL_FONT_SIZE = 13
LABEL_HEIGHT = 15  # pixels
EDGE = 3  # pixels around a picture, where boxes at its edge show
MIN_CANVAS_WIDTH = 48  # pixels

Rectangle = tuple[float, float, float, float]


def draw_boxes(
    image: Tensor, boxes: Tensor, texts: Sequence[str], caption: str = ""
) -> Image.Image:
    """Draw boxes with texts, magnifying small pictures by a whole number.

    Lines and texts are larger in large pictures.

    Args:
        image: (3, H, W) uint8, RGB.
        boxes: (N, 4), xyxy in pixels of the image.
        texts: N texts, drawn above their boxes.
        caption: Text for a strip below the picture; none if empty.

    Returns:
        The picture, RGB.

    Raises:
        ValueError: If there are not as many texts as boxes.
    """
    if len(boxes) != len(texts):
        raise ValueError(f"{len(boxes)} boxes need as many texts, got {len(texts)}")
    picture = _picture(image)
    scale = max(1, -(-MIN_SIDE // min(picture.size)))
    picture = picture.resize(
        (picture.width * scale, picture.height * scale), Image.Resampling.BICUBIC
    )
    unit = max(1.0, min(picture.size) / LARGE_SIDE)
    high = round(FONT_SIZE * unit)
    font = ImageFont.load_default(high)
    strip = high + round(12 * unit) if caption else 0
    canvas = Image.new("RGB", (picture.width, picture.height + strip), "white")
    canvas.paste(picture)
    draw = ImageDraw.Draw(canvas)
    for (x1, y1, x2, y2), text in zip((boxes * scale).tolist(), texts, strict=True):
        draw.rectangle((x1, y1, max(x1, x2), max(y1, y2)), outline=BOX_COLOR, width=round(3 * unit))
        width = draw.textlength(text, font=font)
        top = max(0, y1 - high - 4)
        draw.rectangle((x1, top, x1 + width + 6, top + high + 4), fill=BOX_COLOR)
        draw.text((x1 + 3, top + 1), text, fill=TEXT_COLOR, font=font)
    if caption:
        draw.text((6, picture.height + 5), caption, fill=TEXT_COLOR, font=font)
    return canvas


def draw_digits(
    image: Tensor, boxes: Tensor, texts: Sequence[str], scale: float = 1
) -> Image.Image:
    """Draw boxes around small digits without hiding them: lines outside the boxes, texts beside.

    A box has the colour of the digit that its text begins with, and a black line around it, which
    is seen on white.

    Args:
        image: (3, H, W) uint8, RGB.
        boxes: (N, 4), xyxy in pixels of the image.
        texts: N short texts, each drawn above its box, or where it covers least of other boxes.
        scale: Magnification; a whole number keeps the pixels as they are.

    Returns:
        The picture, RGB, on white, with room for texts above it and `EDGE` pixels at other sides,
        or more at the right of one that is narrower than its texts.

    Raises:
        ValueError: If there are not as many texts as boxes, or the scale is not positive.
    """
    if len(boxes) != len(texts):
        raise ValueError(f"{len(boxes)} boxes need as many texts, got {len(texts)}")
    if scale <= 0:
        raise ValueError(f"scale has to be positive, got {scale!r}")
    picture = _scaled(_picture(image), scale)
    width = max(picture.width + 2 * EDGE, MIN_CANVAS_WIDTH)
    size = width, picture.height + 2 * EDGE + LABEL_HEIGHT
    canvas = Image.new("RGB", size, "white")
    canvas.paste(picture, (EDGE, LABEL_HEIGHT + EDGE))
    draw = ImageDraw.Draw(canvas)
    frame = _outline([0, 0, *picture.size], 1, size)
    draw.rectangle(frame, outline=FRAME_COLOR)
    outlines = [_outline(box, scale, size) for box in boxes.tolist()]
    for x1, y1, x2, y2 in outlines:
        draw.rectangle((x1 - 1, y1 - 1, x2 + 1, y2 + 1), outline=TEXT_COLOR)
    for outline, text in zip(outlines, texts, strict=True):
        draw.rectangle(outline, outline=_digit_color(text))
    font = ImageFont.load_default(LABEL_FONT_SIZE)
    taken = list(outlines)
    for outline, text in zip(outlines, texts, strict=True):
        label = _free_place(outline, draw.textlength(text, font=font) + 4, size, taken)
        taken.append(label)
        draw.rectangle(label, fill=_digit_color(text))
        draw.text((label[0] + 2, label[1]), text, fill=TEXT_COLOR, font=font)
    return canvas


def _picture(image: Tensor) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(image.permute(1, 2, 0).cpu().numpy()))


def _scaled(picture: Image.Image, scale: float) -> Image.Image:
    size = tuple(max(1, round(side * scale)) for side in picture.size)
    resampling = Image.Resampling.NEAREST if scale >= 1 else Image.Resampling.LANCZOS
    return picture.resize((size[0], size[1]), resampling)


def _outline(box: list[float], scale: float, canvas: tuple[int, int]) -> Rectangle:
    """Return the line just outside a box on the canvas of `draw_digits`, or beyond the canvas."""
    far = max(canvas) + EDGE  # pixels; what reaches on is drawn to here
    x1, y1, x2, y2 = (round(min(max(side * scale, -far), far)) + EDGE for side in box)
    left, right, top, bottom = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
    return left - 1, top + LABEL_HEIGHT - 1, right, bottom + LABEL_HEIGHT


def _digit_color(text: str) -> tuple[int, int, int]:
    first = text[:1]
    return DIGIT_COLORS[int(first)] if first in DIGITS else OTHER_COLOR


def _free_place(
    box: Rectangle, width: float, canvas: tuple[int, int], taken: Sequence[Rectangle]
) -> Rectangle:
    """Choose the place beside a box, within the canvas, that covers least of what is taken."""

    def covered(place: Rectangle) -> float:
        return sum(_overlap(place, other) for other in taken)

    return min(_places(box, width, canvas), key=covered)


def _places(box: Rectangle, width: float, canvas: tuple[int, int]) -> Iterator[Rectangle]:
    """Yield the places of a text beside a box, the best ones first: above, below, right, left."""
    x1, y1, x2, y2 = box
    height = LABEL_HEIGHT - 1
    corners = (
        (x1, y1 - height - 1),
        (x1, y2 + 1),
        (x2 + 1, y1),
        (x1 - width - 1, y1),
    )
    for left, top in corners:
        left = min(max(0, left), canvas[0] - 1 - width)
        top = min(max(0, top), canvas[1] - 1 - height)
        yield left, top, left + width, top + height


def _overlap(one: Rectangle, other: Rectangle) -> float:
    """Return the area that two rectangles share, in square pixels."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, width) * max(0.0, height)

"""Draws boxes and numbers on pictures."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

BOX_COLOR = (230, 159, 0)
TEXT_COLOR = (0, 0, 0)
MIN_SIDE = 240  # pixels; smaller pictures are magnified, so that the texts fit
FONT_SIZE = 18


def draw_boxes(
    image: Tensor, boxes: Tensor, texts: Sequence[str], caption: str = ""
) -> Image.Image:
    """Draw boxes with texts, magnifying small pictures by a whole number.

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
    picture = Image.fromarray(np.ascontiguousarray(image.permute(1, 2, 0).cpu().numpy()))
    scale = max(1, -(-MIN_SIDE // min(picture.size)))
    picture = picture.resize(
        (picture.width * scale, picture.height * scale), Image.Resampling.BICUBIC
    )
    font = ImageFont.load_default(FONT_SIZE)
    strip = FONT_SIZE + 12 if caption else 0
    canvas = Image.new("RGB", (picture.width, picture.height + strip), "white")
    canvas.paste(picture)
    draw = ImageDraw.Draw(canvas)
    for (x1, y1, x2, y2), text in zip((boxes * scale).tolist(), texts, strict=True):
        draw.rectangle((x1, y1, max(x1, x2), max(y1, y2)), outline=BOX_COLOR, width=3)
        width = draw.textlength(text, font=font)
        top = max(0, y1 - FONT_SIZE - 4)
        draw.rectangle((x1, top, x1 + width + 6, top + FONT_SIZE + 4), fill=BOX_COLOR)
        draw.text((x1 + 3, top + 1), text, fill=TEXT_COLOR, font=font)
    if caption:
        draw.text((6, picture.height + 5), caption, fill=TEXT_COLOR, font=font)
    return canvas

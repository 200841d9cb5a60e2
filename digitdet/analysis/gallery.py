"""A sheet of the digits that are taken for others, as the photographs show them."""

from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2.functional import resize

from digitdet.analysis.pairs import ConfusedDigit, ConfusedPair
from digitdet.datasets.coco_digits import CocoDigits
from digitdet.drawing import draw_digits
from digitdet.evaluation.results import Result
from digitdet.whole_files import whole_file

CROPS, MIN_COLUMNS = 8, 3  # of a pair; and for the headings
CROP_SIZE = 144  # pixels; a crop is magnified or shrunk to fit in a square of it
MARGIN = 0.4  # of a box's longer side, shown around it
MAX_SCALE = 8
TILE = (160, 212)  # pixels, width and height, with the caption
GAP = 12  # pixels
FONT_SIZE, HEADING_SIZE = 14, 18
HEADING = HEADING_SIZE + 16  # pixels
LINE = FONT_SIZE + 4  # pixels
SHEET_COLOR, TILE_COLOR, TEXT_COLOR = (224, 224, 224), (255, 255, 255), (0, 0, 0)
BREAK_COLOR = (176, 0, 0)  # 6.6 : 1 on white; the words say it, too


def draw_pairs(
    pairs: Sequence[ConfusedPair], pictures: CocoDigits, results: Sequence[Result], file: Path
) -> None:
    """Draw a row of crops for each pair, those first that break a number.

    Args:
        pairs: The confused pairs.
        pictures: The photographs.
        results: Prediction and target of each of them.
        file: PNG file to write.

    Raises:
        ValueError: If a photograph can't be read.
    """
    columns = max([MIN_COLUMNS, *(min(CROPS, len(pair.cases)) for pair in pairs)])
    width = GAP + columns * (TILE[0] + GAP)
    row_height = HEADING + TILE[1] + GAP
    sheet = Image.new("RGB", (width, GAP + max(len(pairs), 1) * row_height), SHEET_COLOR)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(HEADING_SIZE)
    if not pairs:
        draw.text((GAP, GAP), "no digit is taken for another one", TEXT_COLOR, font)
    for row, pair in enumerate(pairs):
        top = GAP + row * row_height
        draw.text((GAP, top + 4), heading(pair), TEXT_COLOR, font)
        for column, case in enumerate(pair.worst(CROPS)):
            tile = _draw_tile(case, pictures, results)
            sheet.paste(tile, (GAP + column * (TILE[0] + GAP), top + HEADING))
    with whole_file(file) as part:
        sheet.save(part, format="PNG")


def heading(pair: ConfusedPair) -> str:
    """Say how often a digit is taken for another."""
    times = "once" if len(pair.cases) == 1 else f"{len(pair.cases):,} times"
    return f"{pair.true} found as {pair.found}: {times}; numbers broken: {pair.num_breaking:,}"


def _draw_tile(case: ConfusedDigit, pictures: CocoDigits, results: Sequence[Result]) -> Image.Image:
    image, target = pictures.pictures.read([case.picture])[0]
    prediction = results[case.picture][0]
    boxes = torch.stack([target["boxes"][case.truth], prediction["boxes"][case.detection]])
    crop, corner = _crop(image, boxes)
    scale = min(MAX_SCALE, CROP_SIZE / max(crop.shape[1:]))
    size = [max(1, round(side * scale)) for side in crop.shape[1:]]
    # Smoothly: small digits are read more easily than as large pixels.
    enlarged = resize(crop, size, InterpolationMode.BICUBIC)
    box = (prediction["boxes"][[case.detection]] - corner.repeat(2)) * scale
    drawn = draw_digits(enlarged, box, [f"{case.found} {case.score:.2f}"])
    tile = Image.new("RGB", TILE, TILE_COLOR)
    tile.paste(drawn, ((TILE[0] - drawn.width) // 2, 4))
    draw, font = ImageDraw.Draw(tile), ImageFont.load_default(FONT_SIZE)
    top = TILE[1] - 2 * LINE - 4
    draw.text((6, top), f"picture {target['image_id']}", TEXT_COLOR, font)
    if case.breaks:
        draw.text((6, top + LINE), "breaks the number", BREAK_COLOR, font)
        draw.rectangle((0, 0, TILE[0] - 1, TILE[1] - 1), outline=BREAK_COLOR, width=3)
    return tile


def _crop(image: Tensor, boxes: Tensor) -> tuple[Tensor, Tensor]:
    """Cut boxes, xyxy, with a margin out of a picture; return that and its upper left corner."""
    size = torch.tensor([image.shape[2], image.shape[1]])
    low, high = boxes[:, :2].amin(dim=0), boxes[:, 2:].amax(dim=0)
    margin = MARGIN * (high - low).max()
    left, top = (low - margin).floor().clamp(0).minimum(size - 1).int().tolist()
    right, bottom = (high + margin).ceil().minimum(size).int().tolist()
    # A true box may lie outside its picture; something of that is shown all the same.
    crop = image[:, top : max(bottom, top + 1), left : max(right, left + 1)]
    return crop, torch.tensor([left, top])

"""Renders simple scenes of one number on a textured background.

The geometry follows the 33,402 training pictures of SVHN format 1 (Netzer et al. 2011). The figures
below were computed from their annotations: number of digits, box height (log-normal), box height
over picture height, free margin at both sides over picture width.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from digitdet.datasets.fonts import FONTS, digit_extent, load_font
from digitdet.labels import digit_to_label

LENGTH_COUNTS = (5137, 18130, 8691, 1434, 9, 1)  # pictures with 1, 2, ... 6 digits
LOG_HEIGHT = (3.416, 0.477)  # mean and standard deviation of ln(box height in pixels)
HEIGHT_RANGE = (10, 150)  # pixels; cuts the tails, 5th to 95th percentile are 15 and 69
HEIGHT_RATIO = (0.649, 0.155)  # box height / picture height
MARGIN = (0.353, 0.070)  # free width at each side / picture width
SLOPE = (0.0, 0.12)  # vertical over horizontal step; the middle half of SVHN lies in -.10 to .07
PADDING = 0.06  # of the height, at each side: SVHN's boxes are loose, neighbours touch
MIN_CONTRAST = 45  # grey levels between digits and background


@dataclass(frozen=True)
class Scene:
    """A rendered picture and its digits from left to right.

    Attributes:
        image: (H, W, 3) uint8, RGB.
        boxes: (N, 4) float32, xyxy in pixels, all of one height, inside the picture.
        labels: (N,) int64, 1 to 10 (digit + 1).
    """

    image: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]


def _clipped_normal(
    rng: np.random.Generator, mean_std: tuple[float, float], low: float, high: float
) -> float:
    return float(np.clip(rng.normal(*mean_std), low, high))


def _layout(
    rng: np.random.Generator, digits: str, font_name: str
) -> tuple[int, tuple[int, int], NDArray[np.float64]]:
    """Place digits in a picture of a size that fits them.

    Returns:
        The font's size, the picture's height and width, and (N, 4) boxes, xyxy in pixels.
    """
    height = _clipped_normal(rng, LOG_HEIGHT, *np.log(HEIGHT_RANGE))
    height = float(np.exp(height))
    ink = height * (1 - 2 * PADDING)
    top, bottom = digit_extent(font_name, 100)
    size = max(6, round(100 * ink / (bottom - top)))
    font = load_font(font_name, size)
    spans = [font.getbbox(digit, anchor="ls") for digit in digits]
    pad = PADDING * height
    widths = np.array([span[2] - span[0] for span in spans]) + 2 * pad
    gaps = rng.normal(0, 0.05, len(digits)) * height
    gaps[0] = 0
    lefts = np.cumsum(gaps + np.concatenate([[0], widths[:-1]]))
    tops = _clipped_normal(rng, SLOPE, -0.3, 0.3) * (lefts - lefts.mean())
    tops -= tops.min()

    free = [_clipped_normal(rng, MARGIN, 0.12, 0.44) for _ in range(2)]
    text_width, text_height = float((lefts + widths).max()), float(tops.max()) + height
    canvas_width = int(np.ceil(text_width / (1 - sum(free))))
    ratio = _clipped_normal(rng, HEIGHT_RATIO, 0.3, 0.92)
    canvas_height = int(np.ceil(max(height / ratio, text_height + 2)))
    lefts += free[0] * canvas_width
    tops += rng.uniform(0, canvas_height - text_height)
    boxes = np.stack([lefts, tops, lefts + widths, tops + height], axis=1)
    far = np.array([canvas_width, canvas_height] * 2)
    return size, (canvas_height, canvas_width), boxes.clip(0, far)


def _texture(
    rng: np.random.Generator, size: tuple[int, int], amplitude: float
) -> NDArray[np.float32]:
    """Make smooth noise, (H, W) float32, around 0."""
    cells = rng.integers(2, 9, 2)
    coarse = rng.normal(0, amplitude, cells).astype(np.float32)
    image = Image.fromarray(coarse).resize(size[::-1], Image.Resampling.BICUBIC)
    return np.asarray(image)


def _stripes(rng: np.random.Generator, size: tuple[int, int]) -> NDArray[np.float32]:
    """Make parallel edges, as of boards, bricks or a door frame, (H, W) float32, around 0."""
    y, x = np.ogrid[: size[0], : size[1]]
    angle = rng.choice([0, np.pi / 2]) + rng.normal(0, 0.1)
    phase = (x * np.cos(angle) + y * np.sin(angle)) / (rng.uniform(0.15, 0.8) * max(size))
    wave = np.mod(phase + rng.uniform(), 1) < rng.uniform(0.08, 0.5)
    return (wave * rng.normal(0, 22)).astype(np.float32)


def _background(rng: np.random.Generator, size: tuple[int, int]) -> NDArray[np.float32]:
    """Make an (H, W, 3) background in grey levels."""
    color = rng.uniform(20, 235) + rng.normal(0, 18, 3)
    plane = _texture(rng, size, rng.uniform(3, 22))
    if rng.uniform() < 0.5:
        plane = plane + _stripes(rng, size)
    return color.astype(np.float32) + plane[..., None]


def _ink_color(rng: np.random.Generator, ground: NDArray[np.float32]) -> NDArray[np.float32]:
    """Choose a colour that stands out from what lies under the digits."""
    level = float(ground.mean())
    choices = [
        (low, high)
        for low, high in ((0, level - MIN_CONTRAST), (level + MIN_CONTRAST, 255))
        if low < high
    ]
    low, high = choices[rng.integers(len(choices))]
    return (rng.uniform(low, high) + rng.normal(0, 12, 3)).astype(np.float32)


def _draw_digits(
    digits: str, font_name: str, font_size: int, size: tuple[int, int], boxes: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Draw each digit in the middle of its box; (H, W, 1), 0 to 1: the share that it covers."""
    mask = Image.new("L", size[::-1])
    draw = ImageDraw.Draw(mask)
    font = load_font(font_name, font_size)
    extent = digit_extent(font_name, font_size)
    for digit, (left, top, right, bottom) in zip(digits, boxes.tolist(), strict=True):
        span = font.getbbox(digit, anchor="ls")
        origin = (left + right - span[0] - span[2]) / 2, (top + bottom - sum(extent)) / 2
        draw.text(origin, digit, fill=255, font=font, anchor="ls")
    return np.asarray(mask, dtype=np.float32)[..., None] / np.float32(255)


def scene_generator(seed: int, number: int) -> np.random.Generator:
    """Make the source of every draw for a scene of the endless sequence of a seed."""
    return np.random.default_rng((seed, number))


def render_scene(rng: np.random.Generator) -> Scene:
    """Render a scene with one number of 1 to 6 digits.

    Args:
        rng: Source of every draw.

    Returns:
        The scene.
    """
    counts = np.array(LENGTH_COUNTS)
    length = int(rng.choice(len(counts), p=counts / counts.sum())) + 1
    values = rng.integers(0, 10, length)
    digits = "".join(map(str, values))
    font_name = FONTS[rng.integers(len(FONTS))]
    font_size, size, boxes = _layout(rng, digits, font_name)

    alpha = _draw_digits(digits, font_name, font_size, size, boxes)
    canvas = _background(rng, size)
    x0, y0 = boxes[:, :2].min(axis=0).astype(int)
    x1, y1 = np.ceil(boxes[:, 2:].max(axis=0)).astype(int)
    color = _ink_color(rng, canvas[y0:y1, x0:x1])
    canvas = (canvas * (1 - alpha) + color * alpha).astype(np.float32)
    canvas += rng.normal(0, rng.uniform(0, 8), (*size, 1)).astype(np.float32)
    image = Image.fromarray(canvas.clip(0, 255).astype(np.uint8))
    blur = rng.uniform(0, 0.035) * float(boxes[0, 3] - boxes[0, 1])
    image = image.filter(ImageFilter.GaussianBlur(blur))
    return Scene(
        image=np.array(image),
        boxes=boxes.astype(np.float32),
        labels=np.array([digit_to_label(int(value)) for value in values]),
    )

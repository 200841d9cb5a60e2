from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from digitdet.drawing import (
    BOX_COLOR,
    DIGIT_COLORS,
    EDGE,
    LABEL_HEIGHT,
    MIN_SIDE,
    OTHER_COLOR,
    draw_boxes,
    draw_digits,
)

GRAY = (100, 100, 100)


def gray(height: int, width: int) -> torch.Tensor:
    return torch.full((3, height, width), GRAY[0], dtype=torch.uint8)


def pixels(picture: Image.Image) -> np.ndarray:
    """(H, W, 3) uint8."""
    return np.asarray(picture)


def test_a_picture_without_boxes_is_unchanged() -> None:
    image = torch.randint(0, 256, (3, MIN_SIDE, MIN_SIDE + 20), dtype=torch.uint8)
    drawn = draw_boxes(image, torch.zeros(0, 4), [])
    assert drawn.mode == "RGB"
    assert np.array_equal(pixels(drawn), image.permute(1, 2, 0).numpy())


@pytest.mark.parametrize(
    ("boxes", "texts"), [([], ["1"]), ([[1, 1, 5, 5]], []), ([[1, 1, 5, 5]], ["1", "2"])]
)
def test_another_number_of_texts_than_boxes_is_refused(
    boxes: list[list[float]], texts: list[str]
) -> None:
    with pytest.raises(ValueError, match=f"{len(boxes)} boxes need as many .* got {len(texts)}"):
        draw_boxes(gray(20, 20), torch.tensor(boxes).reshape(-1, 4), texts)


@pytest.mark.parametrize(
    ("size", "scale"),
    [((1, 1), 240), ((30, 60), 8), ((60, 30), 8), ((33, 77), 8), ((239, 300), 2), ((240, 240), 1)],
)
def test_small_pictures_are_magnified_by_a_whole_number(size: tuple[int, int], scale: int) -> None:
    drawn = draw_boxes(gray(*size), torch.zeros(0, 4), [])
    assert (drawn.height, drawn.width) == (size[0] * scale, size[1] * scale)


def test_a_box_is_drawn_at_the_magnified_place() -> None:
    drawn = pixels(draw_boxes(gray(60, 80), torch.tensor([[20.0, 30, 50, 50]]), ["7"]))
    for y, x in ((200, 140), (160, 80), (160, 200), (120, 140)):  # 4 times bottom, sides, top
        assert tuple(drawn[y, x]) == BOX_COLOR
    for y, x in ((160, 140), (160, 70), (160, 210), (210, 140), (20, 20)):
        assert tuple(drawn[y, x]) == GRAY


def test_the_text_stands_above_its_box() -> None:
    box = torch.tensor([[100.0, 100, 180, 200]])
    one, other = (pixels(draw_boxes(gray(300, 300), box, [text])) for text in ("1", "8"))
    rows, columns = np.nonzero((one != other).any(axis=2))
    assert len(rows)
    assert 70 < rows.min() <= rows.max() < 100
    assert 100 <= columns.min() <= columns.max() < 130


def test_the_text_of_a_box_at_the_top_stays_in_the_picture() -> None:
    box = torch.tensor([[100.0, 0, 180, 200]])
    one, other = (pixels(draw_boxes(gray(300, 300), box, [text])) for text in ("1", "8"))
    assert (one != other).any()


def test_boxes_beyond_the_picture_and_boxes_turned_around_are_drawn() -> None:
    boxes = torch.tensor([[-20.0, -20, 400, 400], [50, 50, 20, 20]])
    drawn = draw_boxes(gray(300, 300), boxes, ["1", "2"])
    assert drawn.size == (300, 300)


def test_a_caption_stands_in_a_strip_below() -> None:
    image = gray(240, 240)
    plain = pixels(draw_boxes(image, torch.zeros(0, 4), []))
    drawn = pixels(draw_boxes(image, torch.zeros(0, 4), [], caption="12.png: 407"))
    strip = drawn[240:]
    assert strip.shape[0] > 20
    assert np.array_equal(drawn[:240], plain)
    assert (strip == 255).mean() > 0.5
    assert (strip < 80).any()


def content(drawn: Image.Image, width: int) -> np.ndarray:
    """What `draw_digits` shows of the picture itself, (H, W, 3) uint8."""
    return pixels(drawn)[LABEL_HEIGHT + EDGE : -EDGE, EDGE : EDGE + width]


@pytest.mark.parametrize("scale", [1, 3])
def test_small_digits_a_picture_without_boxes_is_magnified_pixel_by_pixel(scale: int) -> None:
    image = torch.randint(0, 256, (3, 7, 30), dtype=torch.uint8)
    drawn = content(draw_digits(image, torch.zeros(0, 4), [], scale), 30 * scale)
    expected = image.permute(1, 2, 0).numpy().repeat(scale, axis=0).repeat(scale, axis=1)
    assert np.array_equal(drawn, expected)


@pytest.mark.parametrize(("size", "width"), [((1, 1), 1), ((1, 900), 90), ((500, 3), 1)])
def test_small_digits_a_picture_is_shrunk_to_no_less_than_a_pixel(
    size: tuple[int, int], width: int
) -> None:
    drawn = content(draw_digits(gray(*size), torch.zeros(0, 4), [], 0.1), width)
    assert len(drawn) == max(1, size[0] // 10)
    assert (drawn == GRAY[0]).all()


def test_small_digits_another_number_of_texts_and_a_scale_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="0 boxes need as many texts, got 1"):
        draw_digits(gray(20, 20), torch.zeros(0, 4), ["1"])
    with pytest.raises(ValueError, match="scale has to be positive, got 0"):
        draw_digits(gray(20, 20), torch.zeros(0, 4), [], 0)


@given(
    box=st.tuples(*[st.integers(0, 40)] * 4).filter(lambda b: b[0] < b[2] and b[1] < b[3]),
    scale=st.integers(1, 4),
    digit=st.integers(0, 9),
)
@settings(max_examples=40, deadline=None)
def test_small_digits_the_line_encloses_the_box_and_hides_nothing_of_it(
    box: tuple[int, int, int, int], scale: int, digit: int
) -> None:
    drawn = pixels(draw_digits(gray(40, 40), torch.tensor([box]), [str(digit)], scale))
    x1, y1, x2, y2 = (side * scale + EDGE for side in box)
    y1, y2 = y1 + LABEL_HEIGHT, y2 + LABEL_HEIGHT
    if box[3] - box[1] < 38:  # a label has no other place beside a box as large as the picture
        assert (drawn[y1:y2, x1:x2] == GRAY[0]).all()
    right_and_bottom = [*drawn[y1:y2, x2], *drawn[y2, x1:x2]]
    ink = [tuple(pixel) for pixel in right_and_bottom]
    assert ink.count(DIGIT_COLORS[digit]) >= len(ink) / 2


def test_small_digits_boxes_beyond_the_picture_and_turned_around_are_drawn() -> None:
    boxes = torch.tensor([[-20.0, 5, 400, 15], [30, 18, 20, 10], [-1e30, -1e30, 1e30, 1e30]])
    drawn = draw_digits(gray(20, 40), boxes, ["1", "2", "3"], 4)
    inside = pixels(drawn)
    assert drawn.size == (40 * 4 + 2 * EDGE, 20 * 4 + 2 * EDGE + LABEL_HEIGHT)
    top, left = 10 * 4 + EDGE + LABEL_HEIGHT, 20 * 4 + EDGE
    assert tuple(inside[top + 10, left - 1]) == DIGIT_COLORS[2]
    assert tuple(inside[5 * 4 + EDGE + LABEL_HEIGHT - 1, 0]) == DIGIT_COLORS[1]


def test_small_digits_the_labels_of_a_number_cover_none_of_its_digits() -> None:
    """Three digits side by side, of different heights, as in a slanted number."""
    boxes = torch.tensor([[8.0, 4, 14, 18], [14, 8, 20, 22], [20, 2, 26, 16]])
    drawn = pixels(draw_digits(gray(26, 34), boxes, ["2", "5", "1"], 4))
    for x1, y1, x2, y2 in (boxes * 4).int().tolist():
        rows = slice(y1 + EDGE + LABEL_HEIGHT + 2, y2 + EDGE + LABEL_HEIGHT - 2)
        assert (drawn[rows, x1 + EDGE + 2 : x2 + EDGE - 2] == GRAY[0]).all()
    for digit in (2, 5, 1):
        mask = (drawn == DIGIT_COLORS[digit]).all(axis=2)
        assert mask.sum() > 200  # a filled label and a line


def test_small_digits_the_labels_of_a_narrow_picture_stand_beside_it() -> None:
    boxes = torch.tensor([[0.0, 0, 1, 30], [0, 30, 1, 60], [0, 60, 1, 90]])
    drawn = pixels(draw_digits(gray(90, 1), boxes, ["2", "5", "1"]))
    for digit in (2, 5, 1):
        mask = (drawn == DIGIT_COLORS[digit]).all(axis=2)
        assert mask.sum() > 80  # more than half of a label: none covers another


def test_small_digits_a_text_that_begins_with_no_digit_has_a_color_of_its_own() -> None:
    drawn = pixels(draw_digits(gray(40, 40), torch.tensor([[10.0, 10, 20, 20]]), ["x"]))
    assert tuple(drawn[15 + EDGE + LABEL_HEIGHT, 20 + EDGE]) == OTHER_COLOR


# Machado, Oliveira and Fernandes (2009), severity 1, for linear RGB.
SIGHTS = {
    "full": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
# IEC 61966-2-1: linear RGB to XYZ, D65.
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.072175],
        [0.0193339, 0.119192, 0.9503041],
    ]
)


def linear(colors: object) -> np.ndarray:
    """(N, 3) of sRGB, 0 to 255 -> linear, 0 to 1."""
    shares = np.array(colors) / 255
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def cielab(rgb: np.ndarray) -> np.ndarray:
    """(N, 3) of linear RGB -> CIELAB."""
    ratios = rgb @ XYZ.T / XYZ.sum(axis=1)
    x, y, z = np.where(ratios > (6 / 29) ** 3, np.cbrt(ratios), ratios * 841 / 108 + 4 / 29).T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


def test_the_conversion_of_colors_is_right_for_colors_with_known_values() -> None:
    known = cielab(linear([(255, 255, 255), (255, 0, 0), (0, 0, 255)]))
    expected = [(100, 0, 0), (53.24, 80.09, 67.20), (32.30, 79.19, -107.86)]
    np.testing.assert_allclose(known, expected, atol=0.02)


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_colors_of_any_two_digits_are_told_apart_by_any_sight(sight: str) -> None:
    seen = cielab((linear(DIGIT_COLORS) @ np.array(SIGHTS[sight]).T).clip(0, 1))
    assert min(np.linalg.norm(one - other) for one, other in combinations(seen, 2)) >= 23


def test_black_text_is_readable_on_the_color_of_each_digit() -> None:
    luminances = linear(DIGIT_COLORS) @ XYZ[1]
    assert (((luminances + 0.05) / 0.05) >= 4.5).all()  # the contrast ratio of WCAG 2.2


def test_lines_and_texts_grow_with_large_pictures() -> None:
    """A screen shows them all as small."""
    box = torch.tensor([[0.25, 0.3, 0.75, 0.9]])
    shares = []
    for height, width in ((720, 960), (2160, 2880)):
        boxes = box * torch.tensor([width, height, width, height])
        drawn = pixels(draw_boxes(gray(height, width), boxes, ["7"], caption="7"))
        assert drawn.shape[0] == height + 30 * height // 720
        shares.append((drawn == np.array(BOX_COLOR)).all(axis=-1).mean())
    assert shares[1] == pytest.approx(shares[0], rel=0.1)

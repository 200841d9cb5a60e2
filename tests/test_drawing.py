import numpy as np
import pytest
import torch
from PIL import Image

from digitdet.drawing import BOX_COLOR, MIN_SIDE, draw_boxes

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

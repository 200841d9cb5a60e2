"""Contact sheets: scales, captions, and what is to be noticed."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch import Tensor

from digitdet.inspection.contact_sheet import (
    EMPHASIS_COLOR,
    MAX_SCALE,
    PICTURE_SIZE,
    SHEET_WIDTH,
    SLOT,
    Tile,
    choose_scale,
    digits_of,
    draw_sheet,
    dropped_digits,
    make_tile,
)
from digitdet.structures import Target


def sample(
    digits: str = "", size: tuple[int, int] = (20, 48), source: str = "a/1.png", gray: int = 90
) -> tuple[Tensor, Target]:
    """A grey picture with digits side by side."""
    boxes = [[4.0 + 9 * n, 4, 12 + 9 * n, 16] for n in range(len(digits))]
    return torch.full((3, *size), gray, dtype=torch.uint8), {
        "image_id": 1,
        "boxes": torch.tensor(boxes).reshape(-1, 4),
        "labels": torch.tensor([int(d) + 1 for d in digits], dtype=torch.int64),
        "iscrowd": torch.zeros(len(digits), dtype=torch.bool),
        "source": source,
    }


def emphasized(sheet: Image.Image) -> int:
    return int((np.asarray(sheet) == EMPHASIS_COLOR).all(axis=2).sum())


@pytest.mark.parametrize(
    ("sizes", "scale"),
    [
        ([(1, 1)], MAX_SCALE),
        ([(20, 48)], 6),
        ([(47, 104)], 2),
        ([(47, 104), (94, 208)], 1),
        ([(130, 300)], 0.96),
        ([(40, 900)], 0.32),
        ([(1600, 10)], 0.1),
    ],
)
def test_pictures_are_magnified_by_a_whole_number_or_shrunk_to_fit(
    sizes: list[tuple[int, int]], scale: float
) -> None:
    assert choose_scale(sizes) == pytest.approx(scale)


@given(sizes=st.lists(st.tuples(st.integers(1, 900), st.integers(1, 900)), min_size=1, max_size=2))
@settings(max_examples=50, deadline=None)
def test_all_pictures_of_a_sample_fit_at_one_scale(sizes: list[tuple[int, int]]) -> None:
    scale = choose_scale(sizes)
    assert scale < 1 or scale == int(scale)
    for height, width in sizes:
        assert width * scale <= PICTURE_SIZE[0] + 1e-6
        assert height * scale <= PICTURE_SIZE[1] + 1e-6


@pytest.mark.parametrize(
    ("before", "after", "dropped"),
    [("", "", ""), ("407", "407", ""), ("407", "", "407"), ("337", "73", "3"), ("1", "12", "")],
)
def test_dropped_digits_are_those_that_come_less_often(
    before: str, after: str, dropped: str
) -> None:
    assert dropped_digits(sample(before)[1], sample(after)[1]) == dropped


def test_digits_are_named_in_the_order_of_the_boxes() -> None:
    assert digits_of(sample("4071")[1]) == "4071"


def test_a_picture_without_digits_is_captioned_so() -> None:
    tile = make_tile(3, [sample()])
    assert tile.lines == ("[3] 1.png", "48 x 20: no digit")
    assert (tile.dropped, tile.notice) == ("", "")


def test_the_caption_of_a_pair_tells_both_sizes_and_what_is_left() -> None:
    tile = make_tile(0, [sample("407"), sample("40", (40, 60))], "too bright")
    assert tile.lines == ("[0] 1.png", "48 x 20 -> 60 x 40: 40")
    assert tile.dropped == "7"
    assert tile.notice == "dropped: 7; too bright"


def test_both_pictures_of_a_pair_have_one_scale_and_stand_in_columns() -> None:
    for width in (20, 60):
        tile = make_tile(0, [sample(size=(20, width), gray=50), sample(size=(40, 72), gray=200)])
        pixels = np.asarray(tile.picture)[:, :, 0]
        after = np.nonzero(pixels[:, SLOT:] == 200)
        assert (np.ptp(after[0]) + 1, np.ptp(after[1]) + 1) == (40 * 4, 72 * 4)
        assert (pixels[:, :SLOT] == 50).sum() == 20 * 4 * width * 4
        assert after[1].min() == (SLOT + 10 + 3) - SLOT


def test_a_full_sheet_of_pairs_has_three_columns_on_a_full_hd_screen() -> None:
    tiles = [make_tile(n, [sample("1"), sample("1")]) for n in range(24)]
    sheet = draw_sheet(tiles, "title")
    assert sheet.width <= SHEET_WIDTH
    assert sheet.width == 3 * (tiles[0].size[0] + 10) + 10
    assert sheet.height > 8 * tiles[0].size[1]


def test_each_tile_is_shown_whole_and_once() -> None:
    grays = range(40, 60)
    tiles = [make_tile(n, [sample(size=(10, 12 + n), gray=gray)]) for n, gray in enumerate(grays)]
    sheet = np.asarray(draw_sheet(tiles, "title"))
    for number, gray in enumerate(grays):
        shown = (sheet == gray).all(axis=2)
        rows, columns = np.nonzero(shown)
        height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
        solid = shown[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        scale = choose_scale([(10, 12 + number)])
        # Pixels of the same grey in the texts' soft edges lie elsewhere.
        assert solid.sum() >= 10 * scale * (12 + number) * scale
        assert height >= 10 * scale
        assert width >= (12 + number) * scale


def test_what_is_to_be_noticed_stands_out_in_its_tile_alone() -> None:
    quiet = draw_sheet([make_tile(0, [sample("12"), sample("12")])], "title")
    noticed = draw_sheet([make_tile(0, [sample("12"), sample("1")])], "title")
    assert emphasized(quiet) == 0
    assert emphasized(noticed) > 1000


def test_a_long_name_is_cut_in_its_middle_and_changes_no_size() -> None:
    short, long = (
        make_tile(0, [sample(source=f"{name}.png")]) for name in ("a", "a very long name" * 20)
    )
    assert short.size == long.size
    sheet = np.asarray(draw_sheet([long, short], "a title " * 100))
    edge = sheet[:, 10 + long.size[0] : 20 + long.size[0]]
    assert (edge[40:] == 224).all()  # the gap between the tiles is empty


def test_a_tile_may_have_one_picture_or_two_on_the_same_sheet() -> None:
    tiles: list[Tile] = [make_tile(0, [sample()]), make_tile(1, [sample(), sample()])]
    assert draw_sheet(tiles, "").width > tiles[0].size[0] + tiles[1].size[0]

"""A number's digits on their plane."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from digitdet.scenes import FONTS, make_factors
from digitdet.scenes.glyphs import HEIGHT, SEVEN_SEGMENT, STROKES, glyph, resized_glyph
from digitdet.scenes.number import FlatNumber, draw_number, lowered


def _numbers(count: int, height: float = 40, **factors: object) -> list[FlatNumber]:
    made = make_factors(factors)
    return [draw_number(np.random.default_rng((4, n)), made, FONTS, height) for n in range(count)]


@pytest.mark.parametrize("font", [*FONTS, SEVEN_SEGMENT])
def test_glyphs_touch_both_sides_and_together_top_and_bottom(font: str) -> None:
    masks = [np.asarray(glyph(font, digit)) for digit in "0123456789"]
    for mask in masks:
        assert mask.shape[0] == HEIGHT
        assert mask[:, 0].any()
        assert mask[:, -1].any()
    rows = np.flatnonzero(np.any([mask.max(axis=1) > 64 for mask in masks], axis=0))
    assert rows[0] <= 2
    assert rows[-1] >= HEIGHT - 3


def test_thicker_strokes_cover_more() -> None:
    covered = [np.asarray(glyph("cmr10", "8", stroke)).mean() for stroke in STROKES]
    assert covered == sorted(set(covered))


def test_seven_segments_differ_between_digits() -> None:
    shapes = {np.asarray(glyph(SEVEN_SEGMENT, digit)).tobytes() for digit in "0123456789"}
    assert len(shapes) == 10


def test_a_resized_glyph_has_the_size_asked_for_and_values_to_1() -> None:
    part = resized_glyph(glyph("DejaVuSans", "4"), 17, 30)
    assert part.shape == (30, 17)
    assert part.dtype == np.float32
    assert part.min() >= 0
    assert 0.9 < part.max() <= 1


@pytest.mark.parametrize("style", ["font", "drawn", "seven_segment", "counter"])
def test_boxes_hold_the_ink_of_their_digits(style: str) -> None:
    for number in _numbers(40, style={style: 1}, several=0):
        assert len(number.boxes) == len(number.digits)
        rest = number.mask.copy()
        for left, top, right, bottom in number.boxes.astype(int).tolist():
            assert bottom - top == number.height
            assert number.mask[top:bottom, left:right].max() > 0.5
            rest[top:bottom, left:right] = 0
        assert rest.max() <= 0.5, "ink outside of all boxes"


def test_digits_run_from_left_to_right_or_from_top_to_bottom() -> None:
    factors = {"num_digits": {"3": 1}, "style": {"font": 1}}
    for number in _numbers(30, vertical=0, **factors):
        assert (np.diff(number.boxes[:, 0]) > 0).all()
    for number in _numbers(30, vertical=1, **factors):
        assert (number.boxes[1:, 1] >= number.boxes[:-1, 3]).all()


@pytest.mark.parametrize(("height", "expected"), [(1, 8), (30, 30), (500, 56)])
def test_the_height_is_kept_within_what_can_be_drawn(height: float, expected: int) -> None:
    assert {number.height for number in _numbers(5, height)} == {expected}


@given(share=st.floats(0.03, 0.2), row=st.integers(10, 30))
def test_lowering_moves_rows_down_and_lifting_up(share: float, row: int) -> None:
    part: NDArray[np.float32] = np.zeros((40, 3), dtype=np.float32)
    part[row] = 1
    rows = np.arange(40)[:, None]
    low, high = (
        float((rows * moved).sum() / moved.sum())
        for moved in (lowered(part, s * share) for s in (1, -1))
    )
    assert low > row > high


@given(share=st.floats(-0.2, 0.2))
def test_lowering_keeps_the_ends_and_the_size(share: float) -> None:
    part = np.random.default_rng(0).random((21, 5), dtype=np.float32)
    moved = lowered(part, share)
    assert moved.shape == part.shape
    np.testing.assert_allclose(moved[[0, -1]], part[[0, -1]], atol=1e-5)

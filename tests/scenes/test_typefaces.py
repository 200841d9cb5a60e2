"""Typefaces that a pen draws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitdet.labels import DIGITS
from digitdet.scenes.glyphs import HEIGHT
from digitdet.scenes.skeletons import SKELETONS, Form
from digitdet.scenes.typefaces import draw_typeface, write_digit

seeds = st.integers(0, 2**32 - 1)


@given(seeds)
def test_strokes_stay_within_the_unit_square(seed: int) -> None:
    form = Form.drawn(np.random.default_rng(seed))
    for digit in DIGITS:
        for stroke in SKELETONS[digit](form):
            assert stroke.points.shape[1:] == (2,)
            assert stroke.points.min() >= -1e-9, digit
            assert stroke.points.max() <= 1 + 1e-9, digit


@given(seeds)
def test_digits_fill_their_height_and_are_as_wide_as_their_ink(seed: int) -> None:
    rng = np.random.default_rng(seed)
    typeface = draw_typeface(rng)
    for digit in DIGITS:
        mask = np.asarray(write_digit(rng, typeface, digit))
        assert mask.shape[0] == HEIGHT
        rows = np.flatnonzero(mask.max(axis=1) > 64)
        assert rows[0] <= 1, digit
        assert rows[-1] >= HEIGHT - 2, digit
        assert mask[:, 0].any(), digit
        assert mask[:, -1].any(), digit


@pytest.mark.parametrize("seed", range(5))
def test_digits_of_a_typeface_differ(seed: int) -> None:
    rng = np.random.default_rng(seed)
    typeface = draw_typeface(rng)
    masks = {np.asarray(write_digit(rng, typeface, digit)).tobytes() for digit in DIGITS}
    assert len(masks) == 10


def test_a_nine_is_a_six_turned_around() -> None:
    rng = np.random.default_rng(0)
    typeface = next(face for face in iter(lambda: draw_typeface(rng), None) if not face.serif)
    six, nine = (np.asarray(write_digit(rng, typeface, digit), float) for digit in "69")
    assert np.abs(six - nine[::-1, ::-1]).mean() < 8


def test_typefaces_differ_in_what_they_are_drawn_by() -> None:
    rng = np.random.default_rng(3)
    faces = [draw_typeface(rng) for _ in range(60)]
    assert min(face.across for face in faces) > 0.05
    assert {face.round_ends for face in faces} == {True, False}
    assert any(face.serif for face in faces)
    assert any(face.unsteadiness for face in faces)
    assert len({np.asarray(write_digit(rng, face, "5")).tobytes() for face in faces}) == 60

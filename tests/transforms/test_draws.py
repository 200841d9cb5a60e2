"""Random draws that follow from (seed, epoch, index)."""

import multiprocessing
import random
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from digitdet.transforms.draws import Draws

SEEDS = st.integers(0, 2**32 - 1)
SMALL = st.integers(0, 10**6)


def _draw() -> tuple[float, float, float]:
    """One draw of each global generator."""
    return random.random(), float(np.random.random()), float(torch.rand(()))


def _draw_and_fail() -> None:
    _draw()
    raise RuntimeError("within")


def _drawn(seed: int, epoch: int, index: int) -> tuple[float, float, float]:
    draws = Draws()
    draws.set_epoch(epoch, seed)
    with draws.seeded(index):
        return _draw()


def test_a_new_object_stands_at_epoch_0_of_seed_0() -> None:
    draws = Draws()
    assert (draws.seed, draws.epoch) == (0, 0)
    with draws.seeded(4):
        first = _draw()
    assert first == _drawn(0, 0, 4)


@settings(deadline=None, max_examples=50)
@given(SEEDS, SMALL, SMALL, st.integers(0, 20))
def test_draws_repeat_for_the_same_sample_whatever_was_drawn_before(
    seed: int, epoch: int, index: int, before: int
) -> None:
    first = _drawn(seed, epoch, index)
    for _ in range(before):
        _draw()
    assert _drawn(seed, epoch, index) == first


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(SEEDS, SMALL, SMALL), min_size=2, max_size=2, unique=True))
def test_draws_differ_for_another_seed_epoch_or_index(keys: list[tuple[int, int, int]]) -> None:
    one, other = (_drawn(*key) for key in keys)
    assert all(a != b for a, b in zip(one, other, strict=True))


def test_the_numbers_of_a_key_cannot_be_swapped() -> None:
    keys = [(1, 2, 3), (1, 3, 2), (2, 1, 3), (2, 3, 1), (3, 1, 2), (3, 2, 1), (0, 0, 123)]
    assert len({_drawn(*key) for key in keys}) == len(keys)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 1000), SEEDS, SMALL)
def test_the_global_generators_go_on_as_if_nothing_had_been_drawn(
    start: int, seed: int, index: int
) -> None:
    def begin() -> None:
        random.seed(start)
        np.random.seed(start)
        torch.manual_seed(start)
        _draw()

    begin()
    expected = [_draw() for _ in range(3)]
    begin()
    found = [_draw()]
    _drawn(seed, 0, index)
    found.append(_draw())
    _drawn(seed, 1, index)
    found.append(_draw())
    assert found == expected


def test_an_error_within_restores_the_generators_too() -> None:
    random.seed(5)
    np.random.seed(5)
    torch.manual_seed(5)
    state = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()
    with pytest.raises(RuntimeError, match="within"), Draws().seeded(0):
        _draw_and_fail()
    after = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()
    assert after == state


def _report(draws: Draws, go: Any, answers: Any) -> None:
    for _ in range(2):
        go.get()
        answers.put((draws.seed, draws.epoch))


def test_a_process_that_runs_already_sees_a_new_epoch() -> None:
    context = multiprocessing.get_context("fork")
    draws, go, answers = Draws(), context.Queue(), context.Queue()
    process = context.Process(target=_report, args=(draws, go, answers), daemon=True)
    process.start()
    for epoch in (1, 2):
        draws.set_epoch(epoch, seed=9)
        go.put(None)
        assert answers.get(timeout=30) == (9, epoch)
    process.join(timeout=30)

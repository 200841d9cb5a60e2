"""Runs that are killed at any moment end as if nobody had."""

import os
from collections import Counter
from collections.abc import Callable
from itertools import cycle
from random import Random

import pytest
from crashing.broken_run import BrokenRun
from crashing.stops import kill
from crashing.variants import STOPOVERS, VARIANTS, Variant

MakeRun = Callable[[Variant], BrokenRun]
NUM_KILLS = int(os.environ.get("DIGITDET_NUM_KILLS", "10"))


def test_a_run_that_is_killed_twice_in_a_write_ends_as_if_it_was_not(
    broken_run: MakeRun, counts: Counter[str]
) -> None:
    run = broken_run(STOPOVERS)
    run.in_writes = 1.0
    kill(run, most=2)
    assert counts["kills"] == 2
    assert counts["runs ended identical"] == 1


@pytest.mark.campaign
def test_many_killed_runs_end_as_if_they_were_not(
    broken_run: MakeRun,
    counts: Counter[str],
    draws: Random,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for variant in cycle(VARIANTS):
        most = min(draws.randint(1, 4), NUM_KILLS - counts["kills"])
        kill(broken_run(variant), most)
        if counts["kills"] >= NUM_KILLS:
            break
    with capsys.disabled():
        print(f"\n{dict(counts)}")
    # A campaign that never hits what it is there to hit says nothing.
    assert counts["kills"] == NUM_KILLS
    assert counts["stopped within a write"] >= NUM_KILLS // 10
    assert counts["resumed within an epoch"] >= NUM_KILLS // 10

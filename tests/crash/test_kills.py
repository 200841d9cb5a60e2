"""Runs that are killed at any moment end as if nobody had."""

import os
from collections import Counter
from collections.abc import Callable
from itertools import cycle
from random import Random

import pytest
from crashing.broken_run import BrokenRun
from crashing.stops import kill, kill_once, run_out_of_space
from crashing.variants import STOPOVERS, VARIANTS

MakeRun = Callable[..., BrokenRun]
LOGS = 200_000  # bytes: more than the logs of these runs, less than a checkpoint
NUM_KILLS = int(os.environ.get("DIGITDET_NUM_KILLS", "10"))


def test_a_run_killed_in_writes_and_left_without_room_ends_as_if_it_was_not(
    broken_run: MakeRun, counts: Counter[str]
) -> None:
    run = broken_run(STOPOVERS)
    run.in_writes, run.latest_write = 1.0, 3
    assert kill_once(run)
    assert kill_once(run)
    run_out_of_space(run, run.start(limit=LOGS))
    run.finish()
    assert counts["resumed within an epoch"] or counts["stopped within a write"]


@pytest.mark.campaign
def test_many_killed_runs_end_as_if_they_were_not(
    broken_run: MakeRun,
    counts: Counter[str],
    draws: Random,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def is_enough() -> bool:
        # A campaign that never hits what it is there to hit says nothing.
        hits = counts["stopped within a write"], counts["resumed within an epoch"]
        return counts["kills"] >= NUM_KILLS and min(hits) >= max(1, NUM_KILLS // 10)

    for variant in cycle([STOPOVERS, *draws.sample(VARIANTS, len(VARIANTS))]):
        if is_enough():
            break
        assert counts["kills"] < 3 * NUM_KILLS, counts
        kill(broken_run(variant), most=draws.randint(1, 4))
    with capsys.disabled():
        print(f"\n{dict(counts)}")

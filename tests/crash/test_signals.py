"""Runs that are asked to end do so at once and in words, and end as if nobody had asked."""

import os
import signal
from collections import Counter
from collections.abc import Callable
from itertools import cycle
from random import Random

import pytest
from crashing.broken_run import BrokenRun
from crashing.stops import interrupt
from crashing.variants import VARIANTS

MakeRun = Callable[..., BrokenRun]
NUM_SIGNALS = int(os.environ.get("DIGITDET_NUM_KILLS", "10")) // 2


@pytest.mark.campaign
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_many_interrupted_runs_end_as_if_they_were_not(
    number: signal.Signals,
    broken_run: MakeRun,
    counts: Counter[str],
    draws: Random,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def is_enough() -> bool:
        # A campaign that never hits what it is there to hit says nothing.
        hits = counts["resumed within an epoch"], counts["stopped after step"]
        return counts[number.name] >= NUM_SIGNALS and min(hits) >= 1

    for variant in cycle(draws.sample(VARIANTS, len(VARIANTS))):
        if is_enough():
            break
        assert counts[number.name] < 3 * NUM_SIGNALS, counts
        run = broken_run(variant)
        run.in_writes = 0.2
        interrupt(run, number, most=draws.randint(1, 4))
    with capsys.disabled():
        print(f"\n{dict(counts)}")

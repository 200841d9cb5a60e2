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
from crashing.variants import STOPOVERS, VARIANTS

MakeRun = Callable[..., BrokenRun]
NUMBERS = (signal.SIGTERM, signal.SIGINT)
NUM_SIGNALS = int(os.environ.get("DIGITDET_NUM_KILLS", "10")) // 2


@pytest.mark.campaign
def test_many_interrupted_runs_end_as_if_they_were_not(
    broken_run: MakeRun,
    counts: Counter[str],
    draws: Random,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def is_enough() -> bool:
        # A campaign that never hits what it is there to hit says nothing.
        hits = counts["resumed within an epoch"], counts["stopped after step"]
        signals = (counts[number.name] for number in NUMBERS)
        return min(signals) >= NUM_SIGNALS and min(hits) >= 1

    variants = cycle([STOPOVERS, *draws.sample(VARIANTS, len(VARIANTS))])
    for number, variant in zip(cycle(NUMBERS), variants, strict=False):
        if is_enough():
            break
        assert counts[number.name] < 6 * NUM_SIGNALS, counts
        run = broken_run(variant)
        run.in_writes = 0.2
        interrupt(run, number, most=draws.randint(1, 4))
    with capsys.disabled():
        print(f"\n{dict(counts)}")

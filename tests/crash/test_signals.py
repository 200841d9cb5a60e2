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
from crashing.variants import VARIANTS, Variant

MakeRun = Callable[[Variant], BrokenRun]
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
    for variant in cycle(VARIANTS):
        most = min(draws.randint(1, 4), NUM_SIGNALS - counts[number.name])
        interrupt(broken_run(variant), number, most)
        if counts[number.name] >= NUM_SIGNALS:
            break
    with capsys.disabled():
        print(f"\n{dict(counts)}")
    # A campaign that never hits what it is there to hit says nothing.
    assert counts[number.name] == NUM_SIGNALS
    assert counts["resumed within an epoch"] >= NUM_SIGNALS // 5

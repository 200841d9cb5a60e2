"""A run whose disk is full stops in words, and goes on once there is room."""

from collections.abc import Callable
from random import Random

import pytest
from crashing.broken_run import NOTHING, BrokenRun
from crashing.processes import Training
from crashing.variants import STOPOVERS, VARIANTS, Variant

MakeRun = Callable[[Variant], BrokenRun]
# Less than a checkpoint of these runs, and more than their logs; in bytes.
LOGS, CHECKPOINT = 200_000, 1_000_000


def _check_stopped(run: BrokenRun, training: Training) -> None:
    """Check that a run said what it is about, and left nothing but what it had."""
    status, output = training.wait(), training.output()
    assert status == 1, output
    (message,) = (line for line in output.splitlines() if line.startswith("error: "))
    assert str(run.folder) in message
    assert "free" in message
    assert "--resume" in message
    assert "Traceback" not in output
    run.check_left()
    assert not run.parts()


def test_a_run_on_a_full_disk_stops_in_words_and_goes_on_once_there_is_room(
    broken_run: MakeRun,
) -> None:
    run = broken_run(STOPOVERS)
    training = run.start()
    run.wait_for_checkpoint(training)
    training.fill_disk(LOGS)
    _check_stopped(run, training)
    assert run.done > NOTHING
    run.finish()


@pytest.mark.campaign
@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_a_disk_that_is_full_at_any_size_leaves_what_there_was(
    broken_run: MakeRun, variant: Variant, draws: Random
) -> None:
    run = broken_run(variant)
    for _ in range(2):
        training = run.start(limit=draws.randrange(LOGS, CHECKPOINT))
        _check_stopped(run, training)
        assert run.done == NOTHING
    run.finish()

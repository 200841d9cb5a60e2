"""A run that is killed ends as if nobody had; at any moment and of any kind, `test_campaigns`."""

from collections import Counter
from collections.abc import Callable

from crashing.broken_run import BrokenRun
from crashing.stops import kill_once, run_out_of_space
from crashing.variants import STOPOVERS

MakeRun = Callable[..., BrokenRun]
LOGS = 200_000  # bytes: more than the logs of these runs, less than a checkpoint


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

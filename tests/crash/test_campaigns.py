"""Runs that are killed, asked to end or left without room at any moment end as if nobody had.

In one file, as they share unbroken runs and the process that forks them.
"""

import os
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from random import Random

import pytest
from crashing.broken_run import NOTHING, BrokenRun
from crashing.stops import interrupt, kill, run_out_of_space
from crashing.variants import EPOCH_ENDS, STOPOVERS, VARIANTS, Variant

pytestmark = pytest.mark.campaign
MakeRun = Callable[..., BrokenRun]
NUM_KILLS = int(os.environ.get("DIGITDET_NUM_KILLS", "10"))
NUMBERS = (signal.SIGTERM, signal.SIGINT)
NUM_SIGNALS = NUM_KILLS // 2
# In bytes: more than the logs of these runs, less than one checkpoint, less than all of them.
LOGS, CHECKPOINT, DISK = 200_000, 1_000_000, 9_000_000


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

    for variant in cycle([STOPOVERS, *draws.sample(VARIANTS, len(VARIANTS))]):
        if is_enough():
            break
        number = min(NUMBERS, key=lambda number: counts[number.name])
        assert counts[number.name] < 6 * NUM_SIGNALS, counts
        run = broken_run(variant)
        run.in_writes = 0.2
        interrupt(run, number, most=draws.randint(1, 4))
    with capsys.disabled():
        print(f"\n{dict(counts)}")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, on which there is no room for the checkpoints of three epochs."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not _mount("-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)):
        pytest.skip("file systems can be mounted by root alone, where there is tmpfs")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def _mount(*arguments: str) -> bool:
    command = shutil.which("mount")
    if command is None:
        return False
    return not subprocess.run([command, *arguments], capture_output=True, check=False).returncode


def test_a_disk_that_fills_up_later_leaves_the_checkpoints_before(broken_run: MakeRun) -> None:
    run = broken_run(STOPOVERS)
    training = run.start()
    run.wait_for_checkpoint(training)
    training.fill_disk(LOGS)
    run_out_of_space(run, training)
    assert run.done > NOTHING
    run.finish()


@pytest.mark.parametrize("variant", VARIANTS[:3], ids=lambda variant: variant.name)
def test_a_disk_that_is_full_at_any_size_leaves_what_there_was(
    broken_run: MakeRun, variant: Variant, draws: Random
) -> None:
    run = broken_run(variant)
    for _ in range(2):
        run_out_of_space(run, run.start(limit=draws.randrange(LOGS, CHECKPOINT)))
        assert run.done == NOTHING
    run.finish()


def test_a_file_system_that_is_full_leaves_what_there_was(
    broken_run: MakeRun, small_disk: Path
) -> None:
    run = broken_run(EPOCH_ENDS, small_disk)
    run_out_of_space(run, run.start())
    assert run.done > NOTHING
    run_out_of_space(run, run.start())
    assert _mount("-o", f"remount,size={10 * DISK}", str(small_disk))
    run.finish()

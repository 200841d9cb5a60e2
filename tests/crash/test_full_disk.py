"""A run whose disk is full stops in words, and goes on once there is room."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from crashing.broken_run import NOTHING, BrokenRun
from crashing.stops import run_out_of_space
from crashing.variants import EPOCH_ENDS, STOPOVERS, VARIANTS, Variant

MakeRun = Callable[..., BrokenRun]
# In bytes: more than the logs of these runs, less than one checkpoint, less than all of them.
LOGS, CHECKPOINT, DISK = 200_000, 1_000_000, 9_000_000


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


@pytest.mark.campaign
def test_a_disk_that_fills_up_later_leaves_the_checkpoints_before(broken_run: MakeRun) -> None:
    run = broken_run(STOPOVERS)
    training = run.start()
    run.wait_for_checkpoint(training)
    training.fill_disk(LOGS)
    run_out_of_space(run, training)
    assert run.done > NOTHING
    run.finish()


@pytest.mark.campaign
@pytest.mark.parametrize("variant", VARIANTS[:3], ids=lambda variant: variant.name)
def test_a_disk_that_is_full_at_any_size_leaves_what_there_was(
    broken_run: MakeRun, variant: Variant, draws: Random
) -> None:
    run = broken_run(variant)
    for _ in range(2):
        run_out_of_space(run, run.start(limit=draws.randrange(LOGS, CHECKPOINT)))
        assert run.done == NOTHING
    run.finish()


@pytest.mark.campaign
def test_a_file_system_that_is_full_leaves_what_there_was(
    broken_run: MakeRun, small_disk: Path
) -> None:
    run = broken_run(EPOCH_ENDS, small_disk)
    run_out_of_space(run, run.start())
    assert run.done > NOTHING
    run_out_of_space(run, run.start())
    assert _mount("-o", f"remount,size={10 * DISK}", str(small_disk))
    run.finish()

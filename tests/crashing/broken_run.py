"""A training that is stopped, whose remains are judged, and that goes on."""

import random
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crashing.comparison import check_equal, table
from crashing.processes import Training, Zygote
from crashing.references import References
from crashing.torn_files import tear
from crashing.variants import BATCHES, EPOCHS, Variant
from digitdet.checkpoints.finding import newest_checkpoint
from digitdet.checkpoints.reading import load_file

# The longest pause between the beginning of a write and a kill, in seconds: about a write's time.
PAUSE = 0.02
# Of the stops at any moment, the share that is not before the training has begun: that takes long.
IN_TRAINING = 0.7
UNFINISHED = re.compile(r"^\..*\.pth\..*\.part$")
# Steps (finished steps, finished epochs) before any.
NOTHING = (0, 0)


class BrokenRun:
    """A run that is stopped again and again, until it ends.

    Args:
        variant: What kind of run.
        folder: Its work folder.
        references: The unbroken runs.
        zygote: What forks it.
        draws: Where all random numbers come from.
        counts: What has happened, counted on.

    Attributes:
        counts: What has happened.
        in_writes: Share of its stops that are timed into a write.
        latest_write: The latest of a start's writes that it is stopped in.
        done: Finished steps and epochs of the newest whole checkpoint.
        next_arguments: Of ``tools/train.py``, for the next start.
    """

    def __init__(
        self,
        variant: Variant,
        folder: Path,
        references: References,
        zygote: Zygote,
        draws: random.Random,
        counts: Counter[str],
    ) -> None:
        references.make(variant)
        self.variant = variant
        self.folder = folder
        self.draws = draws
        self.counts = counts
        self._references = references
        self._zygote = zygote
        self.in_writes = 0.5
        self.latest_write = 8
        self.done = NOTHING
        self.next_arguments = variant.arguments(folder)
        self._torn: dict[Path, tuple[int, int]] = {}

    def start(self, *, limit: int | None = None) -> Training:
        """Start it, or go on with it."""
        arguments = self.next_arguments
        steps, epochs = self.done
        if steps != epochs * BATCHES:
            self.counts["resumed within an epoch"] += 1
        self.next_arguments = self.variant.arguments(self.folder, "--resume")
        self._old_parts = self.parts()
        return self._zygote.start(arguments, limit=limit)

    def wait_for_a_moment(self, training: Training) -> None:
        """Wait for a random moment of what is left of the run, or of one of its writes."""
        if self.draws.random() < self.in_writes:
            self._wait_for_write(training, self.draws.randint(1, self.latest_write))
            time.sleep(self.draws.uniform(0, PAUSE))
            return
        if self.draws.random() < IN_TRAINING:
            while not training.is_over(0.001) and "log: " not in training.output():
                continue
        now = training.computed()
        left = 1.0 - 0.6 * self.done[0] / (BATCHES * EPOCHS)
        end = max(now, left * self._references.seconds(self.variant))
        moment = self.draws.uniform(now, end)
        while not training.is_over(self.draws.uniform(0, 0.01)) and training.computed() < moment:
            continue

    def wait_for_checkpoint(self, training: Training) -> None:
        """Wait until a run that begins has written its first checkpoint."""
        while not training.is_over(0.0002) and not any(self.folder.glob("*.pth")):
            continue

    def _wait_for_write(self, training: Training, number: int) -> None:
        seen = set(self._old_parts)
        while not training.is_over(0.0002):
            seen |= self.parts()
            if len(seen - self._old_parts) >= number:
                return

    def parts(self) -> set[str]:
        """Name the checkpoints that are being written, or whose writer was killed."""
        if not self.folder.is_dir():
            return set()
        return {path.name for path in self.folder.iterdir() if UNFINISHED.search(path.name)}

    def check_left(self) -> None:
        """Check what a stopped run has left.

        Raises:
            AssertionError: If a file that stands under its name is not whole, the newest one is not
                found, is older than one before was, or the best one is not there.
        """
        if self.parts() - self._old_parts:
            self.counts["stopped within a write"] += 1
        before = self.done
        left = self._whole()
        self.done = _most_steps(left)
        assert self.done >= before, f"{self.folder}: {self.done} is left of {before}"
        self._check_newest(left)

    def newest(self) -> str:
        """Return the newest checkpoint."""
        return str(newest_checkpoint(self.folder))

    def _whole(self) -> dict[Path, Any]:
        """Load all checkpoints but those that were torn, and that no run has replaced since."""
        files = [file for file in self.folder.glob("*.pth") if self._torn.get(file) != _stamp(file)]
        return {file: load_file(file) for file in files}

    def _check_newest(self, left: dict[Path, Any]) -> None:
        """Check that the newest checkpoint is found; ``left`` are those that are whole."""
        torn = [file for file in self.folder.glob("*.pth") if file not in left]
        if torn and self.done == NOTHING:
            _check_refused(lambda: newest_checkpoint(self.folder), torn[-1].name)
            self.next_arguments = self.variant.arguments(self.folder)  # as the refusal says
            return
        found = newest_checkpoint(self.folder)
        if self.done == NOTHING:
            assert found is None, f"{found}: found, but there is none"
            return
        assert found in left, f"{found}: found, but {self.done} steps and epochs are there"
        assert _steps(left[found]) == self.done, f"{found}: found, but there is {self.done}"
        for key, value in left[found]["message_hub"]["runtime_info"].items():
            is_there = not key.startswith("best_ckpt") or self.folder / Path(value).name in left
            assert is_there, f"{key}: {value} is not there"

    def cut_power(self) -> None:
        """Tear the newest checkpoint, or two; they have to be refused by name, and passed over."""
        left = self._whole()
        newest_last = sorted(_resumable(left), key=lambda file: _steps(left[file]))
        for file in newest_last[-self.draws.randint(1, 2) :]:
            kind = tear(file, self.draws)
            self._torn[file] = _stamp(file)
            self.counts[f"checkpoints {kind}"] += 1
            _check_refused(lambda file=file: load_file(file), str(file))
            del left[file]
        self.done = _most_steps(left)
        self._check_newest(left)

    def finish(self) -> None:
        """Let it go on to its end, and check that this is the end of a run that was not stopped."""
        training = self.start()
        status = training.wait()
        assert status == 0, f"{self.folder}: {status}: {training.output()}"
        self.check_end(training)

    def check_end(self, training: Training) -> None:
        """Check that a run that has ended left what an unbroken one did."""
        check_equal(self.folder, self._references.folder(self.variant))
        printed, expected = table(training.output()), self._references.table(self.variant)
        assert printed == expected, f"{self.folder}: {printed}, not {expected}"
        self.counts["runs ended identical"] += 1


def _check_refused(read: Callable[[], Any], name: str) -> None:
    with pytest.raises(ValueError, match=re.escape(name)):
        read()


def _resumable(checkpoints: dict[Path, Any]) -> dict[Path, Any]:
    """Return those that a run can go on from; the best ones have no optimizer."""
    return {file: content for file, content in checkpoints.items() if "optimizer" in content}


def _most_steps(checkpoints: dict[Path, Any]) -> tuple[int, int]:
    return max(map(_steps, _resumable(checkpoints).values()), default=NOTHING)


def _steps(checkpoint: dict[str, Any]) -> tuple[int, int]:
    """Return the finished steps and epochs."""
    return checkpoint["meta"]["iter"], checkpoint["meta"]["epoch"]


def _stamp(file: Path) -> tuple[int, int]:
    """Tell a file from one that has taken its name since."""
    status = file.stat()
    return status.st_ino, status.st_mtime_ns

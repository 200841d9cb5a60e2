"""What the crash tests share."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from random import Random, SystemRandom

import pytest
from crashing.broken_run import BrokenRun
from crashing.processes import Zygote
from crashing.references import References
from crashing.variants import Variant

pytest.importorskip("resource", reason="processes are forked, and limited, where there is POSIX")


@pytest.fixture(scope="session")
def zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    """A process that forks trainings."""
    if sys.platform != "linux":
        pytest.skip("processes are watched and limited from outside, which only Linux can")
    with Zygote(tmp_path_factory.mktemp("logs")) as zygote:
        yield zygote


@pytest.fixture(scope="session")
def references(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> References:
    """The unbroken runs."""
    return References(zygote, tmp_path_factory.mktemp("unbroken"))


@pytest.fixture
def counts() -> Counter[str]:
    """What happens in a campaign, counted."""
    return Counter()


@pytest.fixture
def draws() -> Random:
    """Random numbers; DIGITDET_CRASH_SEED repeats those of an earlier campaign."""
    seed = int(os.environ.get("DIGITDET_CRASH_SEED", SystemRandom().randrange(10**6)))
    print(f"DIGITDET_CRASH_SEED={seed}")  # pytest shows it where the test fails
    return Random(seed)


@pytest.fixture
def broken_run(
    zygote: Zygote, references: References, tmp_path: Path, counts: Counter[str], draws: Random
) -> Callable[..., BrokenRun]:
    """Returns a function that makes a run to be stopped, in a folder of its own."""

    def make(variant: Variant, folder: Path | None = None) -> BrokenRun:
        work_dir = (folder or tmp_path) / f"run_{next(numbers)}"
        return BrokenRun(variant, work_dir, references, zygote, draws, counts)

    numbers = count(1)

    return make

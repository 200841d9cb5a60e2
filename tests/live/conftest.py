"""What the tests of live pages share."""

import sys
from collections.abc import Iterator

import pytest
from crashing.processes import Zygote
from live.servers import environment


@pytest.fixture(scope="session")
def zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    """A process that forks trainings."""
    if sys.platform != "linux":
        pytest.skip("processes are watched from outside, which only Linux can")
    with Zygote(tmp_path_factory.mktemp("logs"), environment()) as zygote:
        yield zygote

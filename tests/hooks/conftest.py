"""A model and a run that are small enough to be followed by hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tiny_runs import Tiny, make_runner, make_samples, make_tiny

from digitdet.runner import Runner


@pytest.fixture
def tiny() -> Callable[[], Tiny]:
    """Returns `make_tiny`."""
    return make_tiny


@pytest.fixture
def tiny_runner(tmp_path: Path) -> Callable[..., Runner]:
    """Returns a function that makes a runner of the model in a folder of that name."""

    def make(name: str, *args: Any, **kwargs: Any) -> Runner:
        return make_runner(tmp_path / name, *args, **kwargs)

    return make


@pytest.fixture
def samples() -> Callable[..., list[Any]]:
    """Returns `make_samples`."""
    return make_samples

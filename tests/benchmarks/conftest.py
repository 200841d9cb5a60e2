"""What the tests of benchmarks share."""

import multiprocessing
import pickle
from typing import Any

import pytest
from torch.multiprocessing.spawn import start_processes

from digitdet.benchmarks import synchronisation, turns

FORK = multiprocessing.get_context("fork")


class _Forking:
    """Forks what has to be fit to be sent to a process that is started anew."""

    Pipe = staticmethod(FORK.Pipe)

    def Process(self, target: Any, args: Any, **kwargs: Any) -> Any:  # noqa: N802
        pickle.dumps((target, args[1:]))  # all but the pipe
        return FORK.Process(target=target, args=args, **kwargs)


def _spawn(work: Any, args: Any, nprocs: int) -> None:
    pickle.dumps((work, args))
    start_processes(work, args, nprocs, start_method="fork")


@pytest.fixture
def _forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fork the processes that are measured, which costs less than the imports of new ones."""
    monkeypatch.setattr(turns, "get_context", lambda _: _Forking())
    monkeypatch.setattr(synchronisation, "spawn", _spawn)

"""Keeps the workers of loaders alive through the signals that a whole group of processes gets."""

import atexit
import multiprocessing
import multiprocessing.util  # its clean-up at exit has to be registered before the one here
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from digitdet.interruption import SIGNALS

BEFORE_QUEUES = 100  # of what runs at a worker's end; its queues' clean-up has 10 and less


@contextmanager
def held_signals() -> Iterator[None]:
    """Hold signals back, for processes to start that `ignore_signals` is to reach before them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _WorkerStart:
    """Called in a loader's worker: ignores signals, then calls another function.

    The worker of a process that was killed ends at once when torch has noticed, some five seconds
    later. It would first send what it has read, for ever, where that is more than a pipe holds.
    """

    def __init__(self, then: Callable[[int], None] | None) -> None:
        self.then = then

    def __call__(self, worker: int) -> None:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        multiprocessing.util.Finalize(
            None, _exit_as_orphan, args=(os.getppid(),), exitpriority=BEFORE_QUEUES
        )
        if self.then:
            self.then(worker)


def _exit_as_orphan(parent: int) -> None:
    if os.getppid() != parent:
        os._exit(1)


def ignore_signals(worker_init_fn: Callable[[int], None] | None) -> Callable[[int], None]:
    """Return a ``worker_init_fn`` for a loader whose workers outlive a signal to the whole group.

    A terminal sends Ctrl-C, and a batch system SIGTERM, to the workers too; without them the
    training could not finish its step.

    Args:
        worker_init_fn: What a worker calls besides; None for nothing.
    """
    if isinstance(worker_init_fn, _WorkerStart):
        return worker_init_fn
    atexit.unregister(_kill_workers)
    atexit.register(_kill_workers)
    return _WorkerStart(worker_init_fn)


def end_workers(batches: Any) -> None:
    """End the workers of a loader's iterator now.

    When it is collected as a part of a cycle, it can no longer tell them to, and waits in vain.

    Args:
        batches: An iterator over a loader, or anything else.
    """
    shut_down = getattr(batches, "_shutdown_workers", None)
    if shut_down is not None:
        shut_down()


def _kill_workers() -> None:
    """Kill workers that are left when the process exits: its SIGTERM would leave them waiting.

    It would send that to all daemons, and wait for them for ever. A started process no longer tells
    what it runs, so that those of loaders can't be told from others.
    """
    workers = [child for child in multiprocessing.active_children() if child.daemon]
    if workers and hasattr(signal, "SIGCHLD"):
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # torch's would call it an error
    for worker in workers:
        worker.kill()
        worker.join()

"""Trainings in processes of their own that start in no time, and can be killed."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from crashing import zygote

# Far longer than any of these trainings takes: one that hangs has to fail.
SECONDS = 120
# Threads would be started by imports otherwise.
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")}


class Training:
    """A training in a process of its own.

    Attributes:
        log: File with what it prints.
        seconds: What it has computed in all, once it is over.
    """

    def __init__(self, owner: "Zygote", pid: int, log: Path) -> None:
        self._owner = owner
        self._pid = pid
        self._descriptor = os.pidfd_open(pid)
        self.log = log
        self.seconds = 0.0

    def is_over(self, seconds: float = 0) -> bool:
        """Whether it has ended, or does within some time."""
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        return bool(poll.poll(1000 * seconds))

    def send(self, number: signal.Signals, *, to_workers: bool = False) -> None:
        """Send a signal, to the workers of its loaders too if wanted; nothing if it is over."""
        if not self.is_over():
            (os.killpg if to_workers else os.kill)(self._pid, number)

    def fill_disk(self, size: int) -> None:
        """From now on let it write no file larger than some bytes."""
        zygote.limit_files(self._pid, size)

    def wait(self) -> int:
        """Wait for its end; return the exit status, or minus the signal that ended it."""
        if not self.is_over(SECONDS):
            os.killpg(self._pid, signal.SIGKILL)
            raise AssertionError(f"not over after {SECONDS} s: {self.output()}")
        os.close(self._descriptor)
        self.seconds = self.computed()
        answer = self._owner.ask(wait=self._pid)
        status: int = answer["status"]
        assert status < 0 or not answer["left"], f"left running: {answer['left']}"
        return status

    def computed(self) -> float:
        """Return the seconds that it has computed so far: how far it is, on a busy machine too."""
        stat = Path(f"/proc/{self._pid}/stat").read_text(encoding="utf-8")
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def output(self) -> str:
        """Return what it has printed."""
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""


class Zygote:
    """Forks trainings; see `crashing.zygote`.

    Args:
        folder: For its own files.
        environment: Of the process, and of those that it forks.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str] = os.environ) -> None:
        self._folder = folder
        self._environment = environment
        self._count = 0

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, zygote.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**self._environment, **ONE_THREAD},
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def start(
        self, argv: Sequence[str], *, limit: int | None = None, modules: Path | None = None
    ) -> Training:
        """Start ``tools/train.py``.

        Args:
            argv: Its arguments.
            limit: Size that no file may grow beyond, in bytes.
            modules: File to write to what it has imported.
        """
        self._count += 1
        log = self._folder / f"{self._count}.log"
        file = None if modules is None else str(modules)
        order = dict(argv=list(argv), log=str(log), limit=limit, modules=file)
        return Training(self, self.ask(start=order)["pid"], log)

    def finish(self, argv: Sequence[str], *, imports: bool) -> Training:
        """Run a training to its end.

        Args:
            argv: Arguments of ``tools/train.py``.
            imports: Have imported, for the next ones, what it imports.
        """
        modules = self._folder / "modules" if imports else None
        training = self.start(argv, modules=modules)
        assert training.wait() == 0, training.output()
        if modules:
            self.ask(**{"import": str(modules)})
        return training

    def ask(self, **order: Any) -> dict[str, Any]:
        """Give an order, and return the answer."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the zygote has ended"
        content: dict[str, Any] = json.loads(answer)
        return content

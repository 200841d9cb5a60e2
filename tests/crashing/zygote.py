"""A process that has imported what a training needs, started no thread, and forks trainings.

Run as a script. Orders come on standard input and answers go to standard output, each one line of
JSON:

- ``{"start": {"argv": [...], "log": FILE, "limit": BYTES, "modules": FILE}}`` forks a process that
  runs ``tools/train.py`` with these arguments, and is answered by its ``pid``. No file that it
  writes grows beyond the limit; in the last file it writes what it has imported. Both may be null.
- ``{"wait": PID}`` waits for its end and is answered by its ``status``, the exit status or minus
  the signal that ended it, and by what it has ``left`` running, which is killed.
- ``{"import": FILE}`` imports what a process has imported, so that the next ones find it.
"""

import importlib
import importlib.util
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Serve until standard input ends; in a forked process, train."""
    tool = _import_tool()
    start = _serve()
    if start is not None:
        _train(tool, start)


def _import_tool() -> Callable[[Sequence[str]], None]:
    """Import what a training needs, and return the ``main`` of its command line."""
    importlib.import_module("digitdet.training")
    spec = importlib.util.spec_from_file_location("train_tool", ROOT / "tools" / "train.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main


def _serve() -> dict[str, Any] | None:
    """Answer orders; return None at their end, and the order in a process that was forked."""
    for line in sys.stdin:
        order = json.loads(line)
        if "start" in order:
            _check_one_thread()
            pid = os.fork()
            if pid == 0:
                return order["start"]
            answer: dict[str, Any] = {"pid": pid}
        elif "wait" in order:
            answer = _wait(order["wait"])
        else:
            _import_all(Path(order["import"]).read_text(encoding="utf-8").split())
            answer = {}
        print(json.dumps(answer), flush=True)
    return None


def _check_one_thread() -> None:
    """Refuse to fork beside threads: what they hold would stay locked in the fork for ever."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (count,) = (line.split()[1] for line in status.splitlines() if line.startswith("Threads:"))
    if count != "1":
        raise RuntimeError(f"the zygote has {count} threads and can't be forked")


def _wait(pid: int) -> dict[str, Any]:
    """Wait for a process; kill those of its group that it leaves, and name them."""
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    left = _members(pid)
    os.killpg(pid, signal.SIGKILL)  # itself, if nothing else: it still has its number
    _, status = os.waitpid(pid, 0)
    return {"status": os.waitstatus_to_exitcode(status), "left": left}


def _members(group: int) -> list[str]:
    """Name the processes of a group that have not ended."""
    running = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = file.read_text(encoding="utf-8")
        except OSError:  # it has ended meanwhile
            continue
        state, _, of_group = text.rpartition(")")[2].split()[:3]
        if int(of_group) == group and state not in "ZX":
            running.append(text[:40])
    return running


def _import_all(names: Sequence[str]) -> None:
    for name in names:
        if name not in sys.modules and not name.startswith("_"):
            try:
                importlib.import_module(name)
            except ImportError:  # a name that another module made up
                continue


def _train(tool: Callable[[Sequence[str]], None], start: dict[str, Any]) -> None:
    """Train as if started from a shell: with streams, a group and signals of its own."""
    os.setsid()
    _redirect(start["log"])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if start["limit"] is not None:
        limit_files(0, start["limit"])
    sys.argv = ["tools/train.py", *start["argv"]]
    try:
        tool(start["argv"])
    finally:
        if start["modules"] is not None:
            Path(start["modules"]).write_text("\n".join(sorted(sys.modules)), encoding="utf-8")


def limit_files(pid: int, size: int) -> None:
    """Let a process, 0 for this one, write no file larger than some bytes: its disk is full."""
    hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


def _redirect(log: str) -> None:
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)


if __name__ == "__main__":
    main()

"""Trainings and servers in processes of their own, on the loopback alone."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crashing.processes import Training, Zygote
from crashing.variants import BATCHES, EPOCHS, SMALL

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "configs" / "experiments" / "quickstart.py"
SECONDS = 180.0  # far longer than any of these takes: one that hangs has to fail
PRIVATE = {
    "DO_NOT_TRACK": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "OMP_NUM_THREADS": "1",
    "WANDB_MODE": "offline",
    "no_proxy": "*",
}
STEPS = BATCHES * EPOCHS


def environment() -> dict[str, str]:
    """Return the variables of trainings and servers, which reach nothing but each other."""
    kept = {name: v for name, v in os.environ.items() if not name.startswith(("MLFLOW", "WANDB"))}
    return kept | PRIVATE


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(command: Sequence[str], port: int, log: Path, path: str = "/") -> Iterator[str]:
    """Start a server, wait until it answers, yield its address, and end it with its children."""
    address = f"http://127.0.0.1:{port}"
    with log.open("w") as stream:
        server = subprocess.Popen(
            [sys.executable, "-m", *command],
            env=environment(),
            cwd=log.parent,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
        try:
            end = time.monotonic() + SECONDS
            while not _answers(address + path):
                assert server.poll() is None, log.read_text()
                assert time.monotonic() < end, log.read_text()
                time.sleep(0.1)
            yield address
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except OSError:
        return False
    return True


def ask(url: str, body: Any = None, **query: Any) -> Any:
    """Return the JSON that a server answers; a body is sent as JSON."""
    data = None if body is None else json.dumps(body).encode()
    address = f"{url}?{urllib.parse.urlencode(query)}" if query else url
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def start(zygote: Zygote, work_dir: Path, backends: Sequence[Any], *arguments: str) -> Training:
    """Start ``tools/train.py`` with a small run; each step is logged."""
    options = [
        *(option for option in SMALL if not option.startswith("default_hooks.report=")),
        "train_dataloader.num_workers=0",
        "val_dataloader.num_workers=0",
        f"visualizer.vis_backends={list(backends)}",
    ]
    places = ["--work-dir", str(work_dir), "--no-preflight"]
    return zygote.start([str(CONFIG), *places, *arguments, "--cfg-options", *options])


def train(zygote: Zygote, work_dir: Path, backends: Sequence[Any], *arguments: str) -> str:
    """Train to the end, and return what was printed."""
    training = start(zygote, work_dir, backends, *arguments)
    assert training.wait() == 0, training.output()
    return training.output()


def stop(
    zygote: Zygote, work_dir: Path, backends: Sequence[Any], number: signal.Signals, step: int
) -> str:
    """Train until a step is logged, send a signal, and return what was printed."""
    training = start(zygote, work_dir, backends)
    wait_for_step(work_dir, step, training)
    training.send(number)
    assert training.wait() != 0, training.output()
    return training.output()


def wait_for_step(work_dir: Path, step: int, training: Training) -> None:
    """Wait until a training has logged a step."""
    while not any(row[0] >= step for row in rows(work_dir)):
        assert not training.is_over(0.002), training.output()


def rows(work_dir: Path) -> list[tuple[int, str, float]]:
    """Return step, name and value of each whole row of ``scalars.csv``."""
    file = work_dir / "scalars.csv"
    text = file.read_text() if file.is_file() else ""
    whole = [line.split(",") for line in text.split("\n")[1:-1]]
    return [(int(step), name, float(value)) for step, _, name, value in whole]


def points(work_dir: Path, name: str) -> list[tuple[int, float]]:
    """Return step and value of each row of a name."""
    return [(step, value) for step, found, value in rows(work_dir) if found == name]

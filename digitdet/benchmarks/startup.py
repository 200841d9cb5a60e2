"""How long it takes until a training trains, beside the imports that it needs."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from rich.table import Table

from digitdet import config as configs
from digitdet.benchmarks.timing import median_ratio
from digitdet.console import console, track

BARE, BEGUN, DONE = "bare imports", "first batch", "first iteration"
IMPORTS = "import torch, torchvision, mmengine.runner"
HOOK = "default_hooks.first_step"
HELP = "--help of "


def benchmark_startup(
    config_file: str | Path,
    *,
    tools_dir: Path,
    options: Sequence[str] = (),
    repeats: int = 7,
) -> dict[str, float]:
    """Measure a start in turns with bare imports, and the help of each tool; print it.

    A start is ``tools/train.py CONFIG --no-preflight`` in a process of its own, from before it is
    started to the end of the first iteration with all that hooks do after it. The bare imports are
    those of torch, torchvision and mmengine.runner, in a process that does nothing else. What is
    started first fills the system's cache of files, and is not counted.

    Args:
        config_file: The config.
        tools_dir: Folder of the tools.
        options: Overrides, ``KEY=VALUE``.
        repeats: How often each is measured.

    Returns:
        Seconds, medians; and how many times the bare imports the first iteration takes, the median
        of the turns.

    Raises:
        FileNotFoundError: If there is no such config.
        RuntimeError: If a process fails.
        ValueError: If ``repeats`` is not positive.
    """
    if repeats < 1:
        raise ValueError(f"repeats is 1 or more, got {repeats!r}")
    seconds: dict[str, list[float]] = {BARE: [], BEGUN: [], DONE: []}
    tools = {f"{HELP}{file.name}": file for file in sorted(tools_dir.glob("*.py"))}
    seconds |= {name: [] for name in tools}
    start = start_command(tools_dir / "train.py", Path(config_file), options)
    for _ in track(range(1 + repeats), "measuring"):
        seconds[BARE].append(seconds_of([sys.executable, "-c", IMPORTS]))
        begun, done = first_iteration(start)
        seconds[BEGUN].append(begun)
        seconds[DONE].append(done)
        for name, file in tools.items():
            seconds[name].append(seconds_of([sys.executable, str(file), "--help"]))
    counted = {name: each[1:] for name, each in seconds.items()}
    ratios = {name: median_ratio(counted[name], counted[BARE]) for name in (BEGUN, DONE)}
    console.print(_table(counted, ratios))
    figures = {name: median(each) for name, each in counted.items()}
    return figures | {f"{name}, times the bare imports": one for name, one in ratios.items()}


def start_command(tool: Path, config_file: Path, options: Sequence[str]) -> list[str]:
    """Return how a training is started that ends after its first iteration."""
    stated = (configs.stated_imports(config_file) or {}).get("imports", [])
    imports = [stated] if isinstance(stated, str) else list(stated)
    imports.append("digitdet.benchmarks.first_step")
    command = [sys.executable, str(tool), str(config_file), "--no-preflight", "--cfg-options"]
    hooked = (f"custom_imports.imports={imports!r}", f"{HOOK}.type=FirstStepHook")
    return [*command, *options, *hooked]


def first_iteration(command: Sequence[str]) -> tuple[float, float]:
    """Return the seconds from a start to the first batch, and to the end of its iteration."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "times.json")
        start = time.time()
        _run([*command, f"{HOOK}.file={file.as_posix()!r}", "--work-dir", str(Path(folder, "run"))])
        began, ended = json.loads(file.read_text(encoding="utf-8"))
    return began - start, ended - start


def seconds_of(command: Sequence[str]) -> float:
    """Return how long a process takes."""
    start = time.perf_counter()
    _run(command)
    return time.perf_counter() - start


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip() or 'has failed'}")


def _table(seconds: Mapping[str, Sequence[float]], ratios: Mapping[str, float]) -> Table:
    table = Table(title="seconds from the start of a process", title_justify="left")
    for name in ("until", "median", "least", "times the bare imports"):
        table.add_column(name, justify="left" if name == "until" else "right")
    for name, each in seconds.items():
        ratio = f"{ratios[name]:.2f}" if name in ratios else ""
        table.add_row(name, f"{median(each):.2f}", f"{min(each):.2f}", ratio)
    return table

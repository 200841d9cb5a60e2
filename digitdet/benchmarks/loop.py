"""What the loop costs beside its steps: hooks and log, ours, mmengine's and none."""

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from rich.table import Table

from digitdet.benchmarks.hooked_loops import BARE, LOOPS, Plan, detector_size
from digitdet.benchmarks.turns import receive, start
from digitdet.console import console, track

WINDOW = 1000  # iterations of a figure
TURNS = 10  # that each window is run in
NUM_SHOWN = 5


def benchmark_loop(runtime_file: Path, *, iterations: int = 40_000) -> dict[str, float]:
    """Measure the cost of an iteration from the first to the last, and print it.

    A model is trained that has as many tensors as the detector, of one number each, so that hooks
    do what they do there and hardly anything is left beside. The hooks are those of a runtime file,
    mmengine's own default ones, and none. Each loop is a process of its own; they run in turns, a
    tenth of a window each, while the others wait, so that what else the machine does falls on all
    of them. A window is an epoch: the first two loops validate and save after its last turn, which
    its median leaves out.

    Args:
        runtime_file: The config whose hooks are measured.
        iterations: How many of each loop.

    Returns:
        Microseconds of CPU time an iteration, in the first and the last window of each loop, their
        ratio, and what is over the bare loop, the median of the windows.

    Raises:
        FileNotFoundError: If there is no such file.
        RuntimeError: If a loop fails.
        ValueError: If there are too few iterations for two windows.
    """
    if not runtime_file.is_file():
        raise FileNotFoundError(f"{runtime_file}: no such config")
    if iterations < 2 * TURNS:
        raise ValueError(f"iterations has to be at least {2 * TURNS}, got {iterations}")
    turn = min(WINDOW, iterations // 2) // TURNS
    window, num_windows = turn * TURNS, iterations // (turn * TURNS)
    console.print(f"{num_windows} windows of {window:,} iterations")
    seconds = _run_in_turns(runtime_file, window, turn, num_windows)
    costs = {name: window_costs(turns, turn) for name, turns in seconds.items()}
    console.print(_table(costs, window))
    return _flat(costs)


def _run_in_turns(runtime_file: Path, steps: int, turn: int, epochs: int) -> dict[str, list[float]]:
    """Run the loops in turns; return the seconds of each turn."""
    seconds: dict[str, list[float]] = {name: [] for name in LOOPS}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        plan = Plan(
            runtime_file=runtime_file,
            folder=Path(folder),
            epochs=epochs,
            steps=steps,
            turn=turn,
            size=detector_size(),
        )
        pipes = {
            name: start(loop, {**plan, "folder": Path(folder, loop.__name__)}, stack)
            for name, loop in LOOPS.items()
        }
        for name, pipe in pipes.items():
            receive(pipe, name)  # each is ready
        for _ in track(range(epochs * TURNS), "measuring"):
            for name, pipe in pipes.items():
                pipe.send(None)
                seconds[name].append(receive(pipe, name))
    return seconds


def window_costs(seconds: Sequence[float], turn: int) -> list[float]:
    """Return microseconds of an iteration, the median of each window's turns.

    Args:
        seconds: Of each turn.
        turn: Iterations of a turn.
    """
    windows = (seconds[start : start + TURNS] for start in range(0, len(seconds), TURNS))
    return [median(window) / turn * 1e6 for window in windows]


def _over(costs: Mapping[str, Sequence[float]], name: str) -> float:
    """Return what a loop costs over the bare one, in the median of the windows."""
    return median(own - bare for own, bare in zip(costs[name], costs[BARE], strict=True))


def _table(costs: Mapping[str, Sequence[float]], window: int) -> Table:
    """Make a table of the first window, the last and some between them."""
    last = len(costs[BARE]) - 1
    shown = sorted({round(last * part / (NUM_SHOWN - 1)) for part in range(NUM_SHOWN)})
    table = Table(
        title="microseconds of CPU time an iteration, medians of windows", title_justify="left"
    )
    table.add_column("loop")
    for index in shown:
        table.add_column(f"{index * window + 1:,} to {(index + 1) * window:,}", justify="right")
    table.add_column("last / first", justify="right")
    table.add_column("over the bare loop", justify="right")
    for name, windows in costs.items():
        figures = (f"{windows[index]:,.0f}" for index in shown)
        over = "" if name == BARE else f"{_over(costs, name):,.0f}"
        table.add_row(name, *figures, f"{windows[-1] / windows[0]:.2f}", over)
    return table


def _flat(costs: Mapping[str, Sequence[float]]) -> dict[str, float]:
    figures = {}
    for name, windows in costs.items():
        figures[f"{name}, first"] = windows[0]
        figures[f"{name}, last"] = windows[-1]
        figures[f"{name}, last / first"] = windows[-1] / windows[0]
        if name != BARE:
            figures[f"{name}, over the bare loop"] = _over(costs, name)
    return figures

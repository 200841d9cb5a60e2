"""Times things side by side, so that what else the machine does falls on all of them."""

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median

Run = Callable[[], int]
Clock = Callable[[], float]


def rate(run: Run, seconds: float, clock: Clock = time.perf_counter) -> float:
    """Return how many images a second something handles.

    Args:
        run: Handles some images and returns how many.
        seconds: How long to repeat it; it runs once at least.
        clock: What tells the seconds.
    """
    count, start = 0, clock()
    while True:
        count += run()
        spent = clock() - start
        if spent >= seconds and spent > 0:
            return count / spent


def alternate(
    runs: Mapping[str, Run],
    repeats: int,
    seconds: float = 0.0,
    clock: Clock = time.perf_counter,
) -> dict[str, list[float]]:
    """Measure several things in turns, each after a run that is not measured.

    Args:
        runs: Name -> what to measure.
        repeats: How often each is measured.
        seconds: See `rate`.
        clock: See `rate`.

    Returns:
        Name -> images a second in each turn.
    """
    rates: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run()
    for _ in range(repeats):
        for name, run in runs.items():
            rates[name].append(rate(run, seconds, clock))
    return rates


def median_ratio(rates: Sequence[float], others: Sequence[float]) -> float:
    """Return the median of the ratios, turn by turn: slow turns were slow for both."""
    return median(one / other for one, other in zip(rates, others, strict=True))

"""What runs with different seeds gave, and the file ``seeds.json`` that keeps it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from digitdet.console import console
from digitdet.datasets.json_files import read_json
from digitdet.evaluation.spread import spread_table, spreads
from digitdet.hooks.evaluation_hook import EpochResult, EvaluationHook
from digitdet.whole_files import write_json

SEEDS_FILE = "seeds.json"


@dataclass(frozen=True)
class SeedResult:
    """What the run with a seed gave.

    Attributes:
        seed: The seed.
        best: The epoch with the best value of the metric.
        last: The last epoch that was validated.
        checkpoint: The best checkpoint, or the newest where no best one is kept, relative to the
            folder of all runs; None where none is kept.
    """

    seed: int
    best: EpochResult
    last: EpochResult
    checkpoint: str | None


def write_results(
    file: Path,
    results: Mapping[int, SeedResult],
    seeds: Sequence[int],
    setting: Mapping[str, Any],
) -> None:
    """Write what is known, and the spread of those seeds that were asked for.

    Args:
        file: The file.
        results: Seed -> result, of all runs that are finished.
        seeds: Those of the summary; one without a result is left out of it.
        setting: What the runs have in common, plain values: they can be continued with it alone.
    """
    finished = [results[seed] for seed in seeds if seed in results]
    summary = {
        name: {
            figure: asdict(spread) if spread else None
            for figure, spread in spreads(
                [getattr(run, name)["metrics"] for run in finished]
            ).items()
        }
        for name in ("best", "last")
    }
    content = {
        "summary": {"seeds": [result.seed for result in finished], **summary},
        "runs": [asdict(result) for result in results.values()],
        "setting": setting,
    }
    write_json(file, content)


def read_results(file: Path, setting: Mapping[str, Any]) -> dict[int, SeedResult]:
    """Read the runs that are finished.

    Args:
        file: The file; it need not be there.
        setting: What the runs to come have in common.

    Returns:
        Seed -> result; empty where there is no file.

    Raises:
        ValueError: If the file was not written by `write_results`, or with another setting.
    """
    results, before = _read_runs(file)
    changed = list(_keys(before, setting)) if results else []
    if changed:
        raise ValueError(
            f"{file}: its runs were made with other values of {', '.join(changed[:5])}; go on with "
            "those, or give these runs another --work-dir"
        )
    return results


def refuse_loss(file: Path, seeds: Sequence[int]) -> None:
    """Refuse to write anew a file that holds runs of other seeds.

    Args:
        file: The file; it need not be there.
        seeds: Those of the runs to come.

    Raises:
        ValueError: If it holds others, or was not written by `write_results`.
    """
    others = [seed for seed in _read_runs(file)[0] if seed not in seeds]
    if others:
        raise ValueError(
            f"{file}: holds the figures of seeds {', '.join(map(str, others))}, too; keep them by "
            "--resume, or give these runs another --work-dir"
        )


def _read_runs(file: Path) -> tuple[dict[int, SeedResult], Any]:
    """Read the runs of a file, and their setting; none where it is not there."""
    if not file.exists():
        return {}, None
    content = read_json(file)
    try:
        return {run["seed"]: SeedResult(**run) for run in content["runs"]}, content["setting"]
    except (KeyError, TypeError) as error:
        raise ValueError(
            f"{file}: is not what --seeds writes; move it away to begin anew"
        ) from error


def _keys(one: Any, other: Any, prefix: str = "") -> Iterator[str]:
    """Yield the dotted keys in which two nested values differ."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in [*one, *(key for key in other if key not in one)]:
            place = f"{prefix}.{key}" if prefix else key
            if key in one and key in other:
                yield from _keys(one[key], other[key], place)
            else:
                yield place
    elif one != other:
        yield prefix


def to_setting(config: Mapping[str, Any], amp: bool | str) -> dict[str, Any]:
    """Return what a config's runs have in common: all but the seed and the work folder."""
    plain = json.loads(json.dumps(config, default=str))
    plain.pop("work_dir", None)
    (plain.get("randomness") or {}).pop("seed", None)
    return {**plain, "amp": amp}


def report_results(results: Sequence[SeedResult], hook: EvaluationHook, file: Path) -> None:
    """Show the figures of the best and of the last epoch, and where the rest is.

    Args:
        results: Of each run.
        hook: Says the metric and the figures to show.
        file: What the rest is in.
    """
    best_rows = [(run.seed, run.best["epoch"], run.best["metrics"]) for run in results]
    last_rows = [(run.seed, run.last["epoch"], run.last["metrics"]) for run in results]
    for title, rows in ((f"best epoch by {hook.metric}", best_rows), ("last epoch", last_rows)):
        console.print(spread_table(title, rows, hook.columns))
    if len(results) == 1:
        console.print("one seed: its spread is not defined (-); name more, such as --seeds 0 1 2")
    console.print(f"all figures: {file}")

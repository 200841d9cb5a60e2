"""What runs with different seeds gave, and the file ``seeds.json`` that keeps it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from digitdet.datasets.json_files import read_json
from digitdet.evaluation.spread import spreads
from digitdet.evaluation.submission import write_json
from digitdet.hooks.evaluation_hook import EpochResult

SEEDS_FILE = "seeds.json"


@dataclass(frozen=True)
class SeedResult:
    """What the run with a seed gave.

    Attributes:
        seed: The seed.
        best: The epoch with the highest value of the metric.
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
    if not file.exists():
        return {}
    content = read_json(file)
    try:
        results = {run["seed"]: SeedResult(**run) for run in content["runs"]}
        before = content["setting"]
        changed = list(_keys(before, setting))
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(
            f"{file}: is not what --seeds writes; move it away to begin anew"
        ) from error
    if changed:
        raise ValueError(
            f"{file}: its runs were made with other values of {', '.join(changed[:5])}; go on with "
            "those, or give these runs another --work-dir"
        )
    return results


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


def to_setting(config: Mapping[str, Any], amp: bool) -> dict[str, Any]:
    """Return what a config's runs have in common: all but the seed and the work folder."""
    plain = json.loads(json.dumps(config, default=str))
    plain.pop("work_dir", None)
    (plain.get("randomness") or {}).pop("seed", None)
    return {**plain, "amp": amp}

"""``best/``: what the best epoch of a run said of the validation pictures."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digitdet.whole_files import write_json

if TYPE_CHECKING:
    from digitdet.validation_samples import DrawnSample

BEST_DIR, BEST_FILE = "best", "best.json"
PREDICTIONS, TRUTH, SAMPLES = "pred.json", "truth.json", "samples"


def read_best(work_dir: Path) -> dict[str, Any] | None:
    """Return what ``best.json`` of a run says; None where it is not there, or not readable."""
    try:
        content = json.loads((work_dir / BEST_DIR / BEST_FILE).read_bytes())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def best_step(work_dir: Path) -> int:
    """Return the finished steps at the best epoch of a run; 0 where there is none."""
    step = (read_best(work_dir) or {}).get("step")
    return step if isinstance(step, int) else 0


def write_validation(
    folder: Path, predictions: Sequence[Mapping[str, Any]], truth: Mapping[str, Any]
) -> None:
    """Write what was found in the pictures, and what stands there."""
    (folder / PREDICTIONS).write_text(json.dumps(list(predictions)), encoding="utf-8")
    (folder / TRUTH).write_text(json.dumps(truth), encoding="utf-8")


def write_samples(folder: Path, samples: Sequence["DrawnSample"]) -> None:
    """Write drawn pictures, and the list of them."""
    (folder / SAMPLES).mkdir()
    records = []
    for number, sample in enumerate(samples):
        name = f"{SAMPLES}/{number:02}.png"
        sample.picture.save(folder / name)
        records.append({"file": name, **sample.record})
    write_json(folder / f"{SAMPLES}.json", records)


def remove_unfinished(work_dir: Path) -> None:
    """Remove what writers of the folder left that were killed; none may be writing it."""
    for part in work_dir.glob(f".{BEST_DIR}.*.part"):
        shutil.rmtree(part)

"""``best/``: what the best epoch of a run said of the validation pictures."""

import json
from pathlib import Path
from typing import Any

BEST_DIR, BEST_FILE = "best", "best.json"


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

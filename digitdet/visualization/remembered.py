"""``live.json``: where a run is shown, so that it goes on there after a resume."""

import json
from collections.abc import Mapping
from pathlib import Path

from digitdet.whole_files import write_json

LIVE_FILE = "live.json"


def recall(work_dir: Path, backend: str) -> dict[str, str]:
    """Return what a backend has kept of a run; nothing where it has kept none."""
    return _read(work_dir).get(backend, {})


def remember(work_dir: Path, backend: str, values: Mapping[str, str]) -> None:
    """Keep what a backend needs to go on with a run."""
    kept = _read(work_dir) | {backend: dict(values)}
    work_dir.mkdir(parents=True, exist_ok=True)
    write_json(work_dir / LIVE_FILE, kept)


def forget(work_dir: Path) -> None:
    """Keep nothing of an earlier run in a folder."""
    (work_dir / LIVE_FILE).unlink(missing_ok=True)


def _read(work_dir: Path) -> dict[str, dict[str, str]]:
    file = work_dir / LIVE_FILE
    if not file.is_file():
        return {}
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return {str(name): {**values} for name, values in content.items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(
            f"{file}: can't be read ({error}), so it is not known where the run is shown; delete "
            "the file to show it as another run"
        ) from error

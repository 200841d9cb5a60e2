"""The files that a run leaves, each with what it holds."""

from pathlib import Path

from digitdet.analysis.report.curves import main_figures
from digitdet.analysis.runs import Run

# Patterns in a work folder, in the page's order; the first that fits a file names it.
_FILES = (
    ("scalars.csv", "losses, rates and figures: step, epoch, name, value"),
    ("run.json", "the run's record: config, sizes, sessions, times"),
    ("best_*.pth", "checkpoint of the best epoch"),
    ("epoch_*.pth", "checkpoint"),
    ("iter_*.pth", "checkpoint"),
    ("best/best.json", "the best epoch and its figures"),
    ("best/pred.json", "what it found in the validation pictures"),
    ("best/truth.json", "the truth of these, as COCO annotations"),
    ("best/samples", "validation pictures as it reads them"),
    ("confusion.png", "its confusion matrix"),
    ("seeds.json", "figures of all seeds"),
    ("replays", "batches that were skipped, for tools/replay.py"),
)
_PICTURES = "the curve as a picture"


def files_beside(run: Run) -> dict[str, str]:
    """Return the files that are there: path relative to the work folder -> what it holds."""
    config = f"{run.name}.py"
    found = {config: "the merged config"} if (run.folder / config).is_file() else {}
    for pattern, words in _FILES:
        for file in sorted(run.folder.glob(pattern), key=_order):
            found.setdefault(file.relative_to(run.folder).as_posix(), words)
    names = ["loss", *(name.replace("/", "_") for name in main_figures(run))]
    for name in (f"{name}.{kind}" for name in names for kind in ("png", "svg")):
        if (run.folder / name).is_file():
            found[name] = _PICTURES
    return found


def _order(file: Path) -> tuple[int, str]:
    """Sort epoch 2 before epoch 10."""
    return len(file.name), file.name

"""Trainings made small, and what they leave."""

import csv
from pathlib import Path

EXPERIMENTS = Path(__file__).parents[1] / "configs" / "experiments"
QUICKSTART = str(EXPERIMENTS / "quickstart.py")
NO_REPORT = "default_hooks.report=None"
NO_WORKERS = ["train_dataloader.num_workers=0", "val_dataloader.num_workers=0"]
SMALL = [
    "train_dataloader.dataset.num_scenes=8",
    "train_dataloader.batch_size=4",
    "val_dataloader.dataset.num_scenes=4",
    "train_cfg.max_epochs=2",
    NO_REPORT,
    "model.min_size=32",
    "model.max_size=96",
    "model.rois_per_image=16",
    "model.proposals_train=32",
    "model.proposals_test=16",
    "param_scheduler.0.end=4",
    "param_scheduler.1.T_max=2",
]
ONE_EPOCH = [*(o for o in SMALL if "max_epochs" not in o), "train_cfg.max_epochs=1"]


def scalars(work_dir: Path, name: str) -> list[tuple[int, int, float]]:
    """Step, epoch and value of each row of a name."""
    with (work_dir / "scalars.csv").open(newline="", encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["name"] == name]
    return [(int(row["step"]), int(row["epoch"]), float(row["value"])) for row in rows]

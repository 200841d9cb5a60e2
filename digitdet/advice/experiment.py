"""Writes what is recommended as an experiment."""

import os
from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

from digitdet.advice.measurements import ANNOTATIONS, Measurements
from digitdet.advice.recommendation import Advice
from digitdet.config_views.text import WIDTH, comment, config_text


def experiment_text(
    advice: Advice, found: Measurements, root: Path, base: Path, out: Path, remarks: Sequence[str]
) -> str:
    """Write settings as a config that inherits an experiment on data in the homework's layout.

    Args:
        advice: The settings.
        found: The measurements.
        root: The data folder, as the config is to name it.
        base: The experiment.
        out: The file that will hold the text; it names the base as seen from there.
        remarks: Lines of comment.
    """
    config = {"_base_": [_seen_from(out, base)], "data_root": root.as_posix(), **_settings(advice)}
    if found.file.name != ANNOTATIONS[0]:
        config["train_dataloader"]["dataset"] = {"ann_file": found.file.name}
    if advice.load.batch != advice.load.wanted:
        config["auto_scale_lr"] = {"enable": True}
    lines = [comment(line) for remark in remarks for line in wrap(remark, WIDTH - len("# "))]
    return "\n".join([*lines, "", config_text(config)])


def _settings(advice: Advice) -> dict[str, Any]:
    low, high = advice.input.sides
    return {
        "model": {
            "min_size": low,
            "max_size": high,
            "anchor_sizes": [list(sizes) for sizes in advice.anchors.anchors.sizes],
            "aspect_ratios": list(advice.anchors.anchors.ratios),
            "rois_per_image": advice.rois,
            "proposals_test": advice.proposals,
        },
        "train_dataloader": {
            "batch_size": advice.load.batch,
            "num_workers": advice.load.workers,
            "persistent_workers": advice.load.workers > 0,
        },
    }


def _seen_from(out: Path, base: Path) -> str:
    """Return the path from a file's folder to another file; whole where drives differ."""
    try:
        return Path(os.path.relpath(base.resolve(), out.resolve().parent)).as_posix()
    except ValueError:
        return base.resolve().as_posix()

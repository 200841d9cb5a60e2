"""What a published file says of its weights."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from digitdet.checkpoints.calibrations import KEY as CALIBRATION
from digitdet.checkpoints.calibrations import parse_calibration
from digitdet.checkpoints.content import FORMAT, config_of
from digitdet.checkpoints.rounding import ROUNDED_TO

# The time of saving is left out, so that runs of one seed give the same file.
PUBLISHED = (
    "format",
    "format_version",
    "experiment_name",
    "epoch",
    "iter",
    "seed",
    "cfg",
    "classes",
    "dataset_meta",
    "versions",
    "git",
    "metrics",
    CALIBRATION,
)
# Under it stands what the weights were rounded to, where they were.
ROUNDED = "rounded_to"
# What a config says of one run on one machine.
OF_RUN = ("work_dir", "load_from", "resume", "launcher")
# The second of its start, with which mmengine ends the name of a run.
STAMP = re.compile(r"(^|_)\d{8}_\d{6}(_\d+)?$")


def published_meta(content: Mapping[str, Any], source: Path) -> dict[str, Any]:
    """Return what a published file says of its weights.

    Args:
        content: What the checkpoint holds.
        source: Its file, for errors.

    Returns:
        The values of `PUBLISHED` that it has; of weights that others made only `ROUNDED`.

    Raises:
        ValueError: If its config or its calibration can't be read.
    """
    meta = content.get("meta")
    meta = meta if isinstance(meta, Mapping) else {}
    rounded = {ROUNDED: ROUNDED_TO} if meta.get(ROUNDED) == ROUNDED_TO else {}
    if meta.get("format") != FORMAT:
        return rounded
    kept = {key: meta[key] for key in PUBLISHED if key in meta} | rounded
    if CALIBRATION in kept:
        parse_calibration(kept[CALIBRATION], f"{source}: {CALIBRATION}")
    kept["experiment_name"] = STAMP.sub("", str(kept.get("experiment_name", "")))
    config = config_of(meta, str(source))
    kept["cfg"] = json.dumps({k: v for k, v in config.items() if k not in OF_RUN})
    return kept

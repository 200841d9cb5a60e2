"""Calibrations in files: of their own, and in checkpoints."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from digitdet.calibration import Calibration
from digitdet.checkpoints.reading import read_meta
from digitdet.datasets.json_files import read_json

KEY = "calibration"


def load_calibration(file: Path) -> Calibration:
    """Read a calibration.

    Args:
        file: What ``tools/calibrate.py`` wrote, ``.json``, or a published checkpoint that carries
            one.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it holds none, or one that is not as it has to be; the message names the key.
    """
    is_json = file.suffix == ".json"
    content = read_json(file, "calibration") if is_json else read_meta(file)
    if not isinstance(content, Mapping) or content.get(KEY) is None:
        raise ValueError(f"{file}: holds no {KEY!r}; tools/calibrate.py makes one")
    return parse_calibration(content[KEY], f"{file}: {KEY}")


def parse_calibration(content: Any, source: str) -> Calibration:
    """Return the calibration that plain values stand for.

    Args:
        content: The values.
        source: Where they stand, for errors.

    Raises:
        ValueError: If they are not as they have to be; the message names source and key.
    """
    try:
        return Calibration.from_dict(content)
    except ValueError as error:
        raise ValueError(f"{source}: {error}; make it anew by tools/calibrate.py") from None

"""Calibrations in files: of their own, and in checkpoints."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from digitdet.calibration import Calibration
from digitdet.checkpoints.content import config_of
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
    return parse_calibration(_read(file)[KEY], f"{file}: {KEY}")


def fitted_reader(file: Path) -> Any:
    """Return the config of the reader that a calibration was fitted with.

    Args:
        file: See `load_calibration`.

    Returns:
        The config; None where the file does not say, as that of a calibration that was checked.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it holds no calibration.
    """
    content = _read(file)
    if file.suffix != ".json":
        return config_of(content, str(file)).get("reader")
    origin = content.get("origin")
    if not isinstance(origin, Mapping) or "check" in origin:
        return None
    return origin.get("reader")


def is_same_reader(one: Any, other: Any) -> bool:
    """Whether two configs of readers are equal, of which one may have gone through JSON."""
    return bool(json.loads(json.dumps(one)) == json.loads(json.dumps(other)))


def _read(file: Path) -> Mapping[str, Any]:
    is_json = file.suffix == ".json"
    content = read_json(file, "calibration") if is_json else read_meta(file)
    if not isinstance(content, Mapping) or content.get(KEY) is None:
        raise ValueError(f"{file}: holds no {KEY!r}; tools/calibrate.py makes one")
    return content


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

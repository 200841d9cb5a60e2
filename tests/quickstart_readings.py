"""The quickstart's detector as a reader of pictures, and what readings have in common."""

from pathlib import Path
from typing import Any

from digitdet import DigitReader
from digitdet.readings import Reading

QUICKSTART = Path(__file__).parents[1] / "configs" / "experiments" / "quickstart.py"
LOW = ["reader.score_threshold=0.05"]


def read(reading: Reading) -> dict[str, Any]:
    """What was read, wherever."""
    return {key: value for key, value in reading.to_dict().items() if key != "file"}


def confidences(reader: DigitReader, layout: Path) -> list[float]:
    """Those of all numbers in some pictures."""
    return [number.confidence for r in reader(layout / "train") for number in r.numbers]

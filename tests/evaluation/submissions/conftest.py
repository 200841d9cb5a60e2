"""A clean submission, in which faults are planted."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

WIDTH, HEIGHT = 120, 40
# Number of each picture; one has nothing, one starts with a zero.
NUMBERS = {1: "12", 2: "05", 3: "", 4: "7", 5: "334", 6: "98", 7: "61", 8: "20", 9: "45", 10: "81"}


def clean_entries() -> list[dict[str, Any]]:
    """A sure box for each digit, and an unsure one of another digit beside the number."""
    entries: list[dict[str, Any]] = []
    for image_id, number in NUMBERS.items():
        for place, digit in enumerate(number):
            box = [20.5 + 22 * place, 8.25, 14.0, 24.5]
            entries.append(entry(image_id, box, 0.97 - place / 100, int(digit) + 1))
        entries.append(entry(image_id, [92.0, 9.0, 12.0, 20.0], 0.04, image_id % 10 + 1))
    return entries


def entry(image_id: int, bbox: list[float], score: float, category_id: int) -> dict[str, Any]:
    return {"image_id": image_id, "bbox": bbox, "score": score, "category_id": category_id}


def clean_csv() -> str:
    rows = "".join(f"{image_id},{number or -1}\n" for image_id, number in NUMBERS.items())
    return f"image_id,pred_label\n{rows}"


def pack(file: Path, members: list[tuple[str, bytes]]) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pictures. Not to be written to."""
    folder = tmp_path_factory.mktemp("submission") / "test"
    folder.mkdir()
    for image_id in NUMBERS:
        Image.new("RGB", (WIDTH, HEIGHT)).save(folder / f"{image_id}.png")
    return folder


@pytest.fixture
def write_zip(tmp_path: Path) -> Callable[..., Path]:
    """Returns a function that packs entries and lines, clean ones by default."""

    def write(entries: Any = None, text: str | None = None) -> Path:
        content = json.dumps(clean_entries() if entries is None else entries).encode()
        lines = (clean_csv() if text is None else text).encode()
        return pack(tmp_path / "any name.zip", [("pred.json", content), ("pred.csv", lines)])

    return write

"""What the best epoch found in the validation pictures."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from digitdet.analysis.charts.sections import MatrixSection, Picture, PictureSection, Section
from digitdet.analysis.confusion import confusion_matrix
from digitdet.analysis.curves import ALL_DIGITS, detection_curves, rank_detections
from digitdet.analysis.errors import find_errors
from digitdet.analysis.plots.confusion import NAMES, draw_confusion
from digitdet.datasets.json_files import read_json
from digitdet.evaluation.coco.arrays import IntArray
from digitdet.evaluation.saved_predictions import load_results

FOLDER = "best"
CONFUSION_PNG = "confusion.png"
LARGEST_SIDE = 420  # pixels of a picture in the page
QUALITY = 88  # of its JPEG


@dataclass(frozen=True)
class BestEpoch:
    """The validation of the best epoch.

    Attributes:
        epoch: From 1.
        matrix: (11, 11) counts, see `confusion_matrix`.
        min_score: The score from which on detections are counted in it.
        samples: Pictures that were read, and what was read.
    """

    epoch: int
    matrix: IntArray
    min_score: float
    samples: list[Picture]

    @property
    def sections(self) -> list[Section]:
        """The parts of a page that show it."""
        matrix = MatrixSection(
            f"Confusion matrix of epoch {self.epoch}",
            NAMES,
            self.matrix.tolist(),
            "true",
            "found",
            f"Digits found with a score of {self.min_score:.4f} or more, the threshold of the best "
            "F1 at an IoU of .5. The last row holds what was found where no digit stands, the last "
            "column digits that were missed. Shades and percentages are shares of a row.",
        )
        sections: list[Section] = [matrix]
        if self.samples:
            sections.append(
                PictureSection(
                    f"Validation pictures as epoch {self.epoch} reads them",
                    self.samples,
                    "Evenly spread over the split, the same at each epoch and in each run.",
                )
            )
        return sections

    def draw(self, folder: Path) -> None:
        """Write ``confusion.png``."""
        draw_confusion(self.matrix, self.min_score, folder / CONFUSION_PNG)


def read_best(work_dir: Path) -> BestEpoch | None:
    """Read what a run keeps of its best epoch.

    Args:
        work_dir: Its work folder.

    Returns:
        The epoch; None where no validation is over, none is kept, or none of digits.

    Raises:
        OSError: If a file is missing.
        ValueError: If a file is not what a training writes.
    """
    folder = work_dir / FOLDER
    if not (folder / "pred.json").is_file():
        return None
    results = load_results(folder / "pred.json", folder / "truth.json")
    ranked = rank_detections(results, find_errors(results, min_score=0.0))
    level = max(detection_curves(ranked).best[ALL_DIGITS].threshold, 0.0)
    listed = folder / "samples.json"
    samples = read_json(listed, "list of samples") if listed.is_file() else []
    return BestEpoch(
        epoch=int(read_json(folder / "best.json", "description of the best epoch")["epoch"]),
        matrix=confusion_matrix(results, min_score=level),
        min_score=level,
        samples=[_picture(folder, sample) for sample in samples],
    )


def _picture(folder: Path, sample: Mapping[str, Any]) -> Picture:
    read, true = sample["read"] or "nothing", sample["true"] or "no number"
    # The sign tells right from wrong without colour.
    words = f"\u2713 {read}" if sample["is_right"] else f"\u2717 read {read}, true {true}"
    name = Path(str(sample.get("source") or sample["image_id"])).name
    picture = _smaller(folder / str(sample["file"]))
    return Picture(picture, f"{name}: {words}", f"{words} ({name})")


def _smaller(file: Path) -> bytes:
    """Return a picture no larger than a page shows it."""
    with Image.open(file) as image:
        picture = image.convert("RGB")
    picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=QUALITY)
    return stream.getvalue()

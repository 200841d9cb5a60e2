"""Collects the predictions of a split and writes the deliverables."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.evaluator import BaseMetric

from digitdet.evaluation.gathering import evaluate_gathered
from digitdet.evaluation.results import check_image_ids
from digitdet.evaluation.submission import to_detections, to_label, write_submission
from digitdet.registry import METRICS, READERS
from digitdet.structures import Prediction, Target
from digitdet.whole_files import write_json


@METRICS.register_module()
class SubmissionMetric(BaseMetric):
    """Writes ``pred.json``, ``pred.csv`` and a zip of both; gives no figure of its own.

    The numbers are read from exactly the boxes that ``pred.json`` holds. Where ids are running
    numbers, ``images.json`` says which picture is which.

    Args:
        out_dir: Folder to write to; files of an earlier run in it are replaced or removed.
        reader: Config of the reader.
        category_ids: Pairs of a label and its category id, used where the data set has no
            categories of its own; a label is its own id if there are none.
    """

    default_prefix = ""

    def __init__(
        self,
        out_dir: str,
        reader: Mapping[str, Any],
        category_ids: Sequence[tuple[int, int]] = (),
    ) -> None:
        super().__init__()
        self.out_dir = Path(out_dir)
        self.category_ids = dict(category_ids)
        self.reader = READERS.build(dict(reader))

    @classmethod
    def figure_names(cls) -> tuple[str, ...]:
        """Return the names of its figures: none."""
        return ()

    def process(self, data_batch: Any, data_samples: Sequence[Any]) -> None:
        """Keep the predictions of a batch.

        Args:
            data_batch: The `Batch`.
            data_samples: One `Prediction` for each of its pictures.
        """
        self.results.extend(zip(data_samples, data_batch["targets"], strict=True))

    def evaluate(self, size: int) -> dict[str, float]:  # noqa: ARG002
        """Gather the results of all processes and write the files."""
        return evaluate_gathered(self)

    def compute_metrics(self, results: list[tuple[Prediction, Target]]) -> dict[str, float]:
        """Write the files.

        Args:
            results: Prediction and target of each picture.

        Raises:
            ValueError: If two pictures have the same id.
        """
        check_image_ids([target for _, target in results])
        meta = self.dataset_meta or {}
        category_ids = meta.get("category_ids", self.category_ids)
        detections = [
            detection
            for prediction, target in results
            for detection in to_detections(target["image_id"], prediction, category_ids)
        ]
        labels = [(target["image_id"], to_label(self.reader(p))) for p, target in results]
        write_submission(self.out_dir, detections, labels)
        (self.out_dir / "images.json").unlink(missing_ok=True)
        if "files" in meta:
            write_json(self.out_dir / "images.json", meta["files"])
        return {}

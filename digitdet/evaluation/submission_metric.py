"""Collects the predictions of a split and writes the deliverables."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.evaluator import BaseMetric

from digitdet.evaluation.gathering import evaluate_gathered
from digitdet.evaluation.results import Result, check_image_ids
from digitdet.evaluation.saved_truth import to_annotations
from digitdet.evaluation.submission import to_detections, to_label, write_submission
from digitdet.registry import METRICS, READERS
from digitdet.structures import Target
from digitdet.whole_files import write_json

TRUTH_JSON = "truth.json"
SIZE = "size"  # what a kept target has besides: height and width of its picture


@METRICS.register_module()
class SubmissionMetric(BaseMetric):
    """Writes ``pred.json``, ``pred.csv`` and a zip of both; gives no figure of its own.

    The numbers are read from exactly the boxes that ``pred.json`` holds. Where ids are running
    numbers, ``images.json`` says which picture is which; where no annotation file holds the truth,
    as of synthetic scenes, ``truth.json`` does, in that form.

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
        targets = [dict(target) for target in data_batch["targets"]]
        for target, image in zip(targets, data_batch.get("images", ()), strict=False):
            target[SIZE] = tuple(image.shape[-2:])
        self.results.extend(zip(data_samples, targets, strict=True))

    def evaluate(self, size: int) -> dict[str, float]:  # noqa: ARG002
        """Gather the results of all processes and write the files."""
        return evaluate_gathered(self)

    def compute_metrics(self, results: list[Result]) -> dict[str, float]:
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
        self._write_truth([target for _, target in results], category_ids)
        return {}

    def _write_truth(self, targets: Sequence[Target], category_ids: Mapping[int, int]) -> None:
        """Write the truth that no annotation file holds; of pictures without labels there is none.

        A data set that has such a file tells its category ids.
        """
        file = self.out_dir / TRUTH_JSON
        file.unlink(missing_ok=True)
        is_labelled = all(SIZE in target and "boxes" in target for target in targets)
        has_file = "category_ids" in (self.dataset_meta or {})
        if is_labelled and not has_file and any(len(target["boxes"]) for target in targets):
            sizes: dict[int, Any] = {target["image_id"]: dict(target)[SIZE] for target in targets}
            write_json(file, to_annotations(targets, sizes, category_ids))

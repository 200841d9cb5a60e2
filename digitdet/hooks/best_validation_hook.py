"""Keeps what the best epoch said of the validation pictures."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner

from digitdet.best_folder import (
    BEST_DIR,
    BEST_FILE,
    read_best,
    remove_unfinished,
    write_samples,
    write_validation,
)
from digitdet.checkpoints.random_states import capture, restore
from digitdet.checkpoints.writing import explain_failure
from digitdet.evaluation.gathering import gather_results
from digitdet.evaluation.ordering import in_order
from digitdet.evaluation.results import Result
from digitdet.evaluation.saved_truth import to_annotations
from digitdet.evaluation.submission import to_detections
from digitdet.hooks.evaluation_hook import EpochResult, best, judging_hook
from digitdet.hooks.scalars_hook import to_numbers
from digitdet.registry import HOOKS
from digitdet.validation_samples import DrawnSample, draw_samples, reading_of
from digitdet.whole_files import whole_folder, write_json

SIZE = "size"  # what a kept target has besides: height and width of its picture


@HOOKS.register_module()
class BestValidationHook(Hook):
    """Writes ``WORK_DIR/best/`` where an epoch is the best so far by `EvaluationHook`'s metric.

    - ``best.json``: epoch, step, metric, its value, all figures, and the config of the reader.
    - ``pred.json``: all that was found, as ``tools/test.py`` writes it; ``truth.json``: what stands
      there, a COCO annotation file. The category ids of both are digit + 1.
    - ``samples/NN.png``: 16 pictures, evenly spread over the split and always the same, with what
      was read; ``samples.json``: what that is.

    The folder is replaced as a whole. A run that goes on leaves what an unbroken one does. Of a
    model that predicts no boxes there is ``best.json`` alone, and there are no samples of a data
    set whose pictures can't be read once more.
    """

    priority = 75  # after EvaluationHook, before CheckpointHook saves that it is validated

    def __init__(self) -> None:
        self._results: list[Any] = []

    def before_train(self, runner: Runner) -> None:
        """Keep what a run that goes on has, if it is of the best of its epochs."""
        if not is_main_process():
            return
        home = Path(runner.work_dir)
        remove_unfinished(home)
        top = _best_result(runner)
        if not runner._resume or _is_of(read_best(home), top):
            return
        if (home / BEST_DIR).exists():
            shutil.rmtree(home / BEST_DIR)
            runner.logger.info(f"{home / BEST_DIR}: removed, it is not of this run's best epoch")
        source = Path(runner._load_from).resolve().parent
        if _is_of(read_best(source), top):
            with whole_folder(home / BEST_DIR) as part:
                shutil.copytree(source / BEST_DIR, part, dirs_exist_ok=True)

    def before_val_epoch(self, runner: Runner) -> None:  # noqa: ARG002
        """Begin anew; an earlier validation may have been ended early."""
        self._results = []

    def after_val_iter(
        self,
        runner: Runner,  # noqa: ARG002
        batch_idx: int,  # noqa: ARG002
        data_batch: Any = None,
        outputs: Any = None,
    ) -> None:
        """Keep what the metrics keep, too: predictions and truth, where they are."""
        if not isinstance(data_batch, Mapping) or not {"images", "targets"} <= set(data_batch):
            return
        rows = zip(outputs or (), data_batch["targets"], data_batch["images"], strict=False)
        self._results += [
            (prediction, {**target, SIZE: tuple(image.shape[-2:])})
            for prediction, target, image in rows
            if isinstance(prediction, Mapping) and "boxes" in prediction
        ]

    def after_val_epoch(self, runner: Runner, metrics: Mapping[str, Any] | None = None) -> None:
        """Write the folder, if this is the best epoch; all processes hand over what they have."""
        results, self._results = self._results, []
        top = _best_result(runner)
        if top is None or top["epoch"] != runner.epoch:
            return
        gathered = gather_results(results)
        if not is_main_process():
            return
        evaluator = getattr(runner.val_loop, "evaluator", None)
        told = [one for one in getattr(evaluator, "metrics", ()) if hasattr(one, "order")]
        ordered = in_order(gathered, told[0]) if told else gathered
        folder = Path(runner.work_dir, BEST_DIR)
        samples = _samples(runner, ordered) if ordered else []
        try:
            with whole_folder(folder, replaces=True) as part:
                write_json(part / BEST_FILE, _describe(runner, metrics or {}))
                if ordered:
                    _write_results(part, ordered)
                if samples:
                    write_samples(part, samples)
        except OSError as error:
            raise explain_failure(folder, error) from error


def _best_result(runner: Runner) -> EpochResult | None:
    """Return the best epoch so far; None where none is validated, or no metric decides."""
    judge = judging_hook(runner)
    return best(judge.history, judge.metric) if judge and judge.history else None


def _is_of(found: Mapping[str, Any] | None, top: EpochResult | None) -> bool:
    """Whether a ``best.json`` is of an epoch."""
    if found is None or top is None or found.get("epoch") != top["epoch"]:
        return False
    return top["metrics"].get(str(found.get("metric"))) == found.get("value")


def _describe(runner: Runner, metrics: Mapping[str, Any]) -> dict[str, Any]:
    figures = to_numbers(metrics)
    reader = reading_of(runner.cfg).config
    judge = judging_hook(runner)
    return {
        "epoch": runner.epoch,
        "step": runner.iter,
        "metric": judge.metric if judge else None,
        "value": figures.get(judge.metric) if judge else None,
        "figures": figures,
        "reader": json.loads(json.dumps(reader, default=str)) if reader else None,
    }


def _write_results(folder: Path, results: list[Result]) -> None:
    predictions = [
        detection
        for prediction, target in results
        for detection in to_detections(target["image_id"], prediction, {})
    ]
    targets = [target for _, target in results]
    sizes: dict[int, Any] = {target["image_id"]: dict(target)[SIZE] for target in targets}
    write_validation(folder, predictions, to_annotations(targets, sizes))


def _samples(runner: Runner, results: list[Result]) -> list[DrawnSample]:
    """Draw samples; a data set of the user's own may not give its pictures twice."""
    states = capture()  # a data set may draw from the generators that the training draws from
    try:
        dataset = runner.val_dataloader.dataset
        return draw_samples(dataset, results, reading_of(runner.cfg))
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        runner.logger.warning(
            f"{BEST_DIR}: has no samples, as pictures of the validation could not be read or drawn "
            f"once more ({reason})"
        )
        return []
    finally:
        restore(states)

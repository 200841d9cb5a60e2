"""Figures that hooks ask for are those that metrics give."""

from pathlib import Path
from typing import Any

import torch
from mmengine.evaluator import BaseMetric

from digitdet.preflight.metric_names import check_metrics, wanted_names
from digitdet.registry import METRICS
from digitdet.structures import Prediction


@METRICS.register_module()
class SharpnessMetric(BaseMetric):
    """A user's own metric; no static check knows its figures."""

    default_prefix = "own"

    def __init__(self, fails: str = "", out_file_path: str = "nowhere/out.pkl") -> None:
        super().__init__()
        self.fails = fails
        self.out_file_path = out_file_path
        self.seen = 0

    def process(self, data_batch: Any, data_samples: Any) -> None:  # noqa: ARG002
        if self.fails == "process":
            raise KeyError("bboxes")
        self.seen += 1
        self.results.extend(data_samples)

    def compute_metrics(self, results: list[Any]) -> dict[str, float]:
        if self.fails == "compute":
            raise ZeroDivisionError("a deviation needs two pictures")
        Path(self.out_file_path).write_text(str(len(results)))
        return {"sharpness": 1.0}


OWN = {"val_evaluator": [dict(type="DigitMetric"), dict(type="SharpnessMetric")]}


def _check(runner: Any, tmp_path: Path) -> Any:
    sample = runner.val_dataloader.dataset[0]
    batch = runner.val_dataloader.collate_fn([sample])
    target = batch["targets"][0]
    count = len(target["labels"])
    found = Prediction(boxes=target["boxes"], labels=target["labels"], scores=torch.ones(count))
    return check_metrics(runner, batch, [found], tmp_path)


def test_the_quickstarts_names_fit(make_runner: Any, tmp_path: Path) -> None:
    runner = make_runner()
    assert list(wanted_names(runner)) == [
        ("EvaluationHook.metric", "map"),
        ("CheckpointHook.save_best", "map"),
    ]
    finding = _check(runner, tmp_path)
    assert finding.status == "ok"
    assert finding.detail.endswith("figures; the hooks ask for map")


def test_a_users_metric_is_known_by_running_it_and_keeps_its_state(
    make_runner: Any, tmp_path: Path
) -> None:
    changes = {**OWN, "default_hooks.checkpoint.save_best": "own/sharpness"}
    runner = make_runner(changes=changes)
    assert _check(runner, tmp_path).status == "ok"
    metric = runner.val_evaluator.metrics[1]
    assert (metric.results, metric.seen, metric.out_file_path) == ([], 0, "nowhere/out.pkl")


def test_a_mistyped_name_is_an_error_with_a_suggestion(make_runner: Any, tmp_path: Path) -> None:
    changes = {
        **OWN,
        "default_hooks.checkpoint.save_best": "own/sharpnes",
        "param_scheduler": [dict(type="ReduceOnPlateauLR", monitor="maap")],
    }
    finding = _check(make_runner(changes=changes), tmp_path)
    assert finding.status == "error"
    first, second = finding.detail.splitlines()
    assert "CheckpointHook.save_best asks for 'own/sharpnes'" in first
    assert "did you mean 'own/sharpness'?" in first
    assert "ReduceOnPlateauLR.monitor asks for 'maap'" in second


def test_of_a_metric_that_needs_more_pictures_nothing_is_known(
    make_runner: Any, tmp_path: Path
) -> None:
    changes = {
        "val_evaluator": [dict(type="DigitMetric"), dict(type="SharpnessMetric", fails="compute")],
        "default_hooks.checkpoint.save_best": "own/sharpness",
    }
    finding = _check(make_runner(changes=changes), tmp_path)
    assert finding.status == "warning"
    first, second = finding.detail.splitlines()
    assert "SharpnessMetric can't judge a single picture: ZeroDivisionError" in first
    assert second == (
        "whether it gives 'own/sharpness' (CheckpointHook.save_best) is not known before a "
        "validation"
    )


def test_a_metric_that_fails_on_a_prediction_is_an_error(make_runner: Any, tmp_path: Path) -> None:
    metric = dict(type="SharpnessMetric", fails="process")
    runner = make_runner(changes={"val_evaluator": [dict(type="DigitMetric"), metric]})
    finding = _check(runner, tmp_path)
    assert finding.status == "error"
    assert "SharpnessMetric.process fails on a prediction: KeyError: 'bboxes'" in finding.detail
    assert "test_metric_names.py:" in finding.detail


def test_two_metrics_of_one_name_are_an_error(make_runner: Any, tmp_path: Path) -> None:
    changes = {"val_evaluator": [dict(type="DigitMetric"), dict(type="DigitMetric")]}
    finding = _check(make_runner(changes=changes), tmp_path)
    assert finding.status == "error"
    assert "set `prefix` of one" in finding.detail


def test_a_submission_of_an_earlier_run_is_not_overwritten(
    make_runner: Any, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "pred.json").write_text("mine")
    metric = dict(type="SubmissionMetric", out_dir=str(kept), reader=dict(type="LineReader"))
    runner = make_runner(changes={"val_evaluator": [dict(type="DigitMetric"), metric]})
    scratch = tmp_path / "scratch"
    assert _check(runner, scratch).status == "ok"
    assert (kept / "pred.json").read_text() == "mine"
    assert (scratch / "pred.json").is_file()


def test_a_hook_that_keeps_no_best_asks_for_no_figure(make_runner: Any) -> None:
    runner = make_runner(changes={"default_hooks.checkpoint.save_best": None})
    assert list(wanted_names(runner)) == [("EvaluationHook.metric", "map")]

"""Names of figures that decide something."""

from typing import Any

import pytest
import torch
from config_checks.checking import changed, check
from mmengine.evaluator import BaseMetric, Evaluator

from digitdet.config_checks.metric_names import check_metric_names, given_figures
from digitdet.config_checks.parts import find_parts
from digitdet.evaluation import DigitMetric, NumberMetric, SubmissionMetric
from digitdet.figure_names import ERROR_FIGURES
from digitdet.registry import METRICS
from digitdet.structures import Prediction, Target

SAVE_BEST = "default_hooks.checkpoint.save_best"
RULE = "default_hooks.checkpoint.rule"
READER = {"type": "LeftToRightReader"}
ONE_HOOK = "custom_hooks.0"
DIGIT, NUMBER = {"type": "DigitMetric"}, {"type": "NumberMetric", "reader": READER}


def results(found: list[int], true: list[int]) -> list[tuple[Prediction, Target]]:
    """A picture with digits of these labels, side by side, as found and as they are."""

    def boxes(count: int) -> torch.Tensor:
        return torch.tensor([[10.0 * i, 0, 10.0 * i + 8, 20] for i in range(count)]).reshape(-1, 4)

    prediction = Prediction(
        boxes=boxes(len(found)), labels=torch.tensor(found), scores=torch.ones(len(found))
    )
    target: Target = {
        "image_id": 1,
        "boxes": boxes(len(true)),
        "labels": torch.tensor(true),
        "iscrowd": torch.zeros(len(true), dtype=torch.bool),
        "source": "1.png",
    }
    return [(prediction, target)]


@pytest.mark.parametrize("true", [[], [1], [3, 5, 10]])
def test_metrics_name_just_the_figures_that_they_give(true: list[int]) -> None:
    made = results(true, true)
    metric = DigitMetric("pycocotools")
    assert tuple(metric.compute_metrics(made)) == DigitMetric.figure_names()
    assert tuple(NumberMetric(READER).compute_metrics(made)) == NumberMetric.figure_names()
    assert SubmissionMetric.figure_names() == ()


def test_the_errors_are_those_that_a_perfect_reading_has_none_of() -> None:
    perfect = NumberMetric(READER).compute_metrics(results([2, 4], [2, 4]))
    assert {name for name, value in perfect.items() if value == 0} == ERROR_FIGURES


@pytest.mark.parametrize(
    ("changes", "key", "said"),
    [
        ({SAVE_BEST: "mAP"}, SAVE_BEST, "no figure 'mAP'; did you mean"),
        ({SAVE_BEST: "map50"}, SAVE_BEST, "did you mean 'map_50'?"),
        ({SAVE_BEST: ["map", "acuracy"], RULE: "greater"}, f"{SAVE_BEST}.1", "'acuracy'"),
        ({SAVE_BEST: "coco/bbox_mAP_50"}, SAVE_BEST, "did you mean 'map_50'?"),
        ({SAVE_BEST: "f1"}, SAVE_BEST, "no figure 'f1'; take one such as 'map'"),
        ({f"{ONE_HOOK}.metric": "number_acuracy"}, f"{ONE_HOOK}.metric", "'number_accuracy'?"),
        (
            {"custom_hooks": [{"type": "EarlyStoppingHook", "monitor": "mapp"}]},
            "custom_hooks.0.monitor",
            "did you mean 'map'?",
        ),
        (
            {"param_scheduler": [{"type": "ReduceOnPlateauLR", "monitor": "map5"}]},
            "param_scheduler.0.monitor",
            "'map5'",
        ),
        # mmengine's default is the training loss, which no evaluator gives.
        (
            {"param_scheduler": [{"type": "ReduceOnPlateauLR"}]},
            "param_scheduler.0.monitor",
            "no figure 'loss'; take one such as 'map'",
        ),
        ({SAVE_BEST: "number_edit_distance"}, RULE, "the lowest is the best, so write 'less'"),
        ({RULE: "less"}, RULE, "of 'map' the highest is the best, so write 'greater', not 'less'"),
        (
            {SAVE_BEST: ["map", "digits_extra"], RULE: ["greater", "greater"]},
            f"{RULE}.1",
            "write 'less'",
        ),
        (
            {"custom_hooks": [{"type": "EarlyStoppingHook", "monitor": "digits_wrong"}]},
            "custom_hooks.0.rule",
            "write 'less', not 'greater'",
        ),
    ],
)
def test_a_name_that_no_evaluator_gives_is_refused(
    changes: dict[str, Any], key: str, said: str
) -> None:
    problems = check(check_metric_names, changes)
    assert list(problems) == [key]
    assert said in problems[key].message
    assert not problems[key].is_warning


@pytest.mark.parametrize(
    "changes",
    [
        {SAVE_BEST: None},
        {SAVE_BEST: ["map", "number_accuracy"]},
        {SAVE_BEST: "number_edit_distance", RULE: "less"},
        {f"{ONE_HOOK}.metric": "coverage_98"},
        {f"{ONE_HOOK}.metric": "digits_wrong"},
        {"param_scheduler": [{"type": "ReduceOnPlateauLR", "monitor": "map", "rule": "greater"}]},
    ],
)
def test_names_that_are_given_are_taken(changes: dict[str, Any]) -> None:
    assert not check(check_metric_names, changes)


def test_the_default_of_a_hook_is_judged_as_well() -> None:
    changes = {"val_evaluator": [NUMBER], "custom_hooks": [{"type": "EvaluationHook"}]}
    assert set(check(check_metric_names, changes)) == {SAVE_BEST, "custom_hooks.0.metric"}


def test_a_column_that_would_stay_empty_is_a_warning() -> None:
    problems = check(check_metric_names, {f"{ONE_HOOK}.columns": ["map", "map_5"]})
    assert list(problems) == [f"{ONE_HOOK}.columns.1"]
    assert all(problem.is_warning for problem in problems.values())


@pytest.mark.parametrize("key", ["val_dataloader", "val_evaluator", "val_cfg"])
def test_nothing_is_judged_without_a_validation(key: str) -> None:
    assert not check(check_metric_names, {key: None, SAVE_BEST: "nothing"})


def test_no_evaluator_gives_no_figure() -> None:
    inside = {"metrics": [{"type": "SubmissionMetric", "out_dir": "x", "reader": READER}]}
    changes = {"val_evaluator": {"_delete_": True, **inside}, "custom_hooks": []}
    problems = check(check_metric_names, changes)
    assert "gives no figure; add a DigitMetric" in problems[SAVE_BEST].message


@pytest.mark.parametrize("evaluator", ["val_evaluator", "test_evaluator"])
def test_a_figure_that_two_metrics_give_is_refused_as_the_evaluator_would(evaluator: str) -> None:
    problems = check(check_metric_names, {evaluator: [DIGIT, NUMBER, DIGIT]})
    assert list(problems) == [f"{evaluator}.2"]
    assert f"gives 'map' as {evaluator}.0 does" in problems[f"{evaluator}.2"].message
    inside = Evaluator([DigitMetric("pycocotools"), DigitMetric("pycocotools")])
    for metric in inside.metrics:
        metric.results.extend(results([1], [1]))
    with pytest.raises(ValueError, match="same metric name"):
        inside.evaluate(1)


class Counted(BaseMetric):
    """A metric of a user's own that says nothing."""

    default_prefix = "own"

    def process(self, data_batch: Any, data_samples: Any) -> None:
        """Keep nothing."""

    def compute_metrics(self, results: list[Any]) -> dict[str, float]:
        """Count."""
        return {"count": len(results)}


class Said(Counted):
    """One that says what it gives."""

    @classmethod
    def figure_names(cls) -> tuple[str, ...]:
        """Return the names."""
        return ("count",)


class Other(Said):
    """One that gives others than its parent, and does not say which."""

    def compute_metrics(self, results: list[Any]) -> dict[str, float]:
        """Count otherwise."""
        return {"other": len(results)}


@pytest.mark.parametrize(
    ("kind", "metric", "names"),
    [
        (Counted, {}, None),
        (Other, {}, None),
        (Said, {}, ["own/count"]),
        (Said, {"prefix": "val"}, ["val/count"]),
    ],
)
def test_figures_of_a_users_own_metric_are_known_if_it_says_them(
    kind: type[BaseMetric], metric: dict[str, Any], names: list[str] | None
) -> None:
    METRICS.register_module(name="Own", module=kind)
    try:
        config = changed({"val_evaluator": [DIGIT, {"type": "Own", **metric}]})
        given = given_figures(config, find_parts(config))
        own = kind(**metric)
        own.results.append(1)
        real = list(own.evaluate(1))
    finally:
        METRICS.module_dict.pop("Own")
    if names is None:
        assert given is None
    else:
        assert given == [*DigitMetric.figure_names(), *names]
        assert names == real

"""Types and arguments that nothing knows, and those that are missing."""

import inspect
from typing import Any

import pytest
from config_checks.checking import changed, experiment
from mmengine.registry import FUNCTIONS

from digitdet.config_checks.arguments import check_arguments, check_types, registered
from digitdet.config_checks.calls import Call, calls_of_parts
from digitdet.config_checks.libraries import is_known
from digitdet.config_checks.parts import find_parts
from digitdet.config_checks.problems import Problem
from digitdet.config_checks.signatures import Signature, options
from digitdet.registry import DATASETS, HOOKS, READERS

TRANSFORMS = "train_dataloader.dataset.transforms"
UNTRANSFORMED = "val_dataloader.dataset.transforms"  # the experiment below has none there


def _found(changes: dict[str, Any]) -> dict[str, str]:
    parts = find_parts(changed(changes, "frcnn_small_folder"))
    problems: list[Problem] = [*check_types(parts), *check_arguments(calls_of_parts(parts))]
    assert not any(problem.is_warning for problem in problems)
    return {problem.key: problem.message for problem in problems}


@pytest.mark.parametrize("name", ["quickstart", "frcnn_tl3", "frcnn_folder_and_scenes"])
def test_nothing_is_found_in_an_experiment(name: str) -> None:
    parts = find_parts(experiment(name))
    assert check_types(parts) == check_arguments(calls_of_parts(parts)) == []


@pytest.mark.parametrize(
    ("changes", "key", "said"),
    [
        ({"model.type": "FasterRCN"}, "model.type", "no model is called 'FasterRCN'; did you mean"),
        ({"model.type": "fasterrcnn"}, "model.type", "did you mean 'FasterRCNN'?"),
        ({"model.type": 3}, "model.type", "is 3, but `type` takes a name (str)"),
        ({"model.type": "Own"}, "model.type", "needs its module in `custom_imports`"),
        ({"model.backbone.type": "ResNetFNP"}, "model.backbone.type", "mean 'ResNetFPN'?"),
        ({"model.backbone": "ResNetFPN"}, "model.backbone", "it takes a dict with a `type`"),
        ({"model": "FasterRCNN"}, "model", "is 'FasterRCNN', but it takes a dict with a `type`"),
        ({"model._delete_": True}, "model", "states no `type`; write the name of a model"),
        ({"reader._delete_": True}, "reader", "a reader (LeftToRightReader, LineReader)"),
        ({TRANSFORMS: "DigitAugmentation"}, TRANSFORMS, "a list of dicts, each with a `type`"),
        ({UNTRANSFORMED: {"type": "Identity"}}, UNTRANSFORMED, "a list of dicts, each with a `ty"),
        ({f"{UNTRANSFORMED}.0.p": 1}, UNTRANSFORMED, "is {'0': {'p': 1}}, but it takes a list"),
        ({TRANSFORMS: ["ColorJitter"]}, f"{TRANSFORMS}.0", "it takes a dict with a `type`"),
        ({TRANSFORMS: [{"type": "ColorJiter"}]}, f"{TRANSFORMS}.0.type", "mean 'ColorJitter'?"),
        (
            {"train_dataloader.collate_fn.type": "collate"},
            "train_dataloader.collate_fn.type",
            "no function is called 'collate'; did you mean 'digitdet.collate'?",
        ),
        (
            {"param_scheduler.0.type": "CosineLR"},
            "param_scheduler.0.type",
            "no parameter scheduler is called 'CosineLR'; did you mean",
        ),
        ({"optim_wrapper.optimizer.type": "Adm"}, "optim_wrapper.optimizer.type", "mean 'Adam'?"),
        ({"default_hooks.logger": 3}, "default_hooks.logger", "is 3"),
        ({"val_evaluator": "DigitMetric"}, "val_evaluator", "it takes a dict with a `type`"),
    ],
)
def test_a_type_that_is_not_known_is_told(changes: dict[str, Any], key: str, said: str) -> None:
    assert said in _found(changes)[key]


@pytest.mark.parametrize(
    ("changes", "key", "said"),
    [
        ({"model.min_sizee": 3}, "min_sizee", "FasterRCNN takes no `min_sizee`; did you mean"),
        ({"model.zzz": 3}, "zzz", "`python tools/config.py list` shows what it takes"),
        ({"model.backbone.zzz": 3}, "zzz", "SlimResNetFPN takes no `zzz`; it takes depths, out_ch"),
        ({"default_hooks.timer.zzz": 3}, "zzz", "IterTimerHook takes no `zzz`; it takes priority"),
        ({"default_hooks.checkpoint.save_bset": "map"}, "save_bset", "mean 'save_best'?"),
        ({"param_scheduler.0.T_maxx": 3}, "T_maxx", "CosineAnnealingLR takes no `T_maxx`; did you"),
        ({"train_cfg.max_epoch": 3}, "max_epoch", "did you mean 'max_epochs'?"),
        ({"train_cfg.by_epoch": False}, "max_epochs", "IterBasedTrainLoop takes no `max_epochs`"),
        ({"train_cfg.by_epoch": False}, "max_iters", "is missing, and IterBasedTrainLoop needs it"),
        ({"train_dataloader.sampler.shufle": True}, "shufle", "did you mean 'shuffle'?"),
        ({"reader.score_treshold": 0.3}, "score_treshold", "did you mean 'score_threshold'?"),
        ({"visualizer.vis_backend": []}, "vis_backend", "did you mean 'vis_backends'?"),
        ({"val_cfg.fp": True}, "fp", "did you mean 'fp16'?"),
        (
            {TRANSFORMS: [{"type": "Compose", "transforms": [{"type": "ColorJitter", "hu": 1}]}]},
            "hu",
            "ColorJitter takes no `hu`; did you mean 'hue'?",
        ),
        ({TRANSFORMS: [{"type": "RandomPosterize"}]}, "bits", "RandomPosterize needs it"),
        (
            {"train_dataloader.dataset": {"_delete_": True, "type": "CocoDigits"}},
            "ann_file",
            "is missing, and CocoDigits needs it",
        ),
        ({"val_evaluator.1.reader": {"type": "LineReader", "x": 1}}, "x", "LineReader takes no"),
        (
            {"train_dataloader.sampler.dataset": 1},
            "dataset",
            "DefaultSampler gets its `dataset` from what builds it; leave it out",
        ),
        ({"optim_wrapper.optimizer.params": []}, "params", "leave it out"),
        ({"optim_wrapper.zzz": 1}, "zzz", "OptimWrapper takes no `zzz`; it takes accumulative_"),
    ],
)  # fmt: skip
def test_an_argument_that_is_not_taken_or_missing_is_told(
    changes: dict[str, Any], key: str, said: str
) -> None:
    found = _found(changes)
    (full,) = [each for each in found if each.rpartition(".")[2] == key]
    assert said in found[full]


@pytest.mark.parametrize(
    "changes",
    [
        {"train_dataloader.sampler.seed": 3},
        {"visualizer.save_dir": "there"},
        {"visualizer.vis_backends": [{"type": "LocalVisBackend", "save_dir": "x", "name": "y"}]},
        {"custom_hooks": [{"type": "ProgressHook", "priority": "LOW", "_scope_": "digitdet"}]},
        {"optim_wrapper": {"type": "AmpOptimWrapper", "loss_scale": 2.0, "paramwise_cfg": {}}},
        {"optim_wrapper": {"constructor": "Own", "first": 1}},
        {"model_wrapper_cfg": {"find_unused_parameters": True, "detect_anomalous_params": True}},
        {"test_evaluator": [{"type": "DumpResults", "out_file_path": "x.pkl"}]},
    ],
)
def test_what_a_builder_takes_out_or_may_be_told_is_taken(changes: dict[str, Any]) -> None:
    assert _found(changes) == {}


def test_all_of_one_call_is_told_at_once() -> None:
    call = Call("a", "Thing", {"x": 1, "y": 2, "lose": 3}, options(loss=int, z=int).requiring("z"))
    assert [(problem.key, problem.message) for problem in check_arguments([call])] == [
        ("a.x", "Thing takes no `x`; it takes loss, z (_delete_=True drops what a base gives)"),
        ("a.y", "Thing takes no `y`; it takes loss, z (_delete_=True drops what a base gives)"),
        ("a.lose", "Thing takes no `lose`; did you mean 'loss'?"),
        ("a.z", "is missing, and Thing needs it"),
    ]


@pytest.mark.parametrize(
    ("name", "given", "hint"),
    [
        ("max_epoch", {"max_epochs": 1}, "; did you mean 'max_epochs'?"),
        (
            "max_epochs",
            {"by_epoch": 1},
            "; it takes by_epoch, val_begin (_delete_=True drops what a base gives)",
        ),
        ("by_epochs", {}, "; did you mean 'by_epoch'?"),
    ],
)
def test_what_is_given_already_is_suggested_only_if_it_is_very_near(
    name: str, given: dict[str, int], hint: str
) -> None:
    known = options(**dict.fromkeys(["by_epoch", "val_begin", *given], int))
    (problem,) = check_arguments([Call("a", "Loop", {name: 1, **given}, known)])
    assert problem.message == f"Loop takes no `{name}`{hint}"


def test_what_takes_nothing_or_anything_is_judged_so() -> None:
    (problem,) = check_arguments([Call("a", "Thing", {"x": 1}, Signature({}))])
    assert (
        problem.message
        == "Thing takes no `x`; it takes nothing (_delete_=True drops what a base gives)"
    )
    assert check_arguments([Call("a", "Thing", {"x": 1}, Signature({}, takes_any=True))]) == []


def test_the_names_of_a_registry_are_its_own_and_those_that_it_inherits() -> None:
    assert registered(READERS) == ["LeftToRightReader", "LineReader"]
    assert {"CheckpointHook", "LoggerHook"} <= set(registered(HOOKS))
    assert {"digitdet.collate", "pseudo_collate"} <= set(registered(FUNCTIONS))


def test_for_each_data_set_what_is_accepted_is_what_the_call_binds() -> None:
    for name in registered(DATASETS):
        kind = DATASETS.get(name)
        if not is_known(kind):  # of another test
            continue
        names = {*inspect.signature(kind).parameters, "nothing"}
        for argument in names:
            part = find_parts({"train_dataloader": {"dataset": {"type": name, argument: 1}}})[0]
            told = {problem.key for problem in check_arguments(calls_of_parts([part]))}
            try:
                inspect.signature(kind).bind_partial(**{argument: 1})
            except TypeError:
                assert f"{part.key}.{argument}" in told
            else:
                assert f"{part.key}.{argument}" not in told

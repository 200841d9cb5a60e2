"""What constructors refuse."""

import random
from typing import Any

import numpy as np
import pytest
import torch
from config_checks.checking import changed, check, experiment
from mmengine.logging import MessageHub, MMLogger
from mmengine.registry import DefaultScope
from mmengine.visualization import Visualizer

from digitdet.config_checks.parts import find_parts
from digitdet.config_checks.trials import check_trials
from digitdet.registry import HOOKS, TRANSFORMS

DATASET = "train_dataloader.dataset"
TRANSFORM = f"{DATASET}.transforms"


@pytest.mark.parametrize(
    ("changes", "key", "said"),
    [
        ({"optim_wrapper.optimizer.momentum": -1}, "optim_wrapper.optimizer.momentum", "momentum"),
        ({"optim_wrapper.optimizer.momentum": 0}, "optim_wrapper.optimizer.nesterov", "Nesterov"),
        ({"optim_wrapper.optimizer.lr": -1}, "optim_wrapper.optimizer.lr", "learning rate: -1"),
        (
            {"param_scheduler": [{"type": "LinearLR", "start_factor": 2}]},
            "param_scheduler.0",
            "between 0 and 1",
        ),
        (
            {"param_scheduler": [{"type": "ReduceOnPlateauLR", "factor": 2.0}]},
            "param_scheduler.0.factor",
            "Factor should be < 1.0",
        ),
        (
            {"param_scheduler": [{"type": "ConstantLR", "begin": 4, "end": 2}]},
            "param_scheduler.0.end",
            "end should be larger than begin",
        ),
        (
            {"param_scheduler": [{"type": "CosineRestartLR", "periods": [6]}]},
            "param_scheduler.0",
            "CosineRestartLR takes only arguments of which this holds: (eta_min is None) ^",
        ),
        (
            {
                "optim_wrapper.optimizer": {"_delete_": True, "type": "Adagrad", "lr": 0.1},
                "param_scheduler": [{"type": "LinearMomentum", "end": 3}],
            },
            "param_scheduler.0",
            "optimizer must support momentum",
        ),
        (
            {"param_scheduler": [{"type": "LinearParamScheduler", "param_name": "lrr"}]},
            "param_scheduler.0",
            "LinearParamScheduler finds no 'lrr'",
        ),
        ({"custom_hooks.1.interval": 0}, "custom_hooks.1.interval", "positive"),
        ({"model.aspect_ratios": []}, "model.aspect_ratios", "write at least one"),
        ({"model.anchor_sizes": [[], []]}, "model.anchor_sizes", "write at least one"),
        (
            {"default_hooks.checkpoint.save_best": ["map", "map"]},
            "default_hooks.checkpoint.save_best",
            "save_best names a figure twice",
        ),
        ({"val_evaluator.0.backend": "cocoapi"}, "val_evaluator.0.backend", "cocoapi"),
        ({"val_evaluator.1.truth": "right"}, "val_evaluator.1.truth", "right"),
        ({"reader.score_threshold": 2}, "reader.score_threshold", "0 to 1, got 2"),
        ({"model.backbone.widths": [48]}, "model.backbone.widths", "at least one stage"),
        ({"model.head_fc_channels": []}, "model.head_fc_channels", "at least one width"),
        (
            {"model.anchor_sizes": [[28], [52], [90]]},
            "model.anchor_sizes",
            "for 3 feature maps, but SlimResNetFPN makes 2",
        ),
        (
            {"model.trainable_backbone_stages": 9},
            "model.trainable_backbone_stages",
            "0 to 3 for SlimResNetFPN, got 9",
        ),
        ({f"{DATASET}.indices": [2400]}, f"{DATASET}.indices", "2400"),
        ({f"{DATASET}.fonts": "comic"}, f"{DATASET}.fonts", "comic"),
        (
            {TRANSFORM: [{"type": "RandomHorizontalFlip"}]},
            f"{TRANSFORM}.0",
            "RandomHorizontalFlip mirrors pictures",
        ),
        (
            {
                TRANSFORM: [
                    {"type": "RandomJPEG"},
                    {
                        "type": "RandomApply",
                        "transforms": [{"type": "Identity"}, {"type": "RandomVerticalFlip"}],
                    },
                ]
            },
            f"{TRANSFORM}.1.transforms.1",
            "RandomVerticalFlip mirrors pictures",
        ),
        (
            {TRANSFORM: [{"type": "DigitAugmentation", "zoom_out": 0.5}]},
            f"{TRANSFORM}.0.zoom_out",
            "zoom_out has to be from 1",
        ),
        (
            {TRANSFORM: [{"type": "ToDtype", "dtype": "float23"}]},
            f"{TRANSFORM}.0.dtype",
            "float23",
        ),
    ],
)
def test_a_refusal_is_told_once_at_the_argument_that_it_names(
    changes: dict[str, Any], key: str, said: str
) -> None:
    config = changed(changes)
    problems = check_trials(config, find_parts(config))
    assert [problem.key for problem in problems] == [key]
    assert said in problems[0].message
    assert "class `" not in problems[0].message
    assert not problems[0].is_warning


def test_unsafe_transforms_are_taken_where_the_data_set_allows_them() -> None:
    flip = {TRANSFORM: [{"type": "RandomHorizontalFlip"}], f"{DATASET}.allow_unsafe": True}
    assert not check(check_trials, flip)


def test_transforms_of_data_sets_that_read_files_are_judged_too() -> None:
    problems = check(
        check_trials, {TRANSFORM: [{"type": "RandomRotation", "degrees": 180}]}, "frcnn_tl3"
    )
    assert list(problems) == [f"{TRANSFORM}.0"]


def test_every_part_that_is_refused_is_told() -> None:
    changes = {
        "optim_wrapper.optimizer.lr": -1,
        "model.head_fc_channels": [],
        TRANSFORM: [{"type": "RandomVerticalFlip"}, {"type": "RandomHorizontalFlip"}],
    }
    assert set(check(check_trials, changes)) == {
        "optim_wrapper.optimizer.lr",
        "model.head_fc_channels",
        f"{TRANSFORM}.0",
        f"{TRANSFORM}.1",
    }


@pytest.mark.parametrize("at_fault", ["model", "model.backbone.widths.0", "model.colour"])
def test_what_holds_a_known_problem_is_not_built(at_fault: str) -> None:
    config = changed({"model.backbone.widths": [48], "optim_wrapper.optimizer.lr": -1})
    problems = check_trials(config, find_parts(config), [at_fault])
    assert [problem.key for problem in problems] == ["optim_wrapper.optimizer.lr"]


def test_a_reader_that_is_handed_on_is_refused_at_the_top_level_alone() -> None:
    config = experiment()
    config.reader.score_threshold = 3
    config.val_evaluator[1].reader = config.reader
    config.test_evaluator[1].reader = config.reader
    parts = [part for part in find_parts(config) if not part.key.endswith(".1.reader")]
    assert [p.key for p in check_trials(config, parts)] == ["reader.score_threshold"]


def test_missing_and_unknown_arguments_are_left_to_the_check_of_arguments() -> None:
    changes = {"custom_hooks": [{"type": "EvaluationHook", "metrik": "map"}]}
    assert not check(check_trials, changes)


def test_a_users_own_class_is_not_built_and_neither_is_what_holds_it() -> None:
    built = []

    class Own:
        def __init__(self) -> None:
            built.append(self)

    HOOKS.register_module(name="OwnHook", module=Own)
    TRANSFORMS.register_module(name="OwnTransform", module=Own)
    inside = {"type": "RandomApply", "transforms": [{"type": "OwnTransform"}], "p": 7}
    try:
        changes = {"custom_hooks": [{"type": "OwnHook"}], TRANSFORM: [inside]}
        assert not check(check_trials, changes)
        assert not built
    finally:
        HOOKS.module_dict.pop("OwnHook")
        TRANSFORMS.module_dict.pop("OwnTransform")


def test_pretrained_weights_are_not_loaded() -> None:
    changes = {"model.weights": "no/such/file.pth"}
    assert not check(check_trials, changes)


@pytest.mark.parametrize("changes", [{}, {"model.head_fc_channels": []}])
def test_trials_leave_no_trace(changes: dict[str, Any]) -> None:
    kinds: tuple[Any, ...] = (DefaultScope, MessageHub, MMLogger, Visualizer)
    config = changed(changes)
    parts = find_parts(config)
    torch.manual_seed(1)
    before = (random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist())
    instances = [list(kind._instance_dict.items()) for kind in kinds]
    text = config.pretty_text

    check_trials(config, parts)

    after = (random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist())
    assert after == before
    assert [list(kind._instance_dict.items()) for kind in kinds] == instances
    assert config.pretty_text == text


def test_a_model_on_meta_has_the_names_and_shapes_of_the_real_one() -> None:
    from digitdet.config_checks.meta_models import build_on_meta
    from digitdet.registry import MODELS

    config = experiment()
    on_meta = build_on_meta(find_parts(config))
    assert on_meta is not None
    assert {p.device.type for p in on_meta.parameters()} == {"meta"}
    shapes = {name: value.shape for name, value in on_meta.state_dict().items()}
    real = MODELS.build(config.model).state_dict()
    assert shapes == {name: value.shape for name, value in real.items()}

"""Numbers that can't be."""

import math
from typing import Any

import pytest
from config_checks.checking import check

from digitdet.config_checks.ranges import check_ranges

DATASET = "train_dataloader.dataset"


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("train_cfg.max_epochs", 0, "write a whole number of at least 1, not 0"),
        ("train_cfg.val_interval", 0, "at least 1"),
        ("train_cfg.val_begin", -1, "at least 0"),
        ("train_dataloader.batch_size", 0, "at least 1"),
        ("val_dataloader.num_workers", -1, "at least 0"),
        ("test_dataloader.prefetch_factor", 0, "at least 1"),
        ("optim_wrapper.accumulative_counts", 0, "at least 1"),
        ("optim_wrapper.clip_grad.max_norm", 0, "above 0"),
        ("optim_wrapper.clip_grad.max_norm", -1.0, "above 0"),
        ("optim_wrapper.optimizer.lr", 0, "write a number above 0, not 0"),
        ("optim_wrapper.optimizer.lr", -0.1, "above 0"),
        ("optim_wrapper.optimizer.lr", math.nan, "not nan"),
        ("optim_wrapper.optimizer.lr", math.inf, "not inf"),
        ("optim_wrapper.optimizer.momentum", 1.0, "from 0 to below 1"),
        ("optim_wrapper.optimizer.weight_decay", -1e-4, "0 or more"),
        ("randomness.seed", -1, "from 0 to 4294967295"),
        ("auto_scale_lr.base_batch_size", 0, "at least 1"),
        ("custom_hooks.0.priority", 101, "from 0 to 100"),
        ("randomness.seed", 2**32, "from 0 to 4294967295"),
        ("default_hooks.checkpoint.interval", -2, "or -1 for off"),
        ("default_hooks.checkpoint.max_keep_ckpts", 0, "or -1 for all"),
        ("default_hooks.logger.interval", 0, "at least 1"),
        ("model.num_classes", 1, "at least 2, digits and background"),
        ("model.min_size", 0, "at least 1"),
        ("model.min_size", 300, "at most max_size, 256, not 300"),
        ("model.nms_threshold", 1.5, "from 0 to 1"),
        ("model.score_threshold", -0.1, "from 0 to below 1"),
        ("model.detections_per_image", 0, "at least 1"),
        (f"{DATASET}.num_scenes", 0, "at least 1"),
        (f"{DATASET}.seed", -1, "from 0"),
    ],
)
def test_a_number_out_of_its_range_is_named_with_the_range(key: str, value: Any, said: str) -> None:
    problems = check(check_ranges, {key: value})
    assert list(problems) == [key]
    assert said in problems[key].message
    assert not problems[key].is_warning


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("default_hooks.checkpoint.interval", -1),
        ("default_hooks.checkpoint.max_keep_ckpts", -1),
        ("randomness.seed", None),
        ("train_dataloader.num_workers", 0),
        ("train_cfg.val_begin", 0),
        ("optim_wrapper.clip_grad.norm_type", math.inf),
        ("optim_wrapper.optimizer.momentum", 0),
        ("model.mean", [0.0, -1.0, 0.5]),
        ("model.head_conv_channels", []),
    ],
)
def test_numbers_that_mean_off_or_none_are_taken(key: str, value: Any) -> None:
    assert not check(check_ranges, {key: value})


@pytest.mark.parametrize("value", ["0", None, False, [], {"_delete_": True, "a": 0}])
def test_what_is_no_number_is_left_to_the_check_of_types(value: Any) -> None:
    assert not check(check_ranges, {"train_cfg.max_epochs": value})


@pytest.mark.parametrize(
    ("key", "value", "place"),
    [
        ("model.std", [0.5, 0.0, 0.5], "model.std.1"),
        ("model.std", [0.5, 0.5], "model.std"),
        ("model.mean", [0.5, 0.5, math.nan], "model.mean.2"),
        ("model.anchor_sizes", [[28], [-52]], "model.anchor_sizes.1.0"),
        ("model.aspect_ratios", [0, 1.0], "model.aspect_ratios.0"),
        ("model.backbone.widths", [48, 1], "model.backbone.widths.1"),
    ],
)
def test_an_item_of_a_list_is_named_by_its_position(key: str, value: Any, place: str) -> None:
    assert list(check(check_ranges, {key: value})) == [place]


def test_parts_within_lists_and_wrappers_are_judged() -> None:
    inner = {"type": "SyntheticDigits", "num_scenes": -5}
    datasets = {"type": "ConcatDataset", "_delete_": True, "weights": [1, 0], "datasets": [inner]}
    problems = check(check_ranges, {DATASET: datasets})
    assert set(problems) == {f"{DATASET}.weights.1", f"{DATASET}.datasets.0.num_scenes"}


@pytest.mark.parametrize(("share", "is_warned"), [(0.001, False), (0.5, False), (0.999, True)])
def test_an_average_by_the_share_of_the_old_weights_is_a_warning(
    share: float, is_warned: bool
) -> None:
    hooks = [{"type": "EMAHook", "momentum": share}]
    problems = check(check_ranges, {"custom_hooks": hooks})
    assert list(problems) == (["custom_hooks.0.momentum"] if is_warned else [])
    assert all(p.is_warning and "write 0.001" in p.message for p in problems.values())


@pytest.mark.parametrize(
    ("scheduler", "argument"),
    [
        ({"type": "StepLR", "step_size": 0}, "step_size"),
        ({"type": "StepLR", "step_size": 2, "gamma": -0.1}, "gamma"),
        ({"type": "CosineAnnealingLR", "T_max": 0}, "T_max"),
        ({"type": "CosineAnnealingLR", "eta_min": -0.1}, "eta_min"),
        ({"type": "MultiStepLR", "milestones": [0, 3]}, "milestones.0"),
        ({"type": "LinearLR", "start_factor": 0}, "start_factor"),
    ],
)
def test_a_schedule_of_impossible_numbers_is_refused(
    scheduler: dict[str, Any], argument: str
) -> None:
    problems = check(check_ranges, {"param_scheduler": [scheduler]})
    assert list(problems) == [f"param_scheduler.0.{argument}"]


def test_a_class_of_a_users_own_gives_its_arguments_their_meaning() -> None:
    from digitdet.registry import OPTIMIZERS

    class Sgd:
        def __init__(self, params: Any, lr: float) -> None:
            pass

    with OPTIMIZERS.switch_scope_and_registry(None):
        OPTIMIZERS.register_module(name="UsersOwn", module=Sgd)
    try:
        optimizer = {"type": "UsersOwn", "lr": -1.0, "_delete_": True}
        assert not check(check_ranges, {"optim_wrapper.optimizer": optimizer})
    finally:
        OPTIMIZERS.module_dict.pop("UsersOwn")

"""Numbers that can't be, where no constructor refuses them before the run."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mmengine.config import Config

from digitdet.config_checks import numbers
from digitdet.config_checks.libraries import class_name, is_known
from digitdet.config_checks.numbers import Range, is_number, leaves, section
from digitdet.config_checks.parts import Part
from digitdet.config_checks.problems import Problem

LOADER_RANGES = {
    "batch_size": numbers.COUNT,
    "num_workers": numbers.COUNT_OR_NONE,
    "num_batch_per_epoch": numbers.COUNT,
    "prefetch_factor": numbers.COUNT,
    "timeout": numbers.NOT_NEGATIVE,
}
# Dotted key of a section -> argument -> range.
SECTION_RANGES: dict[str, dict[str, Range]] = {
    "train_cfg": {
        "max_epochs": numbers.COUNT,
        "max_iters": numbers.COUNT,
        "val_interval": numbers.COUNT,
        "val_begin": numbers.COUNT_OR_NONE,
    },
    "train_dataloader": LOADER_RANGES,
    "val_dataloader": LOADER_RANGES,
    "test_dataloader": LOADER_RANGES,
    "optim_wrapper": {"accumulative_counts": numbers.COUNT},
    "optim_wrapper.clip_grad": {
        "max_norm": numbers.POSITIVE,
        "clip_value": numbers.POSITIVE,
        "norm_type": Range("a number above 0", 0, has_low=False, also=(math.inf,)),
    },
    "auto_scale_lr": {"base_batch_size": numbers.COUNT},
    "randomness": {"seed": numbers.SEED},
    "log_processor": {"window_size": numbers.COUNT},
}
# Name of a registry -> argument -> range, for each class in it.
REGISTRY_RANGES: dict[str, dict[str, Range]] = {
    "optimizer": {
        "lr": numbers.POSITIVE,
        "weight_decay": numbers.NOT_NEGATIVE,
        "momentum": numbers.MOMENTUM,
        "betas": numbers.MOMENTUM,
        "alpha": numbers.SHARE,
        "eps": numbers.NOT_NEGATIVE,
    },
    "parameter scheduler": {
        "begin": numbers.COUNT_OR_NONE,
        "end": numbers.COUNT,
        "T_max": numbers.COUNT,
        "eta_min": numbers.NOT_NEGATIVE,
        "eta_min_ratio": numbers.SHARE,
        "eta_max": numbers.POSITIVE,
        "step_size": numbers.COUNT,
        "gamma": numbers.POSITIVE,
        "milestones": numbers.COUNT,
        "periods": numbers.COUNT,
        "factor": numbers.POSITIVE,
        "start_factor": Range("a number above 0, to 1", 0, 1, has_low=False),
        "end_factor": numbers.SHARE,
        "power": numbers.POSITIVE,
        "patience": numbers.COUNT_OR_NONE,
        "cooldown": numbers.COUNT_OR_NONE,
        "min_value": numbers.NOT_NEGATIVE,
    },
    "dataset": {
        "num_scenes": numbers.COUNT,
        "num_samples": numbers.COUNT,
        "weights": numbers.POSITIVE,
        "times": numbers.COUNT,
        "max_ratio": Range("a number of at least 1", 1),
        "cache_bytes": numbers.COUNT_OR_NONE,
        "seed": numbers.SEED,
        "indices": numbers.COUNT_OR_NONE,
    },
    "hook": {"priority": Range("a whole number from 0 to 100", 0, 100)},
    "data sampler": {"batch_size": numbers.COUNT, "window": numbers.COUNT, "seed": numbers.SEED},
}
# Name of a class -> argument -> range.
CLASS_RANGES: dict[str, dict[str, Range]] = {
    "CheckpointHook": {
        "interval": numbers.INTERVAL_OR_OFF,
        "max_keep_ckpts": numbers.COUNT_OR_ALL,
        "save_begin": numbers.COUNT_OR_NONE,
        "stopover_interval": numbers.COUNT_OR_NONE,
    },
    "LoggerHook": {"interval": numbers.COUNT},
    "EarlyStoppingHook": {"patience": numbers.COUNT, "min_delta": numbers.NOT_NEGATIVE},
    "EMAHook": {
        "momentum": numbers.AVERAGE,
        "interval": numbers.COUNT,
        "gamma": numbers.COUNT,
        "begin_iter": numbers.COUNT_OR_NONE,
        "begin_epoch": numbers.COUNT_OR_NONE,
    },
    "CosineAnnealingMomentum": {"eta_min": numbers.MOMENTUM},
    "CosineRestartMomentum": {"eta_min": numbers.MOMENTUM},
    "PolyMomentum": {"eta_min": numbers.MOMENTUM},
    "FasterRCNN": {
        "num_classes": Range("a whole number of at least 2, digits and background", 2),
        "min_size": numbers.COUNT,
        "max_size": numbers.COUNT,
        "anchor_sizes": numbers.POSITIVE,
        "aspect_ratios": numbers.POSITIVE,
        "rpn_conv_depth": Range("a whole number from 0 to 100", 0, 100),
        "pre_nms_proposals_train": numbers.COUNT,
        "pre_nms_proposals_test": numbers.COUNT,
        "proposals_train": numbers.COUNT,
        "proposals_test": numbers.COUNT,
        "rpn_nms_threshold": numbers.SHARE,
        "anchors_per_image": numbers.COUNT,
        "rois_per_image": numbers.COUNT,
        "head_conv_channels": numbers.COUNT,
        "head_fc_channels": numbers.COUNT,
        "score_threshold": numbers.MOMENTUM,
        "nms_threshold": numbers.SHARE,
        "detections_per_image": numbers.COUNT,
        "mean": Range("a finite number"),
        "std": numbers.POSITIVE,
    },
    "MobileNetV3FPN": {"out_channels": numbers.COUNT},
    "ResNetFPN": {"out_channels": numbers.COUNT},
    "SlimResNetFPN": {"widths": numbers.at_least(2), "out_channels": numbers.COUNT},
}
COLORS = ("mean", "std")


def check_ranges(config: Config, parts: Sequence[Part]) -> list[Problem]:
    """Find numbers that lie out of their range, are infinite or not a number.

    Args:
        config: The merged config.
        parts: What is built of it.
    """
    problems: list[Problem] = []
    for key, ranges in SECTION_RANGES.items():
        problems += _out_of_range(key, _nested_section(config, key), ranges)
    for part in parts:
        problems += _out_of_range(part.key, part.config, _ranges_of(part))
        if class_name(part) == "EMAHook":
            problems += _average(part)
        if class_name(part) == "FasterRCNN":
            problems += _sizes(part) + _colors(part)
    return problems


def _nested_section(config: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    for name in key.split("."):
        config = section(config, name)
    return config


def _ranges_of(part: Part) -> dict[str, Range]:
    """Return the ranges of a class's arguments; a user's own class has its own meaning of names."""
    if not is_known(part.kind):
        return {}
    name = class_name(part)
    return {**REGISTRY_RANGES.get(part.registry.name, {}), **CLASS_RANGES.get(name, {})}


def _out_of_range(
    key: str, values: Mapping[str, Any], ranges: Mapping[str, Range]
) -> Iterator[Problem]:
    for name, allowed in ranges.items():
        for place, value in leaves(f"{key}.{name}", values.get(name)):
            if not allowed.holds(value):
                yield Problem(place, f"write {allowed.words}, not {value!r}")


def _average(part: Part) -> list[Problem]:
    """Warn of the share of the old weights where that of the newest is asked for."""
    share = part.config.get("momentum")
    if not is_number(share) or not 0.5 < share < 1:
        return []
    text = f"{share!r} is the share of the newest weights; of the old ones, write {1 - share:.6g}"
    return [Problem(f"{part.key}.momentum", text, is_warning=True)]


def _sizes(part: Part) -> list[Problem]:
    """Refuse a short side that is longer than the longest."""
    low, high = part.config.get("min_size"), part.config.get("max_size")
    if not is_number(low) or not is_number(high) or low <= high:
        return []
    return [
        Problem(
            f"{part.key}.min_size",
            f"write at most max_size, {high!r}, not {low!r}: it is the short side of a picture",
        )
    ]


def _colors(part: Part) -> list[Problem]:
    """Refuse other than three values for red, green and blue."""
    return [
        Problem(
            f"{part.key}.{name}",
            f"write three numbers, for red, green and blue, not {len(values)}",
        )
        for name in COLORS
        if isinstance(values := part.config.get(name), list | tuple) and len(values) != 3
    ]

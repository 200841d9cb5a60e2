"""When a run is validated, and what waits for it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from digitdet.config_checks.libraries import class_name, stated_or_default
from digitdet.config_checks.metric_names import has_validation
from digitdet.config_checks.numbers import is_number, section
from digitdet.config_checks.parts import Part
from digitdet.config_checks.problems import Problem
from digitdet.config_checks.run_length import RunLength

ON_PLATEAU = "ReduceOnPlateau"


def check_validations(
    config: Mapping[str, Any], parts: Sequence[Part], run: RunLength
) -> Iterator[Problem]:
    """Find validations that never come, or come too seldom for what waits for them.

    Args:
        config: The merged config.
        parts: What is built of it.
        run: How long the run is.
    """
    if not section(config, "train_cfg") or not config.get("train_dataloader"):
        return
    if not has_validation(config):
        yield from _unvalidated(parts)
    elif run.validations is not None and run.epochs is not None:
        loop = section(config, "train_cfg")
        if not run.validations:
            text = f"the run of {run.epochs} epochs is never validated; write at most {run.epochs}"
            yield Problem("train_cfg.val_begin", text)
        elif loop.get("val_interval", 1) > run.epochs:
            text = f"only the last of {run.epochs} epochs is validated; write at most {run.epochs}"
            yield Problem("train_cfg.val_interval", text, is_warning=True)
        yield from _patience(parts, len(run.validations))


def _unvalidated(parts: Sequence[Part]) -> Iterator[Problem]:
    """Find what waits for a validation in a run without one."""
    waiting = {"CheckpointHook": "save_best", "EarlyStoppingHook": "monitor"}
    for part in parts:
        if class_name(part).startswith(ON_PLATEAU):
            text = "the run is not validated, so it never acts; name a schedule that goes by epoch"
            yield Problem(f"{part.key}.type", text, is_warning=True)
        argument = waiting.get(class_name(part), "")
        if part.config.get(argument):
            yield Problem(
                f"{part.key}.{argument}",
                "the run is not validated, so there is no figure to go by; give val_cfg, "
                f"val_dataloader and val_evaluator, or write {argument}=None",
                is_warning=True,
            )


def _patience(parts: Sequence[Part], count: int) -> Iterator[Problem]:
    """Find a patience that the run is too short for.

    The first validation is what later ones are measured by, and the last one changes nothing.
    mmengine's schedulers wait for one more than their patience.
    """
    for part in parts:
        name = class_name(part)
        waits = 1 if name == "EarlyStoppingHook" else 2 if name.startswith(ON_PLATEAU) else 0
        patience = stated_or_default(part, "patience") if waits else None
        if is_number(patience) and patience + waits >= count > 0:
            text = f"a run of {count} validations is over before {patience!r} pass without a gain"
            yield Problem(f"{part.key}.patience", f"{text}; write less", is_warning=True)

"""Writes a trial's values as an experiment."""

import copy
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

from mmengine.config import Config

from digitdet.config_views.text import WIDTH, comment, config_text
from digitdet.overrides import merge_overrides, value_of
from digitdet.whole_files import whole_file

BEST_CONFIG = "best.py"


def write_experiment(
    file: Path, base: Path, overrides: Mapping[str, Any], remarks: Sequence[str]
) -> None:
    """Write a config that inherits another one and states what differs.

    Args:
        file: The config to make or replace; it names the base as seen from its folder.
        base: The config to inherit.
        overrides: Dotted key -> value.
        remarks: Lines of comment.
    """
    stated = nested(overrides, base)
    lines = [comment(line) for remark in remarks for line in wrap(remark, WIDTH - len("# "))]
    text = config_text({"_base_": [_seen_from(file, base)], **stated})
    with whole_file(file) as part:
        part.write_text("\n".join([*lines, "", text]), encoding="utf-8")


def nested(overrides: Mapping[str, Any], base: Path) -> dict[str, Any]:
    """Return overrides as the nested values that a config states to the same effect.

    A config can't change an item of an inherited list, so that one is stated whole.

    Args:
        overrides: Dotted key -> value.
        base: The config that they override.
    """
    inherited = Config.fromfile(str(base), lazy_import=False, import_custom_modules=False)
    merged = Config(inherited.to_dict())
    merge_overrides(merged, overrides)
    stated: dict[str, Any] = {}
    for key, value in overrides.items():
        *outer, last = key.split(".")
        part = stated
        for depth, name in enumerate(outer, 1):
            above = ".".join(outer[:depth])
            (found,) = value_of(merged.to_dict(), above) or (None,)
            if isinstance(found, list):
                part[name] = found
                break
            part = part.setdefault(name, {})
        else:
            part[last] = copy.deepcopy(value)
    return stated


def _seen_from(file: Path, base: Path) -> str:
    """Return the path from a file's folder to another file; whole where drives differ."""
    try:
        return Path(os.path.relpath(base.resolve(), file.resolve().parent)).as_posix()
    except ValueError:
        return base.resolve().as_posix()

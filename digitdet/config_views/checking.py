"""Checks configs alone, without data or training."""

from collections.abc import Sequence
from pathlib import Path

from digitdet import config as configs
from digitdet.console import console


def check_configs(files: Sequence[str | Path], options: Sequence[str] = ()) -> bool:
    """Print ``OK`` for each config, or all that is wrong with it.

    Args:
        files: The configs.
        options: Overrides of each, ``KEY=VALUE``.

    Returns:
        Whether all of them can be used.
    """
    num_bad = 0
    for file in files:
        try:
            configs.load(file, options)
        except (ImportError, OSError, ValueError) as error:
            num_bad += 1
            console.print(str(error))
        else:
            console.print(f"{file}: OK")
    if num_bad and len(files) > 1:
        console.print(f"{num_bad} of {len(files)} configs can't be used")
    return not num_bad

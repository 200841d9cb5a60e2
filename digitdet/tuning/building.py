"""Builds a reader with each setting."""

from collections.abc import Mapping, Sequence
from typing import Any

from digitdet.registry import READERS
from digitdet.tuning.space import Setting
from digitdet.tuning.sweep import Reader


def build_readers(
    reader: Mapping[str, Any], settings: Sequence[Setting]
) -> tuple[list[Setting], list[Reader]]:
    """Build a reader with each setting that it takes.

    Args:
        reader: Its config.
        settings: What to change in it.

    Returns:
        The settings that it takes, in their order, and the reader with each. Others are left out:
        of two arguments, some pairs of values may be refused.

    Raises:
        ValueError: If a value is refused in each setting that has it; the reader's own message.
    """
    taken: list[Setting] = []
    readers: list[Reader] = []
    refused: list[tuple[Setting, ValueError]] = []
    for setting in settings:
        try:
            readers.append(READERS.build({**reader, **setting}))
        except ValueError as error:
            refused.append((setting, error))
        else:
            taken.append(setting)
    for setting, refusal in refused:
        for name, value in setting.items():
            if all(other[name] != value for other in taken):
                raise refusal
    return taken, readers

"""Writes checkpoints such that they are there whole or not at all."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from digitdet.whole_files import whole_file


def write_checkpoint(file: Path, content: Mapping[str, Any]) -> None:
    """Write a checkpoint; it appears under its name when it is whole and on the disk.

    Args:
        file: The file to make or replace; its folder is made.
        content: Nested dicts, lists and tuples of tensors and plain values.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(file, is_durable=True) as part, part.open("wb") as stream:
        torch.save(dict(content), stream)

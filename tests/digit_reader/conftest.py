"""Readers, and checkpoints that carry what one needs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from quickstart_readings import LOW, QUICKSTART

from digitdet import DigitReader, config


@pytest.fixture(scope="module")
def reader(checkpoint: Path) -> DigitReader:
    return DigitReader(QUICKSTART, checkpoint, options=LOW)


@pytest.fixture
def carrying(checkpoint: Path, tmp_path: Path) -> Callable[..., Path]:
    """Returns a function that writes a checkpoint with a config, and more, beside the weights."""

    def write(values: dict[str, Any] | None = None, **meta: Any) -> Path:
        content = torch.load(checkpoint, weights_only=True)
        values = config.load(QUICKSTART).to_dict() if values is None else values
        content["meta"] = {"format": "digitdet", "cfg": json.dumps(values), **meta}
        file = tmp_path / "carrying.pth"
        torch.save(content, file)
        return file

    return write

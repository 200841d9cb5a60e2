"""Writes the figures of a benchmark, with what they were measured on."""

import os
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import torch

from digitdet.console import console
from digitdet.whole_files import write_json

LIBRARIES = ("digitdet", "torch", "torchvision", "mmengine")


def write_record(file: Path, figures: Mapping[str, Any]) -> None:
    """Write figures and the machine's description as JSON; the folder is made.

    Args:
        file: The file; one that is there is replaced.
        figures: What was measured, plain values.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    write_json(file, {"machine": describe_machine(), "figures": dict(figures)})
    console.print(f"written to {file}")


def describe_machine() -> dict[str, Any]:
    """Say what is computed on, and with which libraries."""
    on_cuda = torch.cuda.is_available()
    return {
        "platform": platform.platform(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "cuda_device": torch.cuda.get_device_name() if on_cuda else None,
        "versions": {name: metadata.version(name) for name in LIBRARIES},
    }

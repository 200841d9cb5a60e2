"""Tells the most memory that was in use."""

import sys
from pathlib import Path

import torch


def peak_bytes(device: torch.device) -> int:
    """Return the most memory that was in use: of this process, or on the CUDA device.

    It is 0 where the platform does not say.
    """
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    status = Path("/proc/self/status")
    if status.is_file():  # what `resource` says on Linux begins with the peak of the parent
        return peak_of_status(status.read_text(encoding="ascii"))
    try:
        import resource
    except ImportError:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def peak_of_status(text: str) -> int:
    """Return the bytes of the peak that Linux tells in ``/proc/PID/status``; 0 if it tells none."""
    found = [line.split()[1] for line in text.splitlines() if line.startswith("VmHWM:")]
    return int(found[0]) * 1024 if found else 0

"""What a step costs besides its time: operations, memory, calls of the device."""

from collections.abc import Callable, Iterable

import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode

from digitdet.saved_memory import SavedMemory

Step = Callable[[], object]
LAUNCHES = ("cudaLaunchKernel", "cudaLaunchKernelExC", "cuLaunchKernel", "cuLaunchKernelEx")
WAITS = ("cudaStreamSynchronize", "cudaEventSynchronize")


def count_flop(step: Step) -> int:
    """Return the floating-point operations of a step; a multiplication and an addition are two."""
    with FlopCounterMode(display=False) as counter:
        step()
    return int(counter.get_total_flops())


def count_saved_bytes(forward: Step, parameters: Iterable[nn.Parameter]) -> int:
    """Return the bytes that a forward pass keeps for its backward pass, parameters not counted."""
    with SavedMemory(parameters) as memory:
        forward()
    return memory.num_bytes


def count_cuda_calls(step: Step) -> dict[str, int]:
    """Count how often a step launches a kernel, and how often it waits for the device."""
    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as profiler:
        step()
    counts = {event.key: int(event.count) for event in profiler.key_averages()}
    return {
        "launches": sum(counts.get(name, 0) for name in LAUNCHES),
        "synchronisations": sum(counts.get(name, 0) for name in WAITS),
    }


def wait_for(device: torch.device) -> Callable[[], None]:
    """Return what waits until a device has done what it was given."""
    return torch.cuda.synchronize if device.type == "cuda" else _at_once


def _at_once() -> None:
    """A processor has done it when a call returns."""

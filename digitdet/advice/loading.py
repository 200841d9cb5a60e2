"""How many pictures a batch holds, and how many workers read them."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from digitdet.datasets.images import read_image
from digitdet.preflight.estimates import cuda_memory, free_memory
from digitdet.threads import available_cores

MEMORY_SHARE = 0.7  # of what is free; the rest is for the program, losses and peaks
# Bytes for each parameter in training: it, its gradient and, by AdamW, two averages.
BYTES_PER_PARAMETER = 16
FLOP_PER_CORE = 1e11  # a second: more than most cores reach, so that loading is not planned too low
GPU_PICTURES = 1500  # a second: more than torchvision's loops over pictures let a GPU compute
TRANSFORMS = 2  # loading with augmentation, over decoding alone
WORTH_A_WORKER = 0.05  # of a core; less is done beside the computing
FEWEST_GPU_WORKERS = 2  # a GPU waits for the slowest of them
MOST_DECODED = 32


@dataclass(frozen=True)
class Machine:
    """What is computed on.

    Attributes:
        cores: Of the CPU.
        memory: Bytes that training may take, of the GPU if it is one; 0 where it is not known.
        is_gpu: Whether the detector is computed on a GPU.
    """

    cores: int
    memory: int
    is_gpu: bool = False


def find_machine(on_gpu: bool = False, gpu_gib: float | None = None) -> Machine:
    """Return this machine.

    Args:
        on_gpu: Whether to compute on a GPU.
        gpu_gib: Memory of the GPU, in GiB, where it is not this machine's.

    Raises:
        ValueError: If there is no GPU and its memory is not given, or that is not above 0.
    """
    if not on_gpu:
        return Machine(available_cores(), free_memory())
    if gpu_gib is None and not torch.cuda.is_available():
        raise ValueError(
            "there is no CUDA device here; name the memory of the one to plan for: `--gpu 16` (GiB)"
        )
    if gpu_gib is not None and not 0 < gpu_gib < math.inf:
        raise ValueError(f"--gpu takes the memory of a GPU in GiB, above 0, got {gpu_gib:g}")
    memory = cuda_memory() if gpu_gib is None else int(gpu_gib * 2**30)
    return Machine(available_cores(), memory, is_gpu=True)


def batch_bytes(batch: int, activations: int, parameters: int) -> int:
    """Return the memory that training with a batch takes.

    Args:
        batch: Its pictures.
        activations: Bytes that are kept of a picture for the backward pass.
        parameters: Of the model.
    """
    return batch * activations + BYTES_PER_PARAMETER * parameters


def choose_batch(wanted: int, activations: int, parameters: int, machine: Machine) -> int:
    """Choose the batch of the preset, or a half, quarter or less of it that fits.

    Args:
        wanted: Pictures of the preset's batch, which its rate is for.
        activations: Bytes that are kept of a large picture for the backward pass.
        parameters: Of the model.
        machine: What is computed on.

    Returns:
        Pictures of a batch; 1 also where that does not fit.
    """
    most = MEMORY_SHARE * machine.memory if machine.memory else math.inf
    batch = wanted
    while batch > 1 and batch_bytes(batch, activations, parameters) > most:
        batch //= 2
    return batch


def choose_workers(decoding: float, training_flop: float, machine: Machine) -> int:
    """Choose the workers that keep up with the computing.

    On a CPU a worker takes a core from the computing, so that there is none unless loading is
    worth one.

    Args:
        decoding: Seconds that a core takes to decode a picture.
        training_flop: FLOP of a picture in a training step.
        machine: What is computed on.

    Returns:
        Their number, below that of the cores where there are several.
    """
    most = max(1, machine.cores - 1)
    if machine.is_gpu:
        load = TRANSFORMS * decoding * GPU_PICTURES
        return min(most, max(FEWEST_GPU_WORKERS, math.ceil(load)))
    load = TRANSFORMS * decoding * machine.cores * FLOP_PER_CORE / training_flop
    return 0 if load < WORTH_A_WORKER else min(most, math.ceil(load))


def decoding_seconds(files: Sequence[Path]) -> float | None:
    """Measure how long a picture takes to be decoded, on some that are spread evenly.

    Args:
        files: Pictures.

    Returns:
        The median in seconds; None where none of them can be read.
    """
    rows = np.linspace(0, len(files) - 1, min(len(files), MOST_DECODED)).round().astype(int)
    seconds = []
    for row in rows:
        start = time.perf_counter()
        try:
            read_image(files[row])
        except (OSError, ValueError):
            continue
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds)) if seconds else None

"""Estimates how long an epoch takes, and how much memory."""

import os
from dataclasses import dataclass
from pathlib import Path

import torch
from mmengine.runner import EpochBasedTrainLoop, Runner

from digitdet.preflight.disk import gradient_bytes, in_bytes, tensor_bytes
from digitdet.preflight.findings import Finding, conclude
from digitdet.preflight.samples import Samples, batch_size
from digitdet.preflight.step import Step
from digitdet.preflight.trial import Trial


@dataclass(frozen=True)
class Pace:
    """What an estimate of a split's time is made of.

    Attributes:
        num_pictures: Of an epoch, of this process.
        num_workers: That read, beside the step; 0 where the step waits for each reading.
        reading: Seconds to read a picture.
        computing: Seconds that a picture takes in the model.
        is_bound: Whether ``computing`` is of a picture alone, which takes longer than in a batch.
    """

    num_pictures: int
    num_workers: int
    reading: float
    computing: float
    is_bound: bool = False

    @property
    def seconds(self) -> float:
        """Time of an epoch: workers read beside the step, and the slower of both decides."""
        if not self.num_workers:
            return self.num_pictures * (self.reading + self.computing)
        return self.num_pictures * max(self.reading / self.num_workers, self.computing)


def pace_of(samples: Samples, seconds: float, num_tried: int) -> Pace:
    """Return the pace of a split.

    Args:
        samples: Of the split.
        seconds: Time that a batch took in the model.
        num_tried: Pictures of that batch.
    """
    loader = samples.loader
    num_pictures = len(loader) * batch_size(loader)
    is_bound = num_tried == 1 < batch_size(loader)
    return Pace(num_pictures, loader.num_workers, samples.seconds, seconds / num_tried, is_bound)


def estimate_time(runner: Runner, train: Pace, val: Pace | None) -> Finding:
    """Estimate the time of an epoch and of the whole training, validations included.

    Args:
        runner: Before its training.
        train: Pace of the training.
        val: Pace of the validation, if there is one.
    """
    by_epoch = isinstance(runner.train_loop, EpochBasedTrainLoop)
    text = f"about {in_time(train.seconds)} an epoch"
    whole = train.seconds * runner.max_iters / len(runner.train_dataloader)
    if val is not None:
        text += f" and {in_time(val.seconds)} a validation"
        total = runner.max_epochs if by_epoch else runner.max_iters
        whole += val.seconds * (total // getattr(runner.train_loop, "val_interval", 1))
    bound = ", or less: measured on one picture, not on a batch" if train.is_bound else ""
    return Finding("time", f"{text}, {in_time(whole)} in all{bound}")


def estimate_memory(
    trial: Trial, step: Step, samples: Samples, before: int, available: int | None = None
) -> Finding:
    """Estimate the peak of memory in training; warn where there is less.

    Args:
        trial: After its step.
        step: The step.
        samples: Of the training.
        before: Bytes in use before the trial was made; on a CPU, of the process.
        available: Bytes that there are, those in use included; found out if None.
    """
    on_cuda = next(trial.model.parameters()).is_cuda
    state = sum(tensor_bytes(optimizer.state_dict()) for optimizer in trial.optimizers)
    activations = step.saved_bytes * batch_size(samples.loader) / step.num_pictures
    needed = before + activations + state
    if not on_cuda:
        needed += gradient_bytes(trial.model)  # on CUDA they are in what the step took
    if available is None:
        available = cuda_memory() if on_cuda else free_memory() + before
    text = f"about {in_bytes(needed)} of {in_bytes(available)} of memory"
    warnings = []
    if needed > available > 0:
        warnings.append(f"{text}; lower train_dataloader.batch_size, or the model's input size")
    return conclude("memory", text, warnings=warnings)


def used_memory(on_cuda: bool) -> int:
    """Return the bytes in use: on the CUDA device, or of this process; 0 where it is not known."""
    if on_cuda:
        return torch.cuda.memory_allocated()
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 0


def free_memory() -> int:
    """Return the bytes of memory that processes can still take; 0 where it is not known."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        found = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
        return int(found[0]) * 1024
    except (OSError, IndexError, ValueError):
        return 0


def cuda_memory() -> int:
    """Return the bytes of the CUDA device."""
    return int(torch.cuda.mem_get_info()[1])


def in_time(seconds: float) -> str:
    """Write a duration: ``"0.4 s"``, ``"12 s"``, ``"1:05 min"``, ``"2:30 h"``."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02} min" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02} h"

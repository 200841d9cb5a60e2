"""Says what a run computes on."""

import torch
from mmengine.runner import Runner
from torch import nn

from digitdet.preflight.findings import Finding, conclude
from digitdet.threads import available_cores

MOST_WORKERS = 4  # for each core; more only get in each other's way


def check_hardware(runner: Runner, model: nn.Module, num_cores: int | None = None) -> Finding:
    """Say on what a run computes, and warn of far more workers than cores.

    Args:
        runner: Before its training.
        model: Its model.
        num_cores: Cores that this process may use; found out if None.
    """
    cores = num_cores or available_cores()
    loaders = {"train_dataloader": runner.train_dataloader}
    if runner.val_loop is not None:
        loaders["val_dataloader"] = runner.val_dataloader
    warnings = [
        f"{name}.num_workers is {loader.num_workers} for {cores} cores; some 2 a core do"
        for name, loader in loaders.items()
        if loader.num_workers > MOST_WORKERS * cores
    ]
    device = next((p.device for p in model.parameters()), torch.device("cpu"))
    place = torch.cuda.get_device_name(device) if device.type == "cuda" else str(device)
    if device.type != "cuda" and torch.cuda.is_available():
        warnings.append(f"there is a CUDA device, but the model is on {device}")
    workers = " + ".join(str(loader.num_workers) for loader in loaders.values())
    detail = f"{place}; threads: {torch.get_num_threads()}, cores: {cores}, workers: {workers}"
    return conclude("hardware", detail, warnings=warnings)

"""What the processes of a distributed run agree on."""

import os

import torch
from mmengine.device import get_device
from mmengine.dist import all_reduce, broadcast, get_world_size
from mmengine.model import MMDistributedDataParallel
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm


def largest_of_processes(number: int) -> int:
    """Return the largest of the numbers that the processes of a run give.

    All of them have to call it. Without others it costs nothing.
    """
    if get_world_size() == 1:
        return number
    largest = torch.tensor(number)
    all_reduce(largest, "max")
    return int(largest)


def take_buffers_of_first(model: nn.Module) -> None:
    """Give each process the buffers of the first one's model, such as BatchNorm's statistics.

    Each has its own, of the pictures that it saw, but a checkpoint holds the first one's. All of
    them have to call it. Without others it costs nothing.
    """
    if get_world_size() > 1:
        for buffer in model.buffers():
            broadcast(buffer, 0)


def share_batch_statistics(model: nn.Module) -> None:
    """Let the BatchNorm layers that use a batch's statistics use those of all processes' batches.

    Frozen layers, which training leaves in evaluation mode, stay the modules that they are: the
    model may hold them by reference, to freeze them again in each epoch.

    Args:
        model: On its CUDA device; it is changed in place, and put into training mode.
    """
    model.train()
    shared: dict[nn.Module, nn.Module] = {}
    for parent in list(model.modules()):
        for name, child in parent.named_children():
            if isinstance(child, _BatchNorm) and child.training:
                if child not in shared:
                    shared[child] = nn.SyncBatchNorm.convert_sync_batchnorm(child)
                setattr(parent, name, shared[child])


def distribute(
    model: nn.Module, *, with_shared_statistics: bool, find_unused_parameters: bool
) -> nn.Module:
    """Wrap a model so that all processes of a run train it together.

    Args:
        model: The model; on CUDA it goes to this process's device. A CPU is no device to name.
        with_shared_statistics: On CUDA, let BatchNorm use the batches of all processes.
        find_unused_parameters: Some parameters have no part in the loss of some steps.
    """
    device_ids = None
    if torch.cuda.is_available():
        device_ids = [int(os.environ["LOCAL_RANK"])]
        model = model.to(get_device())
        if with_shared_statistics:
            share_batch_statistics(model)
    return MMDistributedDataParallel(
        model,
        device_ids=device_ids,
        broadcast_buffers=False,
        find_unused_parameters=find_unused_parameters,
    )

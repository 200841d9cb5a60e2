"""What the processes of a distributed run agree on."""

import torch
from mmengine.dist import all_reduce, broadcast, get_world_size
from torch import nn


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

"""What the processes of a distributed run agree on."""

import torch
from mmengine.dist import all_reduce, get_world_size


def largest_of_processes(number: int) -> int:
    """Return the largest of the numbers that the processes of a run give.

    All of them have to call it. Without others it costs nothing.
    """
    if get_world_size() == 1:
        return number
    largest = torch.tensor(number)
    all_reduce(largest, "max")
    return int(largest)

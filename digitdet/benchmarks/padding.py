"""How many pixels a model computes for each one that a picture has."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

DIVISIBLE = 32  # torchvision pads height and width of a batch to multiples of it


def resized_sizes(sizes: NDArray[np.int64], min_size: int, max_size: int) -> NDArray[np.int64]:
    """Return the sizes after torchvision's ``GeneralizedRCNNTransform``.

    Args:
        sizes: (I, 2) int64, height and width in pixels.
        min_size: Short side to resize to, in pixels.
        max_size: Most pixels of the long side.

    Returns:
        (I, 2) int64.
    """
    scale = np.minimum(min_size / sizes.min(axis=1), max_size / sizes.max(axis=1))
    return np.floor(sizes * scale[:, None]).astype(np.int64)


def padded_over_real(resized: NDArray[np.int64], batches: Iterable[Sequence[int]]) -> float:
    """Return the pixels of padded batches over those of the pictures in them.

    Args:
        resized: (I, 2) int64, heights and widths of the resized pictures.
        batches: Positions of the pictures of each batch.
    """
    padded = real = 0
    for batch in batches:
        sizes = resized[list(batch)]
        height, width = -(-sizes.max(axis=0) // DIVISIBLE) * DIVISIBLE
        padded += int(height * width) * len(sizes)
        real += int(sizes.prod(axis=1).sum())
    return padded / real

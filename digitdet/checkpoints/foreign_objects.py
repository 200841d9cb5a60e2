"""Loads what torch.save wrote, without the objects that other programs pickled in it."""

from pathlib import Path
from typing import Any

import torch

# Of the checkpoints of plain mmengine, whose message hub keeps figures in NumPy arrays, and of
# torchvision's reference scripts, which keep their arguments.
KNOWN = frozenset(
    (
        "argparse.Namespace",
        "builtins.getattr",
        "mmengine.logging.history_buffer.HistoryBuffer",
        "numpy._core.multiarray._reconstruct",
        "numpy._core.multiarray.scalar",
        "numpy.core.multiarray._reconstruct",
        "numpy.core.multiarray.scalar",
        "numpy.dtype",
        "numpy.ndarray",
    )
)


class Dropped:
    """What is loaded in place of a foreign object; it takes everything and keeps nothing."""

    def __init__(self, *_: Any) -> None:
        pass

    def __setstate__(self, _: Any) -> None:
        pass


def foreign_names(file: Path) -> list[str]:
    """Return the classes and functions that a zip of torch.save's would need beside torch's own.

    Raises:
        Exception: If its pickle is not one that torch writes.
    """
    return sorted(torch.serialization.get_unsafe_globals_in_checkpoint(file))


def load_safely(file: Path, map_location: Any) -> Any:
    """Load what torch.save wrote, if it is tensors and plain values; nothing is executed.

    Args:
        file: The file, under any name.
        map_location: Where its tensors go, as ``torch.load`` takes it.

    Raises:
        Exception: Of many kinds, if there is anything else in it.
    """
    # torch would go by the name of a path.
    with file.open("rb") as stream:
        return torch.load(stream, map_location=map_location, weights_only=True, mmap=False)


def load_without(file: Path, names: list[str], map_location: Any) -> Any:
    """Load a file with nothing in place of the objects of some names.

    Nothing of those names is imported or called.

    Args:
        file: A zip of torch.save's.
        names: The names.
        map_location: Where its tensors go.
    """
    with torch.serialization.safe_globals([(Dropped, name) for name in names]):
        return load_safely(file, map_location)

"""How two compared models are called."""

from collections.abc import Sequence
from pathlib import Path

DEFAULT = ("A", "B")


def name_models(files: tuple[Path, Path], names: Sequence[str] | None = None) -> tuple[str, str]:
    """Name two models.

    Args:
        files: Their predictions.
        names: Their names, if they were given.

    Returns:
        The names given; else those of the nearest folders above the files that differ; else of
        files in one folder their own; else `DEFAULT`.

    Raises:
        ValueError: If the names given are the same, or one is blank.
    """
    if names is not None:
        a, b = (name.strip() for name in names)
        if not a or not b or a == b:
            raise ValueError(f"--names: two different names are needed, got {a!r} and {b!r}")
        return a, b
    first, second = (file.resolve().parent.parts[::-1] for file in files)
    pairs = [*zip(first, second, strict=False), (files[0].stem, files[1].stem)]
    return next((pair for pair in pairs if pair[0] != pair[1]), DEFAULT)

"""The score below which a reader looks at nothing."""

from typing import Any


def lowest_threshold(reader: Any) -> float | None:
    """Return the lowest score of a detection that a reader may read.

    Args:
        reader: Any reader; it tells by ``lowest_threshold``, or by ``score_threshold`` if that is
            its only one.

    Returns:
        0 to 1; None where it does not tell.
    """
    score: float | None = getattr(reader, "score_threshold", None)
    return getattr(reader, "lowest_threshold", score)

"""How the reading of a number differs from the truth, in words."""

from digitdet.evaluation.strings import digit_errors


def verdict_of(reading: str, truth: str) -> str:
    """Say how a number that was read differs from the true one.

    Args:
        reading: The number that was read; "" where nothing was.
        truth: The true number; "" where there is none.

    Returns:
        ``"right"``, ``"nothing read"``, ``"digits in another order"``, or counts of `digit_errors`:
        ``"2 extra digits, 1 wrong digit"``.
    """
    if reading == truth:
        return "right"
    if not reading:
        return "nothing read"
    errors = digit_errors(reading, truth)
    parts = [
        _count(errors.missing, "digit{} missing"),
        _count(errors.extra, "extra digit{}"),
        _count(errors.wrong, "wrong digit{}"),
    ]
    if errors.misordered:
        alone = not any(parts)
        parts.append("digits in another order" if alone else "the rest in another order")
    return ", ".join(filter(None, parts))


def badness_of(reading: str, truth: str, confidence: float) -> float:
    """Return a number by which the worst reading is sorted first.

    The worst is one that is wrong and sure: no threshold on the confidence keeps it out.

    Args:
        reading: The number that was read; "" where nothing was.
        truth: The true number; "" where there is none.
        confidence: Of the reading, 0 to 1.

    Returns:
        Of wrong readings 2 to 3: the more the more sure, 2 where nothing was read. Of right ones 0
        to 1: the more the less sure; 0 where there is nothing to read.
    """
    if reading != truth:
        return 2.0 + (confidence if reading else 0.0)
    return 1.0 - confidence if reading else 0.0


def _count(number: int, words: str) -> str:
    return f"{number} {words.format('s' if number > 1 else '')}" if number else ""

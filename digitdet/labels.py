"""Labels and digits: label = digit + 1, because 0 is the detector's background."""

DIGITS = tuple("0123456789")
NUM_CLASSES = len(DIGITS) + 1


def digit_to_label(digit: int) -> int:
    """Return the label, 1 to 10, of a digit, 0 to 9.

    Raises:
        ValueError: If ``digit`` is not 0 to 9.
    """
    if not 0 <= digit <= 9:
        raise ValueError(f"a digit is 0 to 9, got {digit!r}")
    return digit + 1


def label_to_digit(label: int) -> int:
    """Return the digit, 0 to 9, of a label, 1 to 10.

    Raises:
        ValueError: If ``label`` is not 1 to 10.
    """
    if not 1 <= label <= 10:
        raise ValueError(f"a label is 1 to 10 (digit + 1), got {label!r}")
    return label - 1

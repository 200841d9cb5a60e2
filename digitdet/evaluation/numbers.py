"""The true numbers of a picture."""

import torch

from digitdet.labels import label_to_digit
from digitdet.structures import Target

TRUTHS = ("file", "left")


def check_truth(truth: str) -> str:
    """Return an order of the true digits, or refuse what is none.

    Raises:
        ValueError: If it is not one of `TRUTHS`.
    """
    if truth not in TRUTHS:
        raise ValueError(
            f"truth is 'file' (digits in the file's order) or 'left' (by left edge), got {truth!r}"
        )
    return truth


def true_numbers(target: Target, truth: str = "file") -> list[str]:
    """Return the true numbers of a picture, the first of which is *the* number.

    Args:
        target: Its ground truth; crowd boxes are left out.
        truth: The order of a number's digits: ``"file"``, as they stand in the file, or ``"left"``,
            by left edge, where the file's order means nothing (then by right, top and bottom edge,
            then label).

    Returns:
        The digits of each number, leading zeros kept; [] where there is none. Where the target has
        ``numbers``, they split its digits, the lowest first; else all digits are one number.

    Raises:
        ValueError: If ``truth`` is neither.
    """
    return [spell(target, group) for group in number_groups(target, truth)]


def number_groups(target: Target, truth: str = "file") -> list[list[int]]:
    """Return the positions of the boxes of each true number, as `true_numbers` orders them."""
    check_truth(truth)
    order = torch.nonzero(~target["iscrowd"]).flatten().tolist()
    if truth == "left":
        keys = torch.column_stack(
            [target["boxes"][:, [0, 2, 1, 3]].double(), target["labels"].double()]
        ).tolist()
        order.sort(key=lambda position: keys[position])
    numbers = target["numbers"].tolist() if "numbers" in target else [0] * len(target["labels"])
    groups: dict[int, list[int]] = {}
    for position in order:
        groups.setdefault(numbers[position], []).append(position)
    return [groups[number] for number in sorted(groups)]


def spell(target: Target, positions: list[int]) -> str:
    """Return the digits of the boxes at some positions, in their order."""
    return "".join(str(label_to_digit(label)) for label in target["labels"][positions].tolist())

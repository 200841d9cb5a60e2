"""How the reading of a number differs from the truth."""

from collections import Counter
from dataclasses import dataclass


def edit_distance(reading: str, truth: str) -> int:
    """Return the Levenshtein distance: the fewest digits to insert, delete or replace.

    Source: V. I. Levenshtein, Binary codes capable of correcting deletions, insertions, and
    reversals, 1966; computed row by row (Wagner and Fischer, 1974).
    """
    if reading == truth:
        return 0
    row = list(range(len(truth) + 1))
    for count, read in enumerate(reading, 1):
        diagonal, row[0] = row[0], count
        for position, true in enumerate(truth, 1):
            replaced = diagonal + (read != true)
            diagonal = row[position]
            row[position] = min(replaced, diagonal + 1, row[position - 1] + 1)
    return row[-1]


def common_length(reading: str, truth: str) -> int:
    """Return the length of the longest common subsequence: of digits in both, in the same order."""
    row = [0] * (len(truth) + 1)
    for read in reading:
        diagonal = 0
        for position, true in enumerate(truth, 1):
            matched = diagonal + 1 if read == true else 0
            diagonal = row[position]
            row[position] = max(matched, diagonal, row[position - 1])
    return row[-1]


@dataclass(frozen=True)
class DigitErrors:
    """How many digits of a reading differ from the truth, each digit counted once.

    With the digits as multisets, T of the truth and R of the reading: a digit of T - R and one of
    R - T make one ``wrong`` digit; what is left over of T - R is ``missing``, of R - T ``extra``.
    Of the digits in both, those outside the longest common subsequence are ``misordered``. Where a
    digit was found is not looked at: "17" for "71" is one misordered digit, not two wrong ones. All
    four are 0 just where the reading is the truth.
    """

    missing: int
    extra: int
    wrong: int
    misordered: int


def digit_errors(reading: str, truth: str) -> DigitErrors:
    """Count the differing digits of a reading, by kind."""
    lost = (Counter(truth) - Counter(reading)).total()
    added = (Counter(reading) - Counter(truth)).total()
    wrong = min(lost, added)
    # A common subsequence lies within the digits in both, whichever of equal ones those are.
    misordered = len(truth) - lost - common_length(reading, truth)
    return DigitErrors(lost - wrong, added - wrong, wrong, misordered)

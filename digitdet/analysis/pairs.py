"""Which digits are taken for which others, and how often that breaks a number."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from digitdet.evaluation.results import Result
from digitdet.labels import label_to_digit


@dataclass(frozen=True)
class ConfusedDigit:
    """A detection that names another digit than the one it lies on.

    Attributes:
        picture: Position of the picture in the results.
        detection: Row in its prediction.
        truth: Row in its target.
        found: The digit that was found.
        score: The detection's score.
        breaks: Whether the picture's number is misread because of it.
    """

    picture: int
    detection: int
    truth: int
    found: str
    score: float
    breaks: bool


@dataclass(frozen=True)
class ConfusedPair:
    """A true digit, another one that it was taken for, and where that happened.

    Attributes:
        true: The true digit.
        found: The digit that was found.
        cases: Each time that it happened, in the order of the results.
    """

    true: str
    found: str
    cases: tuple[ConfusedDigit, ...]

    @property
    def num_breaking(self) -> int:
        """How many numbers they break; two of a picture may break one together."""
        return len({case.picture for case in self.cases if case.breaks})

    def worst(self, most: int) -> list[ConfusedDigit]:
        """Return the cases that break a number, then the others, each the surest first."""
        return sorted(self.cases, key=lambda case: (not case.breaks, -case.score))[:most]


def confused_pairs(
    results: Sequence[Result],
    matches: Iterable[tuple[int, int, int]],
    breaking: Collection[tuple[int, int]],
) -> list[ConfusedPair]:
    """Sort the confused digits into pairs, the most frequent pair first.

    Args:
        results: Prediction and target of each picture.
        matches: Picture, detection and true box, by position and rows, of all that overlap enough.
        breaking: Picture and detection of what breaks a number.

    Returns:
        Pairs of different digits; equally frequent ones by their digits.
    """
    cases: defaultdict[tuple[str, str], list[ConfusedDigit]] = defaultdict(list)
    for picture, detection, truth in matches:
        prediction, target = results[picture]
        true, found = (
            str(label_to_digit(int(label)))
            for label in (target["labels"][truth], prediction["labels"][detection])
        )
        if true != found:
            score, breaks = float(prediction["scores"][detection]), (picture, detection) in breaking
            case = ConfusedDigit(picture, detection, truth, found, score, breaks)
            cases[true, found].append(case)
    pairs = [ConfusedPair(*digits, tuple(found)) for digits, found in cases.items()]
    return sorted(pairs, key=lambda pair: (-len(pair.cases), pair.true, pair.found))

"""What a reading card shows."""

from dataclasses import dataclass
from pathlib import Path

TRUTH = "truth"  # kind of a true box that is not missed

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class CardBox:
    """A true or a found digit.

    Attributes:
        box: xyxy in pixels of the photograph.
        text: What stands beside it: ``"7"`` of a true digit, ``"7 .93"`` of a found one.
        kind: What is said of it: `TRUTH`, or a value of `digitdet.analysis.errors.Verdict`, of
            which ``"missed"`` belongs to a true box and all others to found ones.
        digit: ``"0"`` to ``"9"``.
        breaks: Whether it broke the number.
        is_read: Whether it is a digit of the number that was read.
        is_shown: Whether it is drawn without being asked for.
        reading: Position among the card's readings of the one that found it.
    """

    box: Box
    text: str
    kind: str
    digit: str
    breaks: bool = False
    is_read: bool = False
    is_shown: bool = True
    reading: int = 0


@dataclass(frozen=True)
class Reading:
    """A number that was read.

    Attributes:
        name: Of the model where there are several, else "".
        text: *The* number; "" where nothing was read.
        confidence: 0 to 1; of no meaning where nothing was read.
        is_right: Whether it is the true number.
        others: The picture's further numbers.
    """

    name: str
    text: str
    confidence: float
    is_right: bool
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Card:
    """A picture, what stands there, and what was read.

    Attributes:
        image_id: The picture's id.
        picture: Its file.
        true: *The* true number; "" where there is none.
        readings: What was read: one of an analysis, one of each model of a comparison.
        verdict: How the reading differs, in words: ``"right"``, ``"1 digit missing"``.
        boxes: The true and found digits.
        kinds: Words that the page can be filtered by: the picture's kinds of error, or any others.
        digits: The digits that the page can be filtered by: those that an error is about, or, where
            there is none, all.
        badness: The page begins with the largest.
        causes: What broke the number, see `digitdet.analysis.breaking`, or any words: one of an
            analysis, one of each model of a comparison that reads it wrongly.
        other_true: Further true numbers.
        num_hidden: Found digits that ``boxes`` leaves out, all of them weak.
    """

    image_id: int
    picture: Path
    true: str
    readings: tuple[Reading, ...]
    verdict: str
    boxes: tuple[CardBox, ...]
    kinds: tuple[str, ...]
    digits: str
    badness: float
    causes: tuple[str, ...] = ()
    other_true: tuple[str, ...] = ()
    num_hidden: int = 0

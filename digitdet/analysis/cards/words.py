"""Words and letters of the page for what is said of boxes and numbers."""

from dataclasses import dataclass

from digitdet.analysis.breaking import READING, SEVERAL, UNSURE


@dataclass(frozen=True)
class Kind:
    """A kind of error as the page names it.

    Attributes:
        words: What stands beside its filter.
        letter: What stands beside its boxes, so that colour is not needed; "" for none. A and B are
            two models.
        meaning: What it says of a box; "" where the words say all.
    """

    words: str
    letter: str = ""
    meaning: str = ""


# By the values of `digitdet.analysis.errors.Verdict`, in the order of the filters.
KINDS = {
    "missed": Kind("missed", "M", "a true digit that no detection stands for"),
    "duplicate": Kind("duplicate", "D", "a further detection of a digit that was found"),
    "wrong_digit": Kind("wrong digit", "W", "placed right, but another digit"),
    "badly_placed": Kind("badly placed", "P", "the right digit, but its box is off"),
    "both": Kind("both wrong and badly placed", "X", "another digit, and its box is off"),
    "background": Kind("background", "N", "no true digit stands there"),
}
CAUSES = {
    **{name: kind.words for name, kind in KINDS.items()},
    SEVERAL: "several kinds together",
    UNSURE: "all digits found, but too unsure or loosely placed",
    READING: "the reader, which misreads the true boxes, too",
}


def kind_of(name: str) -> Kind:
    """Return how the page names a kind; a word that it does not know stands for itself."""
    return KINDS.get(name) or Kind(name)


def cause_words(name: str) -> str:
    """Return how the page names what broke a number."""
    return CAUSES.get(name, name)

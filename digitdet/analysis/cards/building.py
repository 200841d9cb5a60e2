"""Makes a reading card of each picture."""

from collections.abc import Callable, Sequence
from pathlib import Path

from digitdet.analysis.breaking import Breakage
from digitdet.analysis.cards.boxes import boxes_of, reading_threshold
from digitdet.analysis.cards.card import TRUTH, Card, CardBox, Reading
from digitdet.analysis.cards.verdicts import badness_of, verdict_of
from digitdet.analysis.errors import ERROR_KINDS, PictureErrors
from digitdet.evaluation.numbers import true_numbers
from digitdet.evaluation.results import Result
from digitdet.structures import Number, Prediction

MOST_WEAK = 10  # found digits of a picture that are kept though nothing is to be said of them


def build_cards(
    results: Sequence[Result],
    errors: Sequence[PictureErrors],
    breakages: Sequence[Breakage],
    reader: Callable[[Prediction], list[Number]],
    pictures: Sequence[Path],
    *,
    truth: str = "file",
) -> list[Card]:
    """Make a card of each picture, the worst first.

    Args:
        results: Prediction and target of each picture.
        errors: What is wrong with its boxes, from the lowest score on that the reader reads.
        breakages: What broke its number.
        reader: What reads the numbers.
        pictures: Its file.
        truth: Order of the true digits, see `true_numbers`.

    Returns:
        The cards: wrong numbers before right ones, of the wrong the surest first, of the right the
        least sure.

    Raises:
        ValueError: If there are not as many of each.
    """
    lowest = reading_threshold(reader)
    cards = [
        _build(result, found, breakage, reader(result[0]), picture, truth, lowest)
        for result, found, breakage, picture in zip(
            results, errors, breakages, pictures, strict=True
        )
    ]
    return sorted(cards, key=lambda card: -card.badness)


def _build(
    result: Result,
    errors: PictureErrors,
    breakage: Breakage,
    numbers: Sequence[Number],
    picture: Path,
    truth: str,
    lowest: float,
) -> Card:
    true, *other_true = true_numbers(result[1], truth) or [""]
    read, *other_read = [number.text for number in numbers] or [""]
    confidence = numbers[0].confidence if numbers else 0.0
    boxes = boxes_of(result, errors, breakage, numbers, lowest)
    kept, num_hidden = _without_clutter(boxes)
    kinds = {box.kind for box in boxes if box.is_shown}
    return Card(
        image_id=result[1]["image_id"],
        picture=picture,
        true=true,
        readings=(Reading("", read, confidence, read == true, tuple(other_read)),),
        verdict=verdict_of(read, true),
        boxes=kept,
        kinds=tuple(kind.value for kind in ERROR_KINDS if kind in kinds),
        digits=_digits_concerned(boxes, read, true),
        badness=badness_of(read, true, confidence),
        causes=(str(breakage.cause),) if breakage.cause else (),
        other_true=tuple(other_true),
        num_hidden=num_hidden,
    )


def _without_clutter(boxes: Sequence[CardBox]) -> tuple[tuple[CardBox, ...], int]:
    """Leave out all but the first `MOST_WEAK` found digits of which nothing is to be said."""
    weak = [box for box in boxes if not box.is_shown and box.kind != TRUTH]
    left_out = {id(box) for box in weak[MOST_WEAK:]}
    return tuple(box for box in boxes if id(box) not in left_out), len(left_out)


def _digits_concerned(boxes: Sequence[CardBox], read: str, true: str) -> str:
    """Return the digits that errors are about, or all where there are none, each once."""
    errors = {box.digit for box in boxes if box.is_shown and box.kind in set(ERROR_KINDS)}
    if errors:
        errors |= {box.digit for box in boxes if box.is_shown and box.kind == TRUTH}
    return "".join(sorted(errors or {*read, *true}))

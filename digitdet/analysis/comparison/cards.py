"""Reading cards of two models, the pictures that just one reads first."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from digitdet.analysis.breaking import find_breakages
from digitdet.analysis.cards import Card, CardBox, build_cards
from digitdet.analysis.cards.card import TRUTH
from digitdet.analysis.cards.words import cause_words
from digitdet.analysis.comparison.models import Model, ModelComparison, ReadBy
from digitdet.analysis.errors import Verdict, find_errors
from digitdet.analysis.mending import reading_level

_STEP = 1e6  # of `Card.badness`: more than that of any picture
_ORDER = {ReadBy.ONLY_A: 3, ReadBy.ONLY_B: 3, ReadBy.NEITHER: 1, ReadBy.BOTH: 0}


def compare_cards(
    a: Model,
    b: Model,
    comparison: ModelComparison,
    pictures: Sequence[Path],
    *,
    truth: str = "file",
) -> list[Card]:
    """Make a card of each picture, with both readings.

    Args:
        a: The first model.
        b: The second.
        comparison: What was found of them.
        pictures: File of each picture.
        truth: Order of the true digits, see `true_numbers`.

    Returns:
        The cards: those first that just one model reads, then those that both read wrongly but
        differently.
    """
    of_a, of_b = _cards(a, pictures, truth), _cards(b, pictures, truth)
    ids = [target["image_id"] for _, target in a.results]
    pairs = [(of_a[image_id], of_b[image_id]) for image_id in ids]
    cards = [
        _merge(*pair, (a.name, b.name), read_by)
        for pair, read_by in zip(pairs, comparison.read_by, strict=True)
    ]
    return sorted(cards, key=lambda card: -card.badness)


def _cards(model: Model, pictures: Sequence[Path], truth: str) -> dict[int, Card]:
    errors = find_errors(model.results, min_score=reading_level(model.reader))
    breakages = find_breakages(model.results, errors, model.reader, truth=truth)
    cards = build_cards(model.results, errors, breakages, model.reader, pictures, truth=truth)
    return {card.image_id: card for card in cards}


def _merge(a: Card, b: Card, names: tuple[str, str], read_by: ReadBy) -> Card:
    """Put the second model's reading and boxes on the first's card."""
    readings = tuple(
        replace(card.readings[0], name=name) for card, name in zip((a, b), names, strict=True)
    )
    differs = readings[0].text != readings[1].text
    order = 2 if read_by is ReadBy.NEITHER and differs else _ORDER[read_by]
    return replace(
        a,
        readings=readings,
        verdict=_verdict(a, b, names),
        boxes=_boxes(a.boxes, b.boxes),
        kinds=(say_read_by(read_by, names),),
        digits="".join(sorted({*a.digits, *b.digits})),
        badness=order * _STEP + max(a.badness, b.badness),
        causes=tuple(
            f"{name}: {cause_words(cause)}"
            for card, name in zip((a, b), names, strict=True)
            for cause in card.causes
        ),
        num_hidden=a.num_hidden + b.num_hidden,
    )


def say_read_by(read_by: ReadBy, names: tuple[str, str]) -> str:
    """Say in words which model reads a picture."""
    return {
        ReadBy.BOTH: "both read it",
        ReadBy.ONLY_A: f"only {names[0]} reads it",
        ReadBy.ONLY_B: f"only {names[1]} reads it",
        ReadBy.NEITHER: "neither reads it",
    }[read_by]


def _verdict(a: Card, b: Card, names: tuple[str, str]) -> str:
    if a.verdict == b.verdict:
        return f"both: {a.verdict}"
    return f"{names[0]}: {a.verdict}; {names[1]}: {b.verdict}"


def _boxes(a: Sequence[CardBox], b: Sequence[CardBox]) -> tuple[CardBox, ...]:
    """Return the true boxes once, then those that each model found."""
    pairs = zip(filter(_is_true, a), filter(_is_true, b), strict=True)
    found_by_b = [replace(box, reading=1) for box in b if not _is_true(box)]
    return (
        *(_merge_true(*pair) for pair in pairs),
        *(box for box in a if not _is_true(box)),
        *found_by_b,
    )


def _merge_true(a: CardBox, b: CardBox) -> CardBox:
    """Say of a true box which model missed it: ``"7 A"`` where the second found it."""
    missed = [letter for letter, box in (("A", a), ("B", b)) if box.kind == Verdict.MISSED]
    return replace(
        a if a.kind == Verdict.MISSED else b,
        text=f"{a.digit} {missed[0]}" if len(missed) == 1 else a.digit,
        breaks=a.breaks or b.breaks,
        is_shown=a.is_shown or b.is_shown,
        reading=0,
    )


def _is_true(box: CardBox) -> bool:
    return box.kind in (TRUTH, Verdict.MISSED)

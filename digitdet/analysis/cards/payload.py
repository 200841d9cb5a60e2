"""The data of the page: short lists, names written once."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from digitdet.analysis.cards.card import TRUTH, Card, CardBox, Reading
from digitdet.analysis.cards.photographs import Photograph
from digitdet.analysis.cards.words import CAUSES, KINDS, cause_words, kind_of

# What could end the script element that holds the data, or a line of a script.
_ESCAPES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


def to_json(cards: Sequence[Card], photographs: Sequence[Photograph], folder: str) -> str:
    """Write what the page's script reads.

    Args:
        cards: The cards, in the page's order.
        photographs: The picture of each.
        folder: Of the pictures, relative to the page.

    Returns:
        JSON that may stand in a script element whatever the cards hold. ``cards.js`` names the
        places of a card's and a box's list.
    """
    kinds = _names((card.kinds for card in cards), KINDS)
    box_kinds = _names(([box.kind for box in card.boxes] for card in cards), (TRUTH, *KINDS))
    causes = _names((card.causes for card in cards), CAUSES)
    verdicts = _names([card.verdict] for card in cards)
    content = {
        "folder": folder,
        "models": [reading.name for reading in cards[0].readings] if cards else [],
        "kinds": [_describe(name) for name in kinds],
        "boxKinds": [_describe(name) for name in box_kinds],
        "causes": [cause_words(cause) for cause in causes],
        "verdicts": list(verdicts),
        "cards": [
            [
                card.image_id,
                card.picture.name,
                photograph.name,
                *photograph.size,
                card.true,
                card.other_true,
                [_reading(reading) for reading in card.readings],
                verdicts[card.verdict],
                [kinds[kind] for kind in card.kinds],
                card.digits,
                [causes[cause] for cause in card.causes],
                card.num_hidden,
                [_box(box, box_kinds) for box in card.boxes],
            ]
            for card, photograph in zip(cards, photographs, strict=True)
        ],
    }
    return json.dumps(content, separators=(",", ":")).translate(_ESCAPES)


def _names(lists: Iterable[Iterable[str]], first: Iterable[str] = ()) -> dict[str, int]:
    """Number the names that are there: those of ``first`` in its order, then the others."""
    found = dict.fromkeys(name for names in lists for name in names)
    ordered = [name for name in first if name in found]
    ordered += [name for name in found if name not in ordered]
    return {name: position for position, name in enumerate(ordered)}


def _describe(name: str) -> dict[str, str]:
    kind = kind_of(name)
    return {"name": name, "words": kind.words, "letter": kind.letter, "meaning": kind.meaning}


def _reading(reading: Reading) -> list[Any]:
    return [reading.text, round(reading.confidence, 4), int(reading.is_right), reading.others]


def _box(box: CardBox, kinds: dict[str, int]) -> list[Any]:
    flags = box.breaks | box.is_read << 1 | box.is_shown << 2
    return [*(round(side, 1) for side in box.box), box.text, kinds[box.kind], flags, box.reading]

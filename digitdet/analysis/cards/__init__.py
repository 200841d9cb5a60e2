"""Reading cards: each picture with its boxes, the number read and the truth, on one page."""

from digitdet.analysis.cards.building import build_cards
from digitdet.analysis.cards.card import Card, CardBox, Reading
from digitdet.analysis.cards.page import write_cards

__all__ = ["Card", "CardBox", "Reading", "build_cards", "write_cards"]

"""The browser, and pages to look at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from digitdet.analysis.cards import write_cards

from .browser import Browser, start_browser
from .making import make_card, missed_card, right_card, write_picture


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless chromium for all tests; skips where there is none."""
    with start_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of four cards: 3 (missed), 1 and 4 (wrong digit), 2 (right), the worst first."""
    folder = tmp_path_factory.mktemp("few")
    picture = write_picture(folder / "pictures" / "a photo.png")
    cards = [
        make_card(picture, 1),
        right_card(picture, 2),
        missed_card(picture, 3),
        make_card(picture, 4, badness=2.5, digits="78", kinds=("wrong_digit", "background")),
    ]
    return write_cards(cards, folder / "out", title="Few cards", intro="Four pictures.")


@pytest.fixture(scope="session")
def large_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of 3000 cards, every third of each kind; ids from 1 by badness."""
    folder = tmp_path_factory.mktemp("many")
    picture = write_picture(folder / "pictures" / "photo.png")
    makers = (missed_card, make_card, right_card)
    cards = [makers[i % 3](picture, 1 + i, badness=3000.0 - i) for i in range(3000)]
    return write_cards(cards, folder / "out", title="Many cards")

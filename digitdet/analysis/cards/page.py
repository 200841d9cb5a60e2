"""Writes reading cards as one HTML page with its pictures beside it."""

from collections.abc import Sequence
from pathlib import Path

from digitdet.analysis.cards.card import Card
from digitdet.analysis.cards.payload import to_json
from digitdet.analysis.cards.photographs import write_photograph
from digitdet.analysis.web_page import assemble
from digitdet.console import track
from digitdet.whole_files import whole_file, whole_folder

PAGE = "cards.html"
FOLDER = "cards"
MARK = ".digitdet"  # in a folder of pictures that a later run may replace
# In the order in which the browser runs them.
SCRIPTS = (
    *("data", "words", "filters", "state", "labels", "overlay", "number", "card"),
    *("controls", "results", "keys", "start"),
)


def write_cards(cards: Sequence[Card], out: Path, *, title: str, intro: str = "") -> Path:
    """Write cards as a page that opens from disk, without a network.

    Args:
        cards: The cards, in any order.
        out: Folder to write ``cards.html`` and the folder ``cards`` to; what an earlier run wrote
            there is replaced.
        title: The page's heading.
        intro: Plain text below it; a line is a paragraph.

    Returns:
        The page.

    Raises:
        FileNotFoundError: If a picture is missing.
        ValueError: If a picture can't be decoded, or ``cards`` is there and no earlier run wrote
            it.
    """
    _check_folder(out / FOLDER)
    out.mkdir(parents=True, exist_ok=True)
    cards = sorted(cards, key=lambda card: -card.badness)
    # The page takes its name after its pictures did.
    with whole_file(out / PAGE) as page, whole_folder(out / FOLDER, replaces=True) as part:
        (part / MARK).touch()
        width = len(str(len(cards)))
        photographs = [
            write_photograph(card.picture, part, f"{position:0{width}}")
            for position, card in enumerate(track(cards, "writing pictures"), 1)
        ]
        text = render(to_json(cards, photographs, f"{FOLDER}/"), title, intro)
        # A path may hold bytes that are no text.
        page.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    return out / PAGE


def render(data: str, title: str, intro: str = "") -> str:
    """Put data, style and scripts in one HTML text; pictures are loaded from beside the page.

    Args:
        data: JSON that may stand in a script element.
        title: The page's heading.
        intro: Plain text below it; a line is a paragraph.
    """
    images = "'self' file:"
    return assemble(__package__, SCRIPTS, {"data": data}, title=title, intro=intro, images=images)


def _check_folder(folder: Path) -> None:
    """Refuse to replace a folder that no earlier run wrote."""
    if folder.is_symlink() or (folder.exists() and not (folder / MARK).is_file()):
        raise ValueError(
            f"{folder}: was not written by an earlier run, and would be replaced; move it away or "
            "choose another folder by --out"
        )

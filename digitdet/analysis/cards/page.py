"""Writes reading cards as one HTML page with its pictures beside it."""

import base64
import hashlib
import html
import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from digitdet.analysis.cards.card import Card
from digitdet.analysis.cards.payload import to_json
from digitdet.analysis.cards.photographs import write_photograph
from digitdet.console import track
from digitdet.whole_files import whole_file, whole_folder

PAGE = "cards.html"
FOLDER = "cards"
MARK = ".digitdet"  # in a folder of pictures that a later run may replace
# In the order in which the browser runs them.
SCRIPTS = (
    *("data", "elements", "filters", "state", "labels", "overlay", "number", "card"),
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
    """Put data, style and scripts in one HTML text.

    Its content security policy lets nothing run or load but these and pictures beside the page.

    Args:
        data: JSON that may stand in a script element.
        title: The page's heading.
        intro: Plain text below it; a line is a paragraph.
    """
    style = _source("page.css")
    script = '"use strict";\n(() => {\n' + "\n".join(_source(f"{n}.js") for n in SCRIPTS) + "})();"
    policy = (
        "default-src 'none'; img-src 'self' file:; base-uri 'none'; form-action 'none'; "
        f"style-src '{_digest(style)}'; script-src '{_digest(script)}'"
    )
    lines = [f"<p>{html.escape(line)}</p>" for line in intro.split("\n") if line.strip()]
    parts = {
        "title": html.escape(title),
        "intro": "\n".join(lines),
        "policy": policy,
        "style": style,
        "script": script,
        "data": data,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _source("page.html"))


def _source(name: str) -> str:
    return (files(__package__) / "web" / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _check_folder(folder: Path) -> None:
    """Refuse to replace a folder that no earlier run wrote."""
    if folder.is_symlink() or (folder.exists() and not (folder / MARK).is_file()):
        raise ValueError(
            f"{folder}: was not written by an earlier run, and would be replaced; move it away or "
            "choose another folder by --out"
        )

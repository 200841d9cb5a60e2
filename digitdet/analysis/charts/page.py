"""Puts sections in one HTML page that opens from disk, without a network."""

import base64
import hashlib
import html
import re
from collections.abc import Sequence
from importlib.resources import files

from digitdet.analysis.charts.markup import SHADES, STRONG_SHADE, section_markup
from digitdet.analysis.charts.sections import Section
from digitdet.analysis.charts.styles import COLORS

# In the order in which the browser runs them.
SCRIPTS = (
    *("elements", "scale", "drawing", "series", "controls", "legend", "table"),
    *("chart", "start"),
)


def render_page(title: str, intro: str, sections: Sequence[Section]) -> str:
    """Put sections in one HTML text.

    Its content security policy lets nothing run or load but what the text holds, so that it shows
    the same with and without a network; links to files beside it work where these are.

    Args:
        title: The page's heading.
        intro: Plain text below it; a line is a paragraph.
        sections: In order; the page's contents list their headings.
    """
    style = _source("page.css") + _color_rules() + _shade_rules()
    script = '"use strict";\n(() => {\n' + "\n".join(_source(f"{n}.js") for n in SCRIPTS) + "})();"
    policy = (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src '{_digest(style)}'; script-src '{_digest(script)}'"
    )
    names = [f"section-{number}" for number in range(1, len(sections) + 1)]
    parts = {
        "title": html.escape(title),
        "intro": "\n".join(f"<p>{html.escape(line)}</p>" for line in intro.splitlines() if line),
        "contents": "\n".join(map(_link, names, sections)),
        "sections": "\n".join(map(section_markup, names, sections)),
        "policy": policy,
        "style": style,
        "script": script,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _source("page.html"))


def _link(name: str, section: Section) -> str:
    return f'<li><a href="#{name}">{html.escape(section.heading)}</a></li>'


def _color_rules() -> str:
    """Rules for the colours of lines, which follow the page's."""
    light = (f".color-{number} {{ color: {one}; }}" for number, (one, _) in enumerate(COLORS))
    dark = (f".color-{number} {{ color: {one}; }}" for number, (_, one) in enumerate(COLORS))
    # On paper the page is light, whatever the screen's.
    query = "@media screen and (prefers-color-scheme: dark)"
    return "\n".join([*light, f"{query} {{", *dark, "}", ""])


def _shade_rules() -> str:
    """Rules for the grounds of a matrix's cells: no inline style passes the policy."""
    rules = []
    for number in range(SHADES + 1):
        # Neither dark nor light letters have a contrast of 4.5 to what lies between.
        share = 9 * number if number < STRONG_SHADE else 100 - 6 * (SHADES - number)
        rules.append(
            f".shade-{number} {{ background: color-mix(in srgb, var(--shade) {share}%, "
            "var(--card)); }"
        )
    return "\n".join([*rules, ""])


def _source(name: str) -> str:
    return (files(__package__) / "web" / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

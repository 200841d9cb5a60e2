"""Puts sections in one HTML page that opens from disk, without a network."""

import html
from collections.abc import Sequence

from digitdet.analysis.charts.markup import SHADES, STRONG_SHADE, section_markup
from digitdet.analysis.charts.sections import Section
from digitdet.analysis.charts.styles import COLORS
from digitdet.analysis.web_page import assemble

# In the order in which the browser runs them.
SCRIPTS = (
    *("scale", "drawing", "series", "controls", "legend", "table"),
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
    names = [f"section-{number}" for number in range(1, len(sections) + 1)]
    parts = {
        "contents": "\n".join(map(_link, names, sections)),
        "sections": "\n".join(map(section_markup, names, sections)),
    }
    style = _color_rules() + _shade_rules()
    return assemble(
        __package__, SCRIPTS, parts, title=title, intro=intro, images="data:", more_style=style
    )


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

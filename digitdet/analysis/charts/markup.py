"""The HTML of each kind of section."""

import base64
import html
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from digitdet.analysis.charts.chart import Chart
from digitdet.analysis.charts.chart_data import is_thinned, to_json
from digitdet.analysis.charts.sections import (
    ChartSection,
    FiguresSection,
    FilesSection,
    MatrixSection,
    Picture,
    PictureSection,
    Section,
    TableSection,
    TextSection,
)
from digitdet.analysis.charts.thinning import BUCKETS

SHADES = 10  # grounds of a matrix's cells, from that of the page on
STRONG_SHADE = 6  # the one from which on letters have the page's colour
MOST_UNBROKEN = 24  # letters of the cells of a column that are never broken into lines
_NUMBER = re.compile(r"[+-]?[\d,.]+(e[+-]?\d+)?( ?%)?( ± [\d.]+)?|-|", re.ASCII)
_STARTS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def section_markup(name: str, section: Section) -> str:
    """Return the HTML of a section.

    Args:
        name: Its id in the page.
        section: Its content.
    """
    heading = f'<h2 id="{name}-heading">{html.escape(section.heading)}</h2>'
    content = _MARKUP[type(section)](section, name)
    if getattr(section, "is_folded", False):
        content = f"<details><summary>{heading}</summary>\n{content}\n</details>"
    else:
        content = f"{heading}\n{content}"
    return f'<section id="{name}" aria-labelledby="{name}-heading">\n{content}\n</section>'


def _text(section: TextSection, _: str) -> str:
    if section.is_code:
        code = html.escape(section.text)
        return f'<pre tabindex="0" role="group" aria-label="text">{code}</pre>'
    return _paragraphs(section.text)


def _figures(section: FiguresSection, _: str) -> str:
    items = []
    for figure in section.figures:
        note = f'<span class="note">{html.escape(figure.note)}</span>' if figure.note else ""
        items.append(
            f"<div><dt>{html.escape(figure.name)}</dt>"
            f"<dd><b>{html.escape(figure.value)}</b>{note}</dd></div>"
        )
    return f'<dl class="figures">{"".join(items)}</dl>'


def _table(section: TableSection, name: str) -> str:
    columns = list(zip(*section.rows, strict=True))
    classes = [_column_class(column) for column in columns]
    classes += [""] * (len(section.header) - len(classes))
    head = "".join(
        f'<th scope="col"{style}>{html.escape(cell)}</th>'
        for cell, style in zip(section.header, classes, strict=True)
    )
    rows = []
    for first, *others in section.rows:
        cells = "".join(
            f"<td{style}>{html.escape(cell)}</td>"
            for cell, style in zip(others, classes[1:], strict=True)
        )
        rows.append(f'<tr><th scope="row"{classes[0]}>{html.escape(first)}</th>{cells}</tr>')
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return _scrolled(table, name) + _paragraphs(section.note, "note")


def _column_class(cells: Sequence[str]) -> str:
    """Align numbers right, and keep short cells in one line."""
    if all(map(_NUMBER.fullmatch, cells)):
        return ' class="number short"'
    return ' class="short"' if max(map(len, cells)) <= MOST_UNBROKEN else ""


def _matrix(section: MatrixSection, name: str) -> str:
    head = "".join(f'<th scope="col">{html.escape(column)}</th>' for column in section.names)
    rows = "".join(
        f'<tr><th scope="row">{html.escape(row)}</th>{"".join(_shaded(counts))}</tr>'
        for row, counts in zip(section.names, section.counts, strict=True)
    )
    corner = f"{html.escape(section.row_title)} \u2193 / {html.escape(section.column_title)} \u2192"
    table = (
        f'<table class="matrix"><thead><tr><th scope="col">{corner}</th>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
    return _scrolled(table, name) + _paragraphs(section.note, "note")


def _shaded(counts: Sequence[int]) -> list[str]:
    total = max(sum(counts), 1)
    cells = []
    for count in counts:
        shade = -(-SHADES * count // total)  # rounded up: a single one is seen
        strong = " strong" if shade >= STRONG_SHADE else ""
        share = "" if not count else f"<small>{_percent(count / total)}</small>"
        cells.append(f'<td class="shade-{shade}{strong}">{count or "&middot;"}{share}</td>')
    return cells


def _percent(share: float) -> str:
    return "&lt;1 %" if share < 0.01 else f"{100 * share:.0f} %"


def _charts(section: ChartSection, name: str) -> str:
    notes = _paragraphs(section.note, "note")
    if any(map(is_thinned, section.charts)):
        notes += _paragraphs(
            f"A line of more than {2 * BUCKETS:,} points is drawn from the lowest to the highest "
            f"value of each of {BUCKETS} stretches; a value that is read out, and a smoothed line, "
            "is of their means.",
            "note",
        )
    charts = (
        _chart(chart, f"{name}-chart-{number}", section.pictures.get(chart.name))
        for number, chart in enumerate(section.charts, 1)
    )
    return notes + f'<div class="charts">{"".join(charts)}</div>'


def _chart(chart: Chart, name: str, picture: bytes | None) -> str:
    title = html.escape(chart.title)
    still = "<p>This chart needs JavaScript.</p>"
    if picture is not None:
        still = f'<img src="{_data_uri(picture)}" alt="{title}">'
    return (
        f'<figure class="chart" id="{name}" aria-labelledby="{name}-title">'
        f'<figcaption id="{name}-title">{title}</figcaption>'
        f'<script type="application/json">{to_json(chart)}</script>'
        f"<noscript>{still}</noscript></figure>"
    )


def _pictures(section: PictureSection, _: str) -> str:
    size = "large" if section.is_large else "small"
    items = "".join(f"<li>{_picture(picture)}</li>" for picture in section.pictures)
    return _paragraphs(section.note, "note") + f'<ul class="pictures {size}">{items}</ul>'


def _picture(picture: Picture) -> str:
    words, caption = html.escape(picture.words), html.escape(picture.caption)
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f'<figure><img src="{_data_uri(picture.content)}" alt="{words}">{below}</figure>'


def _files(section: FilesSection, _: str) -> str:
    items = "".join(
        f'<li><a href="{html.escape(_address(file))}">{html.escape(file)}</a> {html.escape(words)}'
        "</li>"
        for file, words in section.files.items()
    )
    return f'<ul class="files">{items}</ul>'


def _address(file: str) -> str:
    # A colon in the first part would be a scheme.
    return "./" + quote(file, errors="surrogateescape")


def _paragraphs(text: str, class_: str = "") -> str:
    style = f' class="{class_}"' if class_ else ""
    return "".join(f"<p{style}>{html.escape(line)}</p>" for line in text.splitlines() if line)


def _scrolled(table: str, name: str) -> str:
    """Let a wide table be scrolled on a narrow page, by keys too."""
    return (
        f'<div class="scrolled" tabindex="0" role="group" aria-labelledby="{name}-heading">'
        f"{table}</div>"
    )


def _data_uri(content: bytes) -> str:
    kinds = (kind for start, kind in _STARTS.items() if content.startswith(start))
    kind = next(kinds, "image/svg+xml")
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


_MARKUP: Mapping[type, Callable[[Any, str], str]] = {
    TextSection: _text,
    FiguresSection: _figures,
    TableSection: _table,
    MatrixSection: _matrix,
    ChartSection: _charts,
    PictureSection: _pictures,
    FilesSection: _files,
}

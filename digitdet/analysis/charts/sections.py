"""What a page of results is made of, part by part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from digitdet.analysis.charts.chart import Chart


@dataclass(frozen=True)
class TextSection:
    """Paragraphs, or text as it is.

    Attributes:
        heading: Above it.
        text: Plain text; a line is a paragraph.
        is_code: Whether lines, spaces and letters are shown as in a file.
        is_folded: Whether it is opened by a click on its heading.
    """

    heading: str
    text: str
    is_code: bool = False
    is_folded: bool = False


@dataclass(frozen=True)
class Figure:
    """A number to be seen at once.

    Attributes:
        name: What it measures.
        value: As text.
        note: In small letters below it.
    """

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class FiguresSection:
    """The numbers that come first.

    Attributes:
        heading: Above them.
        figures: In order.
    """

    heading: str
    figures: Sequence[Figure]


@dataclass(frozen=True)
class TableSection:
    """A table; its first column names the rows.

    Attributes:
        heading: Above it.
        header: Names of the columns.
        rows: Cells, as text; columns of numbers are aligned right.
        note: Plain text below it; a line is a paragraph.
        is_folded: Whether it is opened by a click on its heading.
    """

    heading: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    is_folded: bool = False


@dataclass(frozen=True)
class MatrixSection:
    """A table of counts, shaded by the share that each has of its row.

    Attributes:
        heading: Above it.
        names: Of the rows, and of the columns.
        counts: A row's counts, row by row.
        row_title: What rows are.
        column_title: What columns are.
        note: Plain text below it; a line is a paragraph.
    """

    heading: str
    names: Sequence[str]
    counts: Sequence[Sequence[int]]
    row_title: str
    column_title: str
    note: str = ""


@dataclass(frozen=True)
class ChartSection:
    """Charts to look closer at: values by pointer or keys, lines hidden and shown.

    Attributes:
        heading: Above them.
        charts: In order.
        pictures: Name of a chart -> its PNG or SVG, for who reads without JavaScript.
        note: Plain text above them; a line is a paragraph.
    """

    heading: str
    charts: Sequence[Chart]
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture, held in the page itself.

    Attributes:
        content: A PNG, JPEG or SVG file.
        words: What it shows, for who does not see it.
        caption: Below it.
    """

    content: bytes
    words: str
    caption: str = ""


@dataclass(frozen=True)
class PictureSection:
    """Pictures in a grid.

    Attributes:
        heading: Above them.
        pictures: In order.
        note: Plain text above them; a line is a paragraph.
        is_large: Whether each has the whole width.
    """

    heading: str
    pictures: Sequence[Picture]
    note: str = ""
    is_large: bool = False


@dataclass(frozen=True)
class FilesSection:
    """Links to files beside the page.

    Attributes:
        heading: Above them.
        files: Path relative to the page, with slashes -> what it holds.
    """

    heading: str
    files: Mapping[str, str]


Section = (
    TextSection
    | FiguresSection
    | TableSection
    | MatrixSection
    | ChartSection
    | PictureSection
    | FilesSection
)

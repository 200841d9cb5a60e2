"""How lines of a chart are told apart: by colour, by dashes and by markers."""

from dataclasses import dataclass

# Hues of Okabe and Ito (2008), which any eye tells apart, each with a contrast of 3 : 1 or more to
# a white page, then to one of #1d2023 (WCAG 2.2, 1.4.11).
COLORS = (
    ("#0072b2", "#56b4e9"),
    ("#d55e00", "#ff8c3a"),
    ("#008561", "#2fc99b"),
    ("#b0568a", "#e09bc4"),
    ("#1a1a1a", "#ededed"),
    ("#8f6900", "#f0c33c"),
    ("#3d87b0", "#9fd8ff"),
    ("#767676", "#9a9fa4"),
)
# Lengths of line and gap, in widths of the line, as matplotlib takes them; none for a whole line.
DASHES: tuple[tuple[float, ...], ...] = ((), (5, 2), (1.5, 1.5), (6, 1.5, 1.5, 1.5), (9, 2.5))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")  # matplotlib's names of their shapes


@dataclass(frozen=True)
class Style:
    """How one line looks.

    Attributes:
        color_light: ``#rrggbb`` on a light page, and in pictures.
        color_dark: ``#rrggbb`` on a dark one.
        dashes: Lengths of line and gap in turn, in widths of the line; empty for a whole line.
        marker: Shape of its points, by matplotlib's name.
    """

    color_light: str
    color_dark: str
    dashes: tuple[float, ...]
    marker: str


def style(index: int) -> Style:
    """Return the style of a line.

    Any two of 8 lines that follow each other differ in colour and in marker, any two of 40 in
    dashes or marker, which is enough without colour; then they begin again.

    Args:
        index: Of the line, from 0.

    Raises:
        ValueError: If it is negative.
    """
    if index < 0:
        raise ValueError(f"a line's style is 0 or more, got {index!r}")
    # As 5 and 8 have no common factor, pairs of dashes and marker repeat after 40.
    light, dark = COLORS[index % len(COLORS)]
    dashes = DASHES[index % len(DASHES)]
    return Style(light, dark, dashes, MARKERS[index % len(MARKERS)])

from itertools import combinations

import pytest

from digitdet.analysis.charts.styles import COLORS, style

PAGES = ("#ffffff", "#1d2023")


def _luminance(color: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    shares = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    dark, light = sorted(map(_luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def test_a_negative_index_is_refused() -> None:
    with pytest.raises(ValueError, match="0 or more, got -1"):
        style(-1)


def test_the_first_line_is_whole() -> None:
    assert style(0).dashes == ()


def test_eight_lines_differ_in_colour_and_in_marker() -> None:
    styles = [style(index) for index in range(3, 11)]
    for part in ("color_light", "color_dark", "marker"):
        assert len({getattr(one, part) for one in styles}) == 8


def test_forty_lines_are_told_apart_without_colour() -> None:
    for one, other in combinations([style(index) for index in range(40)], 2):
        assert (one.dashes, one.marker) != (other.dashes, other.marker)


@pytest.mark.parametrize("colors", COLORS)
def test_each_colour_stands_out_from_its_page(colors: tuple[str, str]) -> None:
    for color, page in zip(colors, PAGES, strict=True):
        assert _contrast(color, page) >= 3

"""Tables of figures."""

import io

from rich.console import Console

from digitdet.evaluation.figure_tables import figures_table


def _rows(figures: dict[str, float], notes: dict[str, str]) -> list[list[str]]:
    """The cells of each line of the printed table, from its title on."""
    console = Console(file=io.StringIO(), width=100)
    console.print(figures_table("split", figures, notes))
    lines = console.file.getvalue().replace("┃", "│").splitlines()
    return [
        [cell.strip() for cell in line.strip("│").split("│")] for line in lines if "──" not in line
    ]


def test_a_table_without_figures_has_a_title_and_a_head() -> None:
    rows = _rows({}, {})
    assert rows[0] == ["split"]
    assert ["metric", "value"] in rows


def test_counts_are_whole_and_shares_have_four_places() -> None:
    rows = _rows({"map": 0.38271, "digits_wrong": 12.0}, {})
    assert ["map", "0.3827"] in rows
    assert ["digits_wrong", "12"] in rows


def test_the_reason_stands_beside_minus_one() -> None:
    rows = _rows({"map": 0.5, "ap_3": -1.0}, {"ap_3": "no digit is a 3"})
    assert ["metric", "value", "why it is -1"] in rows
    assert ["map", "0.5000", ""] in rows
    assert ["ap_3", "-1", "no digit is a 3"] in rows


def test_heights_digits_and_numbers_are_set_apart() -> None:
    names = ["map", "map_height_0_12", "ap_0", "ap_1", "number_accuracy"]
    console = Console(file=io.StringIO(), width=100)
    console.print(figures_table("split", dict.fromkeys(names, 0.5), {}))
    table = console.file.getvalue().split("┩")[-1].splitlines()
    shown = [line.strip("│ ").split(" ")[0] if "│" in line else "-" for line in table[1:]]
    assert shown == [
        "map",
        "-",
        "map_height_0_12",
        "-",
        "ap_0",
        "ap_1",
        "-",
        "number_accuracy",
        "-",
    ]

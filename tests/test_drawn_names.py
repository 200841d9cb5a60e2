"""No two drawn pictures have one name."""

import os

from digitdet.drawn_names import DrawnNames


def test_names_are_numbered_whatever_their_case() -> None:
    names = DrawnNames()
    chosen = [names.choose(stem) for stem in ("a", "b", "a", "A", "a_2")]
    assert chosen == ["a.png", "b.png", "a_2.png", "A_3.png", "a_2_2.png"]


def test_names_that_may_not_be_used_are_passed_over() -> None:
    assert DrawnNames().choose("a", lambda name: name != "a.png") == "a_2.png"


def test_long_names_are_cut_between_letters() -> None:
    names = DrawnNames()
    first, second = names.choose("\u00e9" * 126), names.choose("\u00e9" * 125)
    assert first == "\u00e9" * 110 + ".png"
    assert second == "\u00e9" * 110 + "_2.png"
    assert len(os.fsencode(second)) < 230

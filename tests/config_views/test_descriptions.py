"""Describing classes by their signatures and docstrings."""

import inspect
from typing import Any

import pytest
import torch

from digitdet.config_views.descriptions import argument_text, arguments_text, first_line
from digitdet.datasets import CocoDigits, SyntheticDigits
from digitdet.models import FasterRCNN


class Bare:
    def __init__(self, size: Any, *, kind: Any = torch.float32, make: Any = len, **_: Any) -> None:
        pass


class Heir(Bare):
    """First sentence. And a second.

    More of it.

    Args:
        size: In pixels,
            of both sides.

            On two paragraphs.
        sizes (list[int], optional): Several of them.

    Attributes:
        kind: Not an argument here.
    """

    def __init__(self, size: Any = (1,), sizes: Any = None) -> None:
        pass


def test_what_has_no_docstring_has_no_line() -> None:
    assert first_line(Bare) == ""
    assert argument_text(Bare, "size") == ""


def test_a_line_is_the_first_sentence() -> None:
    assert first_line(Heir) == "First sentence."


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("size", "In pixels, of both sides. On two paragraphs."),
        ("sizes", "Several of them."),
        ("siz", ""),
        ("kind", ""),
    ],
)
def test_an_argument_has_its_entry(name: str, text: str) -> None:
    assert argument_text(Heir, name) == text


def test_arguments_stand_with_their_defaults() -> None:
    assert arguments_text(Bare) == "(size, kind=torch.float32, make=len, ...)"
    assert arguments_text(Heir, given={"size"}) == "(sizes=None)"


@pytest.mark.parametrize("kind", [CocoDigits, SyntheticDigits, FasterRCNN])
def test_all_arguments_of_our_own_classes_are_told(kind: type) -> None:
    names = list(inspect.signature(kind).parameters)
    assert [name for name in names if not argument_text(kind, name)] == []

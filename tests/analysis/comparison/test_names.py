"""How compared models are called."""

from pathlib import Path

import pytest

from digitdet.analysis.comparison.names import name_models


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (("one/pred.json", "one/pred.json"), ("A", "B")),
        (("one/pred.json", "two/pred.json"), ("one", "two")),
        (("one/val/pred.json", "two/val/pred.json"), ("one", "two")),
        (("one/old.json", "two/new.json"), ("one", "two")),
        (("one/old.json", "one/new.json"), ("old", "new")),
        (("pred.json", "one/pred.json"), ("runs", "one")),
    ],
)
def test_the_nearest_folders_that_differ_name_them(
    files: tuple[str, str], names: tuple[str, str]
) -> None:
    first, second = (Path("/runs") / file for file in files)
    assert name_models((first, second)) == names


def test_names_that_are_given_are_taken() -> None:
    assert name_models((Path("a.json"), Path("b.json")), ["old", " new "]) == ("old", "new")


@pytest.mark.parametrize("names", [["a", "a"], ["a", " "], ["", "b"], ["a", "a "]])
def test_names_that_tell_nothing_apart_are_refused(names: list[str]) -> None:
    with pytest.raises(ValueError, match="two different names"):
        name_models((Path("a.json"), Path("b.json")), names)

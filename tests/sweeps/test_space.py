"""Spaces: what is read of their files, and what is refused with its line."""

from pathlib import Path
from typing import Any

import pytest
from sweeps.toys import write_space

from digitdet.sweeps.dimension import Dimension
from digitdet.sweeps.space import read_space, to_dimension


def test_a_space_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "spaces.py").write_text("", encoding="utf-8")
    with pytest.raises(FileNotFoundError, match=r"no such space; did you mean .*spaces\.py"):
        read_space(tmp_path / "space.py")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "states no keys to try; write space = "),
        ("space = {}", "states no keys to try"),
        ("space = []", "states no keys to try"),
        ("spase = {'a': [1, 2]}", "states 'spase'.*did you mean 'space'"),
        ("space = {'a': [1, 2]}\nmore = 1", "states 'more', but a space states `space` alone"),
        ("space = {'a': range(3)}", r"space\.py:1: .*calls nothing but"),
        ("import os\nspace = {'a': [1, 2]}", r"space\.py:1: "),
        ("space = {\n    'a': [1, 2],\n    'b': 3,\n}", r"space\.py:3: b: takes a list of values"),
    ],
)
def test_a_file_that_is_no_space_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "space.py").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read_space(tmp_path / "space.py")


def test_ranges_and_lists_are_read_in_their_order(tmp_path: Path) -> None:
    file = write_space(
        tmp_path,
        '"optim_wrapper.optimizer.lr": dict(type="float", low=1e-4, high=1e-1, log=True),\n'
        '"model.min_size": dict(type="int", low=64, high=2 * 64, step=32),\n'
        '"train_dataloader.batch_size": [4, 8],',
    )
    rate, size, batch = read_space(file)
    assert (rate.key, rate.kind, rate.ends) == (
        "optim_wrapper.optimizer.lr",
        "float",
        [1e-4, 0.1],
    )
    assert rate.log
    assert rate.values() is None
    assert size.values() == [64, 96, 128]
    assert batch.values() == batch.ends == [4, 8]
    assert batch.place.endswith("space.py:4")


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ([], "the list is empty"),
        ([1, 1], "names 1 twice"),
        ([float("inf")], "inf can't be tried"),
        (dict(type="float", low=1, hihg=2), "no 'hihg'; did you mean 'high'"),
        (dict(type="SGD"), "the type of a range is .* got 'SGD'"),
        (dict(type="SGD", lr=1), "no 'lr'.* To try whole dicts, list them"),
        (dict(type="float", low=1), "high is a number, got None"),
        (dict(type="int", low=1.5, high=3), "low is a whole number, got 1.5"),
        (dict(type="float", low=True, high=3), "low is a number, got True"),
        (dict(type="float", low=2, high=2), "low is less than high, got 2.0 and 2.0"),
        (dict(type="float", low=0, high=1, log=True), "a low above 0"),
        (dict(type="float", low=0, high=1, log=1), "log is True or False"),
        (dict(type="float", low=1, high=2, log=True, step=1), "not both"),
        (dict(type="int", low=1, high=2, step=0), "step is positive"),
        (dict(type="int", low=64, high=100, step=32), "no number of steps of 32"),
    ],
)
def test_a_range_that_holds_nothing_is_refused(stated: Any, message: str) -> None:
    with pytest.raises(ValueError, match=rf"space\.py:2: a\.b: .*{message}"):
        to_dimension("a.b", stated, "space.py:2")


@pytest.mark.parametrize("key", ["", "a..b", 3])
def test_what_is_no_key_is_refused(key: Any) -> None:
    with pytest.raises(ValueError, match="is no key of a config"):
        to_dimension(key, [1, 2], "space.py:2")


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("work_dir", "is decided by the sweep"),
        ("randomness.seed", "is chance, no setting.* --seeds"),
    ],
)
def test_what_is_no_setting_is_refused(key: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        to_dimension(key, [1, 2], "space.py:2")


def test_a_key_within_another_is_refused(tmp_path: Path) -> None:
    file = write_space(tmp_path, '"model": [dict(type="A")],\n"model.depth": [18, 50],')
    with pytest.raises(ValueError, match=r"space\.py:3: model\.depth is a part of model"):
        read_space(file)


@pytest.mark.parametrize(
    ("dimension", "value", "is_in"),
    [
        (Dimension("a", "", "choice", choices=[]), 1, False),
        (Dimension("a", "", "choice", choices=[1, None]), None, True),
        (Dimension("a", "", "choice", choices=[1, 0]), True, False),
        (Dimension("a", "", "choice", choices=[[1, 2], {"b": 3}]), {"b": 3}, True),
        (Dimension("a", "", "float", 0.1, 0.5), 0.5, True),
        (Dimension("a", "", "float", 0.1, 0.5), 0.6, False),
        (Dimension("a", "", "float", 0.1, 0.5), "0.2", False),
        (Dimension("a", "", "float", 0.1, 0.5, step=0.1), 0.30000000000000004, True),
        (Dimension("a", "", "float", 0.1, 0.5, step=0.1), 0.25, False),
        (Dimension("a", "", "int", 1, 5), 2.5, False),
        (Dimension("a", "", "int", 1, 5), True, False),
        (Dimension("a", "", "int", 1, 5), 2, True),
    ],
)
def test_values_of_a_dimension_survive_the_study(
    dimension: Dimension, value: Any, is_in: bool
) -> None:
    if not is_in:
        with pytest.raises(ValueError, match="is not"):
            dimension.label(value)
        return
    label = dimension.label(value)
    assert isinstance(label, str | int | float | None)
    assert dimension.value(label) == pytest.approx(value)

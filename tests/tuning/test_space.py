"""What is tried of a reader."""

from collections.abc import Sequence

import pytest

from digitdet.readers import LeftToRightReader
from digitdet.registry import READERS
from digitdet.structures import Number, Prediction
from digitdet.tuning.building import build_readers
from digitdet.tuning.grid import list_settings
from digitdet.tuning.space import SPACES, default_setting, find_space, parse_space

LEFT = {"type": "LeftToRightReader"}


@pytest.fixture(scope="module", autouse=True)
def _own_reader() -> None:
    """A user's own reader, which no table knows."""

    class SpaceTestReader:
        def __init__(
            self, limits: Sequence[float] = (0.5, 0.2), order: str = "x", most: int | None = None
        ) -> None:
            self.limits, self.order, self.most = limits, order, most

        def __call__(self, prediction: Prediction) -> list[Number]:
            return LeftToRightReader()(prediction)

    if "SpaceTestReader" not in READERS:
        READERS.register_module(module=SpaceTestReader)


OWN = {"type": "SpaceTestReader"}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], {}),
        (["a=1"], {"a": [1]}),
        (["a=0.5,1,x", "b=None,true"], {"a": [0.5, 1, "x"], "b": [None, True]}),
        (["a=(0.5, 0.2),(0.5,),()"], {"a": [(0.5, 0.2), (0.5,), ()]}),
        (["a=[1,2],[3]", "b='x,y'"], {"a": [[1, 2], [3]], "b": ["'x", "y'"]}),
        ([" a = 1 , 2 "], {"a": [1, 2]}),
        (["a=x=y"], {"a": ["x=y"]}),
    ],
)
def test_candidates_are_parsed(options: list[str], expected: dict[str, object]) -> None:
    assert parse_space(options) == expected


@pytest.mark.parametrize("option", ["", "a", "a=", "=1", "a=1,", "a=,1"])
def test_an_option_of_another_form_is_refused(option: str) -> None:
    with pytest.raises(ValueError, match=r"--space takes ARGUMENT=VALUE,VALUE"):
        parse_space([option])


def test_a_broken_value_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'\(1,2' of 'a=\(1,2' is no Python literal"):
        parse_space(["a=(1,2"])


def test_an_argument_that_is_named_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="names 'a' twice"):
        parse_space(["a=1", "a=2"])


def test_the_default_is_among_the_candidates() -> None:
    assert find_space(LEFT, ["score_threshold=0.9,0.1"]) == {"score_threshold": [0.1, 0.7, 0.9]}
    stated = {**LEFT, "score_threshold": 0.3}
    assert find_space(stated, ["score_threshold=0.9,0.3"]) == {"score_threshold": [0.3, 0.9]}
    assert 0.62 in find_space({**LEFT, "score_threshold": 0.62})["score_threshold"]


def test_values_that_are_no_numbers_keep_their_order_behind_the_default() -> None:
    space = find_space(OWN, ["limits=(0.9,),(0.1,)", "order=z,x,y", "most=4,5"])
    assert space == {
        "limits": [(0.5, 0.2), (0.9,), (0.1,)],
        "order": ["x", "z", "y"],
        "most": [None, 4, 5],
    }


def test_a_list_in_a_config_is_a_tuple_of_the_space() -> None:
    reader = {**OWN, "limits": [0.9]}
    assert find_space(reader, ["limits=(0.9,),[0.5]"]) == {"limits": [(0.9,), (0.5,)]}
    assert default_setting(reader, ["limits", "order"]) == {"limits": (0.9,), "order": "x"}


def test_an_unknown_argument_is_refused_with_a_suggestion() -> None:
    with pytest.raises(ValueError, match=r"no argument 'score_treshold'; did you mean 'score_thr"):
        find_space(LEFT, ["score_treshold=0.5"])
    with pytest.raises(ValueError, match=r"no argument 'zzz'; it takes \['score_threshold'\]"):
        find_space(LEFT, ["zzz=0.5"])


def test_a_reader_that_the_table_does_not_know_needs_options() -> None:
    with pytest.raises(ValueError, match=r"SpaceTestReader; state them.*--space limits=VALUE"):
        find_space(OWN)


@pytest.mark.parametrize("name", SPACES)
def test_each_reader_of_the_table_takes_each_of_its_values(name: str) -> None:
    space = find_space({"type": name})
    assert space
    assert all(len(values) > 1 for values in space.values())
    settings = list_settings(space, default_setting({"type": name}, space), max_settings=100)
    taken, _ = build_readers({"type": name}, settings)
    assert taken == settings

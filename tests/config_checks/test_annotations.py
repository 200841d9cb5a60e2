"""Values against annotations."""

import inspect
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Number
from pathlib import Path
from typing import Annotated, Any, Literal, NewType, Optional, Protocol, TypedDict, TypeVar, Union

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torchvision.transforms import AutoAugmentPolicy

from digitdet.config_checks.annotations import Built, misfit, words
from digitdet.config_checks.arguments import registered
from digitdet.config_checks.parts import find, find_parts
from digitdet.config_checks.signatures import signature_of
from digitdet.registry import (
    BACKBONES,
    DATASETS,
    HOOKS,
    METRICS,
    MODELS,
    OPTIMIZERS,
    PARAM_SCHEDULERS,
    READERS,
    TRANSFORMS,
)

REGISTRIES = (
    *(BACKBONES, DATASETS, HOOKS, METRICS, MODELS),
    *(OPTIMIZERS, PARAM_SCHEDULERS, READERS, TRANSFORMS),
)
T = TypeVar("T")
Count = NewType("Count", int)


class Shape(TypedDict):
    width: int


class Drawable(Protocol):
    def draw(self) -> None: ...


FITTING: list[tuple[Any, Any]] = [
    ([], Sequence[int]),
    ((), Sequence[int]),
    ({}, Mapping[str, int]),
    ("", str),
    (3, int),
    (3, float),
    (3.5, float),
    (3, Number),
    (True, bool),
    (None, None),
    (None, int | None),
    ("a", int | str | None),
    (None, Optional[int]),  # noqa: UP045
    ([1, 2], tuple[int, int]),
    ([1, 2, 3], tuple[int, ...]),
    ((1, 2), list[int]),
    ([[1], [2, 3]], Sequence[Sequence[int]]),
    ([1], list),
    ([1, "a", None], Sequence[Any]),
    ({"a": [1]}, dict[str, list[int]]),
    ({"a": 1}, dict),
    ("a", Literal["a", "b"]),
    (1, Union[Sequence[int], int]),  # noqa: UP007
    ([1], Union[Sequence[int], int]),  # noqa: UP007
    ("a/b", Path),
    ("a/b", str | Path),
    (3, Annotated[int, "a count"]),
    (3, Count),
    ({"width": "wrong, but not judged"}, Shape),
    ("not judged", Drawable),
    ("not judged", T),
    ("not judged", "a text"),
    ("anything", object),
    ({}, Any),
    (Built(), nn.Module),
    (Built(), Mapping[str, Any] | nn.Module),
    (Built(), Any),
    (Built(), Callable[[int], int]),
    ([Built(), Built()], Sequence[Any]),
    ([Built()], Sequence[Callable[..., Any]]),
    (print, Callable[..., Any]),
]
MISFITTING: list[tuple[Any, Any, str, str]] = [
    (True, int, "", "a whole number (int)"),
    (True, float, "", "a number (float)"),
    (True, Number, "", "a number"),
    (1, bool, "", "True or False"),
    (1.0, int, "", "a whole number (int)"),
    ("3", int, "", "a whole number (int)"),
    ("3", float, "", "a number (float)"),
    (3, str, "", "a text (str)"),
    (3, Path, "", "a path (str)"),
    (None, int, "", "a whole number (int)"),
    (0, None, "", "None"),
    ("a", int | None, "", "a whole number (int) or None"),
    ("abc", Sequence[str], "", "a list, each item a text (str)"),
    ("abc", list, "", "a list"),
    ({}, Sequence[Any], "", "a list"),
    ([], Mapping[str, int], "", "a dict"),
    (Built(), Sequence[Any], "", "a list"),
    (Built(), str, "", "a text (str)"),
    (Built(), int | None, "", "a whole number (int) or None"),
    ([1, "a"], Sequence[int], "1", "a whole number (int)"),
    ([[1], ["a"]], Sequence[Sequence[int]], "1.0", "a whole number (int)"),
    ([[1], 2], Sequence[Sequence[int]], "1", "a list, each item a whole number (int)"),
    ([[1], ["a"]], Sequence[Sequence[int]] | None, "1.0", "a whole number (int)"),
    ([1], tuple[int, int], "", "a list of 2: a whole number (int), a whole number (int)"),
    ([1, "a"], tuple[int, int], "1", "a whole number (int)"),
    ({"a": ["b"]}, dict[str, list[int]], "a.0", "a whole number (int)"),
    ("c", Literal["a", "b"], "", "one of 'a', 'b'"),
    (1, Literal[True], "", "True"),
    ("c", Literal["a"] | int, "", "'a' or a whole number (int)"),
    ("a", float | torch.Tensor, "", "a number (float)"),
    ("a", torch.Tensor, "", "an object of the class Tensor"),
    ("a", Callable[..., Any], "", "a function"),
    ("svhn", AutoAugmentPolicy, "", "one of AutoAugmentPolicy, which a config can't hold"),
    ([1, None], Iterable[int], "1", "a whole number (int)"),
]


@pytest.mark.parametrize(("value", "annotation"), FITTING)
def test_a_value_of_its_type_fits(value: Any, annotation: Any) -> None:
    assert misfit(value, annotation) is None


@pytest.mark.parametrize(("value", "annotation", "path", "expected"), MISFITTING)
def test_a_value_of_another_type_is_named_with_what_is_taken(
    value: Any, annotation: Any, path: str, expected: str
) -> None:
    found = misfit(value, annotation)
    assert found is not None
    assert ".".join(found.path) == path
    assert found.expected == expected


ANNOTATIONS = st.recursive(
    st.sampled_from([int, float, str, bool, None]),
    lambda inner: st.one_of(
        st.builds(lambda kind: Sequence[kind], inner),  # type: ignore[valid-type]
        st.builds(lambda kind: dict[str, kind], inner),  # type: ignore[valid-type]
        st.builds(lambda one, two: tuple[one, two], inner, inner),  # type: ignore[valid-type]
        st.builds(lambda one, two: Union[one, two], inner, inner),  # noqa: UP007
    ),
    max_leaves=5,
)
VALUES = st.recursive(
    st.sampled_from([0, 1.5, "a", True, None]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.sampled_from("xy"), inner, max_size=2)
    ),
    max_leaves=5,
)


def _is_of(value: Any, annotation: Any) -> bool:
    """The same by the plainest reading of an annotation."""
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Union:
        return any(_is_of(value, arg) for arg in args)
    if origin is dict:
        return isinstance(value, dict) and all(_is_of(each, args[1]) for each in value.values())
    if origin is tuple:
        fits = isinstance(value, list) and len(value) == 2
        return fits and _is_of(value[0], args[0]) and _is_of(value[1], args[1])
    if origin is not None:
        return isinstance(value, list) and all(_is_of(each, args[0]) for each in value)
    if annotation is float:
        return type(value) in (int, float)
    return type(value) is (type(None) if annotation is None else annotation)


@given(annotation=ANNOTATIONS, value=VALUES)
def test_a_misfit_is_found_if_there_is_one_and_leads_to_it(annotation: Any, value: Any) -> None:
    found = misfit(value, annotation)
    assert (found is None) == _is_of(value, annotation)
    assert words(annotation)
    if found is not None:
        for name in found.path:
            value = value[name] if isinstance(value, dict) else value[int(name)]
        assert value == found.value


def test_the_defaults_of_all_that_is_registered_fit_their_annotations() -> None:
    find_parts({})  # registers what mmengine brings
    compared = 0
    for registry in REGISTRIES:
        for name in registered(registry):
            kind = find(registry, name)
            assert kind is not None
            for argument, parameter in signature_of(kind).parameters.items():
                # None as the default of what is annotated without it is common, and taken.
                if parameter.default in (inspect.Parameter.empty, None):
                    continue
                if parameter.annotation is not inspect.Parameter.empty:
                    compared += 1
                    assert misfit(parameter.default, parameter.annotation) is None, (kind, argument)
    assert compared > 300

"""Values against the annotations of the arguments that they are given to."""

import collections.abc
import enum
import inspect
import numbers
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LISTS = (list, tuple, collections.abc.Sequence, collections.abc.Iterable, set, frozenset)
DICTS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)
NUMBERS = {int: "a whole number (int)", float: "a number (float)", numbers.Number: "a number"}
PLAIN = {str: "a text (str)", bool: "True or False", type(None): "None", Path: "a path (str)"}

OBJECT = "an object of the class"


class Built:
    """Stands in a value for what is built of a dict there: an object of whatever class fits."""

    def __repr__(self) -> str:
        return "dict(type=...)"


@dataclass(frozen=True)
class Misfit:
    """Where a value is not of its type.

    Attributes:
        path: Positions and keys that lead to it; empty for the whole value.
        value: What is there.
        expected: What it takes, in words.
    """

    path: tuple[str, ...]
    value: Any
    expected: str

    def below(self, name: object) -> "Misfit":
        """Return the same one level further down."""
        return Misfit((str(name), *self.path), self.value, self.expected)


def misfit(value: Any, annotation: Any) -> Misfit | None:
    """Return where a value is not of its type, None if it fits.

    A list is as good as a tuple, a whole number as a float, a text as a path; a bool is no number.
    What an annotation says beyond that, such as of a function's arguments, is not judged.

    Args:
        value: A value of a config, `Built` in place of what is built.
        annotation: What an argument is annotated with.
    """
    annotation = _plain(annotation)
    origin, args = typing.get_origin(annotation) or annotation, typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return _misfit_of_union(value, args)
    if origin in LISTS and isinstance(value, Sequence) and not isinstance(value, str):
        return _misfit_in_list(value, origin, args)
    if origin in DICTS and isinstance(value, Mapping):
        return _misfit_in_dict(value, args)
    return None if _fits(value, origin, args) else Misfit((), value, words(annotation))


def _plain(annotation: Any) -> Any:
    """Return an annotation without ``Annotated``, aliases and the like."""
    while True:
        if typing.get_origin(annotation) in (typing.Annotated, typing.Final, typing.ClassVar):
            annotation = typing.get_args(annotation)[0]
        elif hasattr(annotation, "__supertype__"):
            annotation = annotation.__supertype__
        elif hasattr(annotation, "__value__"):
            annotation = annotation.__value__
        else:
            return type(None) if annotation is None else annotation


def _fits(value: Any, origin: Any, args: tuple[Any, ...]) -> bool:
    """Say whether a value that is no list or dict where one is expected is of a type."""
    if origin is typing.Literal:
        return any(value == arg and type(value) is type(arg) for arg in args)
    if isinstance(value, Built):
        return origin not in LISTS and origin not in NUMBERS and origin not in PLAIN
    if origin in NUMBERS:
        kinds = int if origin is int else (int, float)
        return isinstance(value, kinds) and not isinstance(value, bool)
    if origin is Path:
        return isinstance(value, str | Path)
    if origin is collections.abc.Callable:
        return callable(value)
    if isinstance(value, str) and origin in LISTS:
        return False
    if not inspect.isclass(origin) or origin in (Any, object) or typing.is_typeddict(origin):
        return True
    try:
        return isinstance(value, origin)
    except TypeError:  # such as a protocol that is for type checkers alone
        return True


def _misfit_of_union(value: Any, args: tuple[Any, ...]) -> Misfit | None:
    """Return the misfit of the one alternative that is nearest, if all misfit."""
    found = [misfit(value, arg) for arg in args]
    if None in found:
        return None
    inner = [each for each in found if each is not None and each.path]
    return inner[0] if len(inner) == 1 else Misfit((), value, _words_of_union(args))


def _misfit_in_list(value: Sequence[Any], origin: Any, args: tuple[Any, ...]) -> Misfit | None:
    if origin is tuple and args and args[-1] is not Ellipsis:
        if len(value) != len(args):
            return Misfit((), value, _words_of_list(origin, args))
        kinds = list(args)
    else:
        kinds = [args[0] if args else Any] * len(value)
    found = (
        (index, misfit(item, kind))
        for index, (item, kind) in enumerate(zip(value, kinds, strict=True))
    )
    return next((each.below(index) for index, each in found if each is not None), None)


def _misfit_in_dict(value: Mapping[Any, Any], args: tuple[Any, ...]) -> Misfit | None:
    kind = args[1] if len(args) == 2 else Any
    found = ((name, misfit(item, kind)) for name, item in value.items())
    return next((each.below(name) for name, each in found if each is not None), None)


def words(annotation: Any) -> str:
    """Say in words what an annotation takes: ``"a whole number (int) or None"``."""
    annotation = _plain(annotation)
    origin, args = typing.get_origin(annotation) or annotation, typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return _words_of_union(args)
    if origin is typing.Literal:
        return f"one of {', '.join(map(repr, args))}" if len(args) > 1 else repr(args[0])
    if origin in NUMBERS:
        return NUMBERS[origin]
    if origin in PLAIN:
        return PLAIN[origin]
    if origin in LISTS:
        return _words_of_list(origin, args)
    if origin in DICTS:
        return "a dict"
    if origin is collections.abc.Callable:
        return "a function"
    return _words_of_class(origin)


def _words_of_union(args: Sequence[Any]) -> str:
    each = sorted(map(words, args), key=lambda text: text == "None")
    each = [text for text in each if not text.startswith(OBJECT)] or each
    return " or ".join(dict.fromkeys(each))


def _words_of_list(origin: Any, args: tuple[Any, ...]) -> str:
    if origin is tuple and args and args[-1] is not Ellipsis:
        return f"a list of {len(args)}: {', '.join(map(words, args))}"
    inner = words(args[0]) if args and args[0] is not Any else ""
    return f"a list, each item {inner}" if inner else "a list"


def _words_of_class(origin: Any) -> str:
    name = getattr(origin, "__name__", str(origin))
    if inspect.isclass(origin) and issubclass(origin, enum.Enum):
        return f"one of {name}, which a config can't hold"
    return f"{OBJECT} {name}"

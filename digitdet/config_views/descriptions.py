"""Describes registered classes and functions by their signatures and docstrings."""

import inspect
import re
from collections.abc import Callable, Collection
from typing import Any

from digitdet.config_checks.signatures import signature_of
from digitdet.config_views.text import literal


def full_name(kind: Callable[..., Any]) -> str:
    """Return the module and name of a class or function."""
    name = getattr(kind, "__qualname__", repr(kind))
    return f"{getattr(kind, '__module__', '')}.{name}"


def arguments_text(kind: Callable[..., Any], given: Collection[str] = ()) -> str:
    """Return what can be given by name: ``(image_dir, ann_file, test_mode=False)``.

    Args:
        kind: A class or function.
        given: Arguments that its builder supplies; they are left out.
    """
    signature = signature_of(kind)
    texts = [
        name if p.default is p.empty else f"{name}={default_text(p.default)}"
        for name, p in signature.parameters.items()
        if name not in given
    ]
    return f"({', '.join([*texts, *(['...'] if signature.takes_any else [])])})"


def default_text(value: Any) -> str:
    """Return the default of an argument as text."""
    try:
        return literal(value)
    except ValueError:
        name = getattr(value, "__name__", None)
        return str(name) if name else str(value)


def first_line(kind: Callable[..., Any]) -> str:
    """Return the first sentence of a docstring on one line; "" if there is none."""
    text = inspect.cleandoc(_own_docstring(kind)).strip()
    paragraph = " ".join(text.split("\n\n")[0].split())
    return re.split(r"(?<=\.) ", paragraph)[0]


def argument_text(kind: Callable[..., Any], name: str) -> str:
    """Return what the docstrings of a class say of an argument on one line; "" if nothing."""
    for owner in inspect.getmro(kind) if inspect.isclass(kind) else [kind]:
        for document in (owner.__doc__, getattr(vars(owner).get("__init__"), "__doc__", None)):
            found = _argument_entry(inspect.cleandoc(document or ""), name)
            if found:
                return found
    return ""


def _argument_entry(document: str, name: str) -> str:
    """Return the entry of an argument below ``Args:``: its line and what is indented below."""
    _, marker, section = document.partition("Args:\n")
    section = re.split(r"\n(?=\S)", section)[0]
    pattern = rf"^( +){re.escape(name)}(?: \([^\n]*?\))?: *(.*(?:\n(?:\1 +.*|\s*$))*)"
    match = re.search(pattern, section, flags=re.MULTILINE) if marker else None
    return " ".join(match[2].split()) if match else ""


def _own_docstring(kind: Callable[..., Any]) -> str:
    """Return a docstring of the object itself, not one that a class inherits from `object`."""
    return (kind.__doc__ or "") if kind.__doc__ != object.__doc__ else ""

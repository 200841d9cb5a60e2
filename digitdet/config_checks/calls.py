"""Calls that a config makes: of the parts that it builds, and of what reads a dict key by key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from digitdet.config_checks.parts import Part
from digitdet.config_checks.signatures import Signature, options

# Of a part, beside its arguments: what it is, and where mmengine looks for it.
TYPE_KEYS = frozenset({"type", "_scope_"})
Priority = Literal[
    "HIGHEST",
    "VERY_HIGH",
    "HIGH",
    "ABOVE_NORMAL",
    "NORMAL",
    "BELOW_NORMAL",
    "LOW",
    "VERY_LOW",
    "LOWEST",
]
# What builders take out, beside the arguments of what they build -> annotation.
EXTRA: dict[str, Any] = {
    "by_epoch": bool,
    "constructor": str,
    "convert_to_iter_based": bool,
    "epoch_length": int,
    "name": str | None,
    "paramwise_cfg": Mapping | None,
    "priority": Priority | int,
}


@dataclass(frozen=True)
class Call:
    """Arguments that a config gives to something by name.

    Attributes:
        key: The dotted key of the dict that holds them.
        name: What takes them, as it is named in messages.
        arguments: The arguments.
        signature: What it takes by name.
        given: Names of arguments that the caller supplies.
    """

    key: str
    name: str
    arguments: Mapping[str, Any]
    signature: Signature
    given: frozenset[str] = frozenset()


def calls_of_parts(parts: Sequence[Part]) -> list[Call]:
    """Return the calls that build those parts whose class or function is known."""
    return [
        Call(
            part.key,
            getattr(part.kind, "__name__", str(part.config.get("type"))),
            {k: v for k, v in part.config.items() if k not in TYPE_KEYS},
            part.signature | options(**{name: EXTRA[name] for name in part.extra}),
            part.given,
        )
        for part in parts
        if part.kind is not None
    ]

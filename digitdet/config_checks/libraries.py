"""Whose code it is: what a check knows of digitdet and the libraries below holds of no other."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digitdet.config_checks.parts import Part

LIBRARIES = ("digitdet", "mmengine", "torch", "torchvision")


def library_of(kind: Any) -> str:
    """Return the package that a class or function belongs to; "" for what belongs to none."""
    return str(getattr(kind, "__module__", "")).split(".")[0]


def is_known(kind: Any) -> bool:
    """Whether a class or function is digitdet's or of a library that it is built on."""
    return library_of(kind) in LIBRARIES


def is_own(kind: Any) -> bool:
    """Whether a class or function is digitdet's."""
    return library_of(kind) == "digitdet"


def class_name(part: "Part") -> str:
    """Return the name of a part's class or function; "" where no registry knows it."""
    return str(getattr(part.kind, "__name__", ""))


def stated_or_default(part: "Part", argument: str) -> Any:
    """Return an argument of a part as the config states it, or else its default."""
    if argument in part.config or argument not in part.signature.parameters:
        return part.config.get(argument)
    return part.signature.parameters[argument].default

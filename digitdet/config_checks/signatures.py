"""What a class or function takes by name, those included that it hands on to its parents."""

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# It names **kwargs, but refuses whatever is in it.
TAKE_NO_MORE = {("torch.nn.modules.module", "Module.__init__")}
NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


@dataclass(frozen=True)
class Signature:
    """What can be given by name.

    Attributes:
        parameters: Name -> parameter; its annotation is resolved, or empty if it can't be.
        takes_any: Whether any other name is taken, too.
    """

    parameters: Mapping[str, inspect.Parameter]
    takes_any: bool = False

    def __or__(self, other: "Signature") -> "Signature":
        """Return one that takes the other's names, too."""
        parameters = {**self.parameters, **other.parameters}
        return Signature(parameters, self.takes_any or other.takes_any)

    def without(self, *names: str) -> "Signature":
        """Return one that does not take these names."""
        parameters = {name: p for name, p in self.parameters.items() if name not in names}
        return Signature(parameters, self.takes_any)

    def requiring(self, *names: str) -> "Signature":
        """Return one that needs these names of its own."""
        empty = inspect.Parameter.empty
        needed = {name: self.parameters[name].replace(default=empty) for name in names}
        return Signature({**self.parameters, **needed}, self.takes_any)

    def required(self) -> list[str]:
        """Return the names without a default."""
        return [name for name, p in self.parameters.items() if p.default is inspect.Parameter.empty]


def options(**annotations: Any) -> Signature:
    """Return the signature of something that takes these names, none of them required.

    Args:
        annotations: Name -> annotation.
    """
    kind = inspect.Parameter.KEYWORD_ONLY
    return Signature(
        {
            name: inspect.Parameter(name, kind, default=..., annotation=annotation)
            for name, annotation in annotations.items()
        }
    )


@functools.cache
def signature_of(kind: Callable[..., Any]) -> Signature:
    """Return what a class or function takes by name.

    Where a constructor hands its ``**kwargs`` to that of its parent and uses them for nothing else,
    the parent's arguments count, but for those that it gives itself.

    Args:
        kind: A class, or a function or another callable.

    Returns:
        Its signature; one that takes any name if nothing can be known.
    """
    if not inspect.isclass(kind):
        return _signature([kind])
    functions = [vars(base)["__init__"] for base in kind.__mro__[:-1] if "__init__" in vars(base)]
    makers = functions or [
        maker.__func__
        for base in kind.__mro__[:-1]
        if isinstance(maker := vars(base).get("__new__"), staticmethod)
    ]
    return _signature(makers, skip=1)


def _signature(functions: list[Callable[..., Any]], skip: int = 0) -> Signature:
    """Merge the signatures of a function and of those that it may hand on to.

    Args:
        functions: A constructor and those of its parents, in order of the MRO.
        skip: How many leading parameters the call itself fills: 1 for ``self``.
    """
    if not functions:
        return Signature({})
    try:
        parameters = list(inspect.signature(functions[0]).parameters.values())[skip:]
    except (TypeError, ValueError):
        return Signature({}, takes_any=True)
    scope = getattr(inspect.unwrap(functions[0]), "__globals__", {})
    own = {p.name: _resolve(p, scope) for p in parameters if p.kind in NAMED}
    rest = [p.name for p in parameters if p.kind is inspect.Parameter.VAR_KEYWORD]
    if not rest or _name(functions[0]) in TAKE_NO_MORE:
        return Signature(own)
    call = _handing_on(functions[0], rest[0]) if skip else None
    if call is None:
        return Signature(own, takes_any=True)
    parent = _signature(functions[1:], skip)
    num_given = sum(not isinstance(arg, ast.Starred) for arg in call.args)
    given = {keyword.arg for keyword in call.keywords} | set(list(parent.parameters)[:num_given])
    more = {k: p for k, p in parent.parameters.items() if k not in given and k not in own}
    return Signature({**own, **more}, parent.takes_any)


def _name(function: Callable[..., Any]) -> tuple[str, str]:
    return getattr(function, "__module__", ""), getattr(function, "__qualname__", "")


def _resolve(parameter: inspect.Parameter, scope: dict[str, Any]) -> inspect.Parameter:
    """Resolve an annotation that is a text, as all are below ``from __future__``."""
    if isinstance(parameter.annotation, str):
        try:
            annotation = eval(parameter.annotation, scope)
        except Exception:  # such as one that is imported for type checkers alone
            annotation = inspect.Parameter.empty
        return parameter.replace(annotation=annotation)
    return parameter


def _handing_on(function: Callable[..., Any], rest: str) -> ast.Call | None:
    """Return the call ``super().__init__(..., **rest)`` if that is the only use of ``rest``."""
    try:
        source = textwrap.dedent(inspect.getsource(inspect.unwrap(function)))
        tree = ast.parse(source)
    except (OSError, TypeError, SyntaxError):
        return None
    uses = sum(isinstance(node, ast.Name) and node.id == rest for node in ast.walk(tree))
    calls = list(_calls_of_parent(tree, rest))
    return calls[0] if uses == len(calls) == 1 else None


def _calls_of_parent(tree: ast.AST, rest: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Call(func=ast.Name("super")), attr="__init__"),
                keywords=keywords,
            ) if any(k.arg is None and ast.unparse(k.value) == rest for k in keywords):
                yield node

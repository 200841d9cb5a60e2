"""What a value of a config may be: literals, containers of them, arithmetic on them."""

import ast
from collections.abc import Callable, Iterator
from typing import Any

CONTAINERS = ("list", "tuple", "set")
NUMBERS = ("float", "int")
CALLS = ("dict", *CONTAINERS, *NUMBERS)

_OPERATIONS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: lambda left, right: left / right,
    ast.FloorDiv: lambda left, right: left // right,
    ast.Mod: lambda left, right: left % right,
    ast.Pow: lambda left, right: left**right,
}
# So that a slip of the finger fills no memory.
_LARGEST_POWER = 64
_LARGEST_REPEAT = 10_000
# Constants of other languages, and numbers that Python has no literal for.
_MEANT = {
    "true": "True",
    "false": "False",
    "null": "None",
    "none": "None",
    "inf": 'float("inf")',
    "nan": 'float("nan")',
}
_VALUE = "write the value itself"
_UNPACKED = "`**` unpacks something: write the entries themselves, key by key"
_REASONS: dict[type[ast.AST], str] = {
    ast.JoinedStr: "an f-string is code: write the text itself",
    ast.Attribute: f"`{{text}}` reads an attribute: {_VALUE}",
    ast.Subscript: f"`{{text}}` reads an entry of something: {_VALUE}",
    ast.ListComp: "a comprehension is code: write its items one by one",
    ast.SetComp: "a comprehension is code: write its items one by one",
    ast.GeneratorExp: "a comprehension is code: write its items one by one",
    ast.DictComp: "a comprehension is code: write its entries one by one",
    ast.Lambda: "a lambda is code: register a function of your own module, name the module in "
    "`custom_imports`, and give its name as a text",
    ast.Starred: f"`{{text}}` unpacks something: {_VALUE}",
}


def find_code_in_value(node: ast.expr) -> Iterator[tuple[ast.AST, str]]:
    """Yield each part of a value that is no literal, with what to write instead."""
    if isinstance(node, ast.Constant):
        if not isinstance(node.value, str | bool | int | float | None):
            yield node, f"`{ast.unparse(node)}` is no value that a config can hold"
    elif isinstance(node, ast.Dict):
        yield from _find_in_dict(node)
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        parts = [part for item in node.elts for part in find_code_in_value(item)]
        yield from parts
        if isinstance(node, ast.Set) and not parts:
            yield from _find_failure(node)
    elif isinstance(node, ast.Call):
        yield from _find_in_call(node)
    elif isinstance(node, ast.BinOp | ast.UnaryOp):
        yield from _find_in_arithmetic(node)
    else:
        yield node, _reason(node)


def evaluate(node: ast.expr) -> Any:
    """Compute a value of which `find_code_in_value` finds nothing.

    Raises:
        ArithmeticError: If arithmetic fails.
        TypeError: If an operation does not take its operands, or an item can't be hashed.
        ValueError: If a text is no number, or a result is too large.
    """
    if isinstance(node, ast.BinOp):
        return _operate(node.op, evaluate(node.left), evaluate(node.right))
    if isinstance(node, ast.UnaryOp):
        value = evaluate(node.operand)
        return -value if isinstance(node.op, ast.USub) else +value
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "dict":
            return {entry.arg: evaluate(entry.value) for entry in node.keywords}
        kinds = {"list": list, "tuple": tuple, "set": set, "float": float, "int": int}
        return kinds[name](*map(evaluate, node.args))
    if isinstance(node, ast.Dict):
        keys = (evaluate(key) for key in node.keys if key)
        return dict(zip(keys, map(evaluate, node.values), strict=True))
    if isinstance(node, ast.List):
        return [evaluate(item) for item in node.elts]
    if isinstance(node, ast.Tuple):
        return tuple(evaluate(item) for item in node.elts)
    if isinstance(node, ast.Set):
        return {evaluate(item) for item in node.elts}
    return ast.literal_eval(node)


def _operate(operator: ast.operator, left: Any, right: Any) -> Any:
    if isinstance(operator, ast.Pow) and abs(right) > _LARGEST_POWER:
        raise ValueError(f"a power of {right} is too large")
    if isinstance(operator, ast.Mult):
        for sequence, times in ((left, right), (right, left)):
            if isinstance(sequence, str | list | tuple) and times > _LARGEST_REPEAT:
                raise ValueError(f"{times} repetitions are too many")
    if isinstance(operator, ast.Mod) and isinstance(left, str):
        raise TypeError("a text can't be filled in")
    return _OPERATIONS[type(operator)](left, right)


def _find_in_dict(node: ast.Dict) -> Iterator[tuple[ast.AST, str]]:
    seen = set()
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            yield value, _UNPACKED
            continue
        if not isinstance(key, ast.Constant):
            yield key, f"`{ast.unparse(key)}` is a computed key: write the key itself"
        elif key.value in seen:
            yield key, f"the key {key.value!r} stands twice in one dict: leave one of them out"
        else:
            seen.add(key.value)
        yield from find_code_in_value(value)


def _find_in_call(node: ast.Call) -> Iterator[tuple[ast.AST, str]]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name not in CALLS:
        yield (
            node,
            f"a config calls nothing but {', '.join(CALLS)}, got `{ast.unparse(node.func)}(...)`: "
            f"{_VALUE}, or `dict(type=...)` for an object that is to be built",
        )
    elif name == "dict" and node.args:
        yield node, "`dict(...)` takes its entries by name: dict(key=value)"
    elif any(entry.arg is None for entry in node.keywords):
        yield node, _UNPACKED
    elif name != "dict" and (node.keywords or len(node.args) > 1):
        yield node, f"`{name}(...)` takes one value, by position"
    else:
        found = [*(entry.value for entry in node.keywords), *node.args]
        parts = [part for value in found for part in find_code_in_value(value)]
        yield from parts
        if name != "dict" and not parts:
            yield from _find_failure(node)


def _find_in_arithmetic(node: ast.BinOp | ast.UnaryOp) -> Iterator[tuple[ast.AST, str]]:
    known: tuple[type[ast.AST], ...] = (ast.UAdd, ast.USub, *_OPERATIONS)
    if not isinstance(node.op, known):
        yield node, f"`{ast.unparse(node)}` is computed: {_VALUE}"
        return
    operands = [node.operand] if isinstance(node, ast.UnaryOp) else [node.left, node.right]
    parts = [part for operand in operands for part in find_code_in_value(operand)]
    yield from parts or _find_failure(node)


def _find_failure(node: ast.expr) -> Iterator[tuple[ast.AST, str]]:
    """Compute a value, and yield why it can't be."""
    try:
        evaluate(node)
    except (ArithmeticError, TypeError, ValueError) as error:
        yield node, f"`{ast.unparse(node)}` can't be computed ({error}): {_VALUE}"


def _reason(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        if node.id in _MEANT:
            return f"`{node.id}` is no value of Python; did you mean `{_MEANT[node.id]}`?"
        return (
            f"`{node.id}` is a variable: write its value here, as an override of one place would "
            "not reach the others; a text stands in quotes"
        )
    reason = _REASONS.get(type(node), f"`{{text}}` is computed: {_VALUE}")
    return reason.format(text=_short(ast.unparse(node)))


def _short(text: str, longest: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 3]}..."

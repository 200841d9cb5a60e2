"""Any module can be the first one that is imported."""

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import digitdet

# Runs each of some lines of code in a process of its own, where libraries alone are imported.
PROGRAM = """
import gc, os, sys
gc.disable()
import matplotlib.figure, mmengine.runner, rich.progress, torchmetrics.detection, torchvision
gc.freeze()
for line in sys.argv[1:]:
    if os.fork() == 0:
        exec(line, {})
        os._exit(0)
    if os.wait()[1]:
        sys.exit(f"has failed as the first of all: {line}")
"""
REGISTRY = """
import sys, digitdet.registry
assert not {'digitdet.models', 'digitdet.hooks'} & sys.modules.keys()
from mmengine.registry import HOOKS
assert HOOKS.get('digitdet.ProgressHook').__name__ == 'ProgressHook'
"""


def _imported(tree: ast.AST) -> Iterator[str]:
    """Yield what is imported when a module is, and not when a function of it is called."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _imported(node)


def _imports() -> dict[str, set[str]]:
    """Return what each module imports of the others, the packages that it is in among them."""
    home = Path(digitdet.__file__).parent
    files = {_name(file.relative_to(home.parent)): file for file in home.rglob("*.py")}
    graph = {}
    for name, file in files.items():
        parents = {name.rsplit(".", depth)[0] for depth in range(1, name.count(".") + 1)}
        tree = ast.parse(file.read_text(encoding="utf-8"))
        graph[name] = (parents | set(_imported(tree))) & files.keys()
    return graph


def _name(file: Path) -> str:
    return ".".join(file.with_suffix("").parts).removesuffix(".__init__")


def _reached(graph: Mapping[str, set[str]], start: str) -> set[str]:
    """Return what a module imports, however indirectly."""
    reached: set[str] = set()
    left = list(graph[start])
    while left:
        name = left.pop()
        if name not in reached:
            reached.add(name)
            left += graph[name]
    return reached


def test_no_module_counts_on_another_and_the_registry_imports_what_it_looks_up() -> None:
    """A module can where it and others import each other: the first of them tells.

    A module is never the first of those in its package if that imports it.
    """
    graph = _imports()
    reached = {name: _reached(graph, name) for name in graph}
    circular = {name for name in graph if name in reached[name]}
    inner = {name for name in circular if name in reached.get(name.rpartition(".")[0], ())}
    assert "digitdet.hooks" in circular - inner
    assert "digitdet.hooks.freeze_hook" in inner
    lines = [f"import {name}" for name in sorted(circular - inner)]
    lines += [REGISTRY, f"import {', '.join(sorted(graph))}"]
    done = subprocess.run([sys.executable, "-c", PROGRAM, *lines], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

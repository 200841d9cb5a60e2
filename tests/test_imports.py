"""Any module can be the first one that is imported, and what is heavy waits for its use."""

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import digitdet

# Imports each of some modules first, in a process of its own, then all of them in one.
PROGRAM = """
import gc, os, sys
gc.disable()
import matplotlib.figure, mmengine.runner, rich.progress, torchmetrics.detection, torchvision
gc.freeze()
for name in sys.argv[1].split():
    if os.fork() == 0:
        __import__(name)
        os._exit(0)
    if os.wait()[1]:
        sys.exit(f"cannot be imported first: {name}")
for name in sys.argv[2].split():
    __import__(name)
"""
# Trains a step as tools/train.py does, then says what has been imported by then.
START = """
import os, sys
from pathlib import Path
from digitdet.environment import check_torch
check_torch()
from digitdet.training import train
from digitdet.registry import HOOKS
from mmengine.hooks import Hook

@HOOKS.register_module()
class EndHook(Hook):
    priority = "LOWEST"

    def after_train_iter(self, *_, **__):
        print(*sorted(sys.modules))
        raise SystemExit(0)

options = ["train_dataloader.batch_size=1", "train_dataloader.num_workers=0"]
options += ["default_hooks.end.type=EndHook"]
train(sys.argv[1], work_dir=sys.argv[2], options=options, preflight=False)
"""
QUICKSTART = Path(__file__).parents[1] / "configs" / "experiments" / "quickstart.py"


def _run(*command: str) -> str:
    done = subprocess.run([sys.executable, "-c", *command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


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


def test_no_module_counts_on_another_having_been_imported() -> None:
    """It can where modules import each other: only the first of them tells, wherever it is met.

    A module is never the first of those in its package if that imports it.
    """
    graph = _imports()
    reached = {name: _reached(graph, name) for name in graph}
    circular = {name for name in graph if name in reached[name]}
    inner = {name for name in circular if name in reached.get(name.rpartition(".")[0], ())}
    assert "digitdet.hooks" in circular - inner
    assert "digitdet.hooks.freeze_hook" in inner
    _run(PROGRAM, " ".join(sorted(circular - inner)), " ".join(sorted(graph)))


def test_a_training_begins_without_what_it_may_need_later(tmp_path: Path) -> None:
    imported = set(_run(START, str(QUICKSTART), str(tmp_path)).splitlines()[-1].split())
    assert {"torch", "torchvision", "mmengine.runner", "digitdet.runner"} <= imported
    assert not {"matplotlib", "pydantic", "tensorboard", "torchmetrics"} & imported
    assert "digitdet.preflight.preflight" not in imported

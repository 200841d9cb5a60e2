"""When Python looks for garbage."""

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest

from digitdet.garbage import uncollected

PROGRAM = """
import gc
from digitdet.environment import check_torch
seen: list[str] = []
import sys
gc.callbacks.append(lambda phase, info: seen.append(phase) if "torch" in sys.modules else None)
check_torch()
print("torch" in sys.modules, seen, gc.isenabled(), gc.get_freeze_count() > len(gc.get_objects()))
"""


def test_nothing_is_looked_for_meanwhile_and_again_afterwards() -> None:
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_who_looks_for_none_is_not_made_to() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_an_error_leaves_it_on() -> None:
    with pytest.raises(ImportError, match="no torch"), uncollected():
        raise ImportError("no torch")
    assert gc.isenabled()


def test_what_is_there_is_gone_through_no_more_but_what_comes_is() -> None:
    with uncollected():
        kept: list[object] = [[] for _ in range(1000)]
    later: list[object] = []
    tracked = {id(one) for one in gc.get_objects()}
    assert not tracked & {id(one) for one in kept}
    assert id(later) in tracked


def test_torch_is_imported_so(tmp_path: Path) -> None:
    """One that makes as many objects, and is there at once."""
    (tmp_path / "torch.py").write_text("objects = [[] for _ in range(10**5)]\nclass ops: ...\n")
    (tmp_path / "torchvision.py").write_text(
        "import torch\ntorch.ops.torchvision = type('', (), {'nms': 0})\n"
    )
    paths = os.pathsep.join(map(str, (tmp_path, Path(__file__).parents[1])))
    printed = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert printed.stdout.split("\n")[0] == "True [] True True", printed.stderr

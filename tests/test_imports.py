"""Each package can be the first one that is imported."""

import pkgutil
import subprocess
import sys

import digitdet

PROGRAM = """
import os, sys
import matplotlib.figure, mmengine.runner, rich.progress, torchmetrics.detection, torchvision
for name in sys.argv[1:]:
    if os.fork() == 0:
        __import__(name)
        os._exit(0)
    if os.wait()[1]:
        sys.exit(f"cannot be imported first: {name}")
"""


def test_each_module_can_be_imported_first() -> None:
    names = [module.name for module in pkgutil.walk_packages(digitdet.__path__, "digitdet.")]
    assert "digitdet.transforms.pipeline" in names
    command = [sys.executable, "-c", PROGRAM, *names]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr

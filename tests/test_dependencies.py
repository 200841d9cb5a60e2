"""What the package imports is what setup.cfg asks for."""

import ast
import configparser
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = sorted([*ROOT.glob("digitdet/**/*.py"), *ROOT.glob("tools/*.py")])
# What mmengine itself asks for.
OF_MMENGINE = {"opencv-python", "opencv-python-headless"}


def _imported(file: Path) -> Iterator[str]:
    """Yield the top-level names of other packages that a file imports."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        for name in {name.partition(".")[0] for name in names}:
            if name != "digitdet" and name not in sys.stdlib_module_names:
                yield name


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _declared() -> set[str]:
    """The distributions of setup.cfg, those of the extras for users included."""
    setup = configparser.ConfigParser(interpolation=None)
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    extras = setup["options.extras_require"]
    for_users = [extras[name] for name in ("ensemble", "mlflow", "svhn", "sweep", "wandb")]
    lines = "\n".join([setup["options"]["install_requires"], *for_users])
    return {_normal(re.split(r"[<>=~! ]", line)[0]) for line in lines.split("\n") if line.strip()}


def test_all_requirements_of_setup_cfg_are_read() -> None:
    assert {"torch", "mmengine", "ensemble-boxes", "h5py"} <= _declared()


def test_each_package_that_is_imported_is_declared() -> None:
    homes = packages_distributions()
    declared = _declared() | OF_MMENGINE
    undeclared = [
        f"{file.relative_to(ROOT)}: {name}"
        for file in SOURCES
        for name in _imported(file)
        if not declared & {_normal(home) for home in homes.get(name, [name])}
    ]
    assert SOURCES
    assert not undeclared

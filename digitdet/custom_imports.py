"""Imports the modules of a user's own that a config names."""

import importlib
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config


def import_modules(config: Config, file: Path) -> None:
    """Import what ``custom_imports`` names; look beside the config and in the working folder.

    Raises:
        ImportError: If one can't be imported.
    """
    for folder in (Path.cwd(), file.resolve().parent):
        if str(folder) not in sys.path:
            sys.path.append(str(folder))
    wanted = _as_mapping(config.get("custom_imports"))
    for name in _names(wanted):
        try:
            importlib.import_module(name)
        except (Exception, SystemExit) as error:
            if wanted.get("allow_failed_imports", False) and isinstance(error, ImportError):
                continue
            reason = f"{type(error).__name__}: {error}"
            raise ImportError(
                f"{file}: custom_imports: {name!r} can't be imported ({reason}); "
                f"{_remedy(name, error)}"
            ) from error


def join_imports(one: Any, other: Any) -> dict[str, Any]:
    """Return a ``custom_imports`` that imports what either of two does, each module once."""
    one, other = _as_mapping(one), _as_mapping(other)
    names = dict.fromkeys([*_names(one), *_names(other)])
    return {**one, **other, "imports": list(names)}


def _as_mapping(imports: Any) -> Mapping[str, Any]:
    return imports if isinstance(imports, Mapping) else {}  # what else it is, is told later


def _names(imports: Mapping[str, Any]) -> list[str]:
    names = imports.get("imports", [])
    names = [names] if isinstance(names, str) else names
    return [n for n in names if isinstance(n, str)] if isinstance(names, list | tuple) else []


def _remedy(name: str, error: BaseException) -> str:
    """Say what to do about a module that can't be imported."""
    if not all(part.isidentifier() for part in name.split(".")) or name.endswith(".py"):
        module = Path(name).stem.strip(".")
        return f"write the name of a module, not of a file: {module!r}"
    if isinstance(error, ModuleNotFoundError) and name.startswith(error.name or " "):
        return (
            "it is looked for beside the config, in the working folder and among the installed "
            "packages"
        )
    if isinstance(error, SyntaxError):
        return f"correct {error.filename}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    last = [frame for frame in frames if "importlib" not in frame.filename][-1]
    return f"correct {last.filename}:{last.lineno}"

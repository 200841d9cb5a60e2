"""Imports the modules of a user's own that a config names."""

import importlib
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path

from mmengine.config import Config


def import_modules(config: Config, file: Path) -> None:
    """Import what ``custom_imports`` names; look beside the config and in the working folder.

    Raises:
        ImportError: If one can't be imported.
    """
    for folder in (Path.cwd(), file.resolve().parent):
        if str(folder) not in sys.path:
            sys.path.append(str(folder))
    wanted = config.get("custom_imports")
    wanted = wanted if isinstance(wanted, Mapping) else {}  # what else it is, is told later
    names = wanted.get("imports", [])
    names = [names] if isinstance(names, str) else names
    for name in names if isinstance(names, list | tuple) else []:
        if not isinstance(name, str):
            continue
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

"""Loads a config: inheritance, overrides, and a refusal of what nothing reads."""

import argparse
import difflib
import inspect
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config, DictAction

# Read by digitdet, or by mmengine from the whole config.
OTHER_KEYS = frozenset(
    {
        "custom_imports",
        "data_root",
        "find_unused_parameters",
        "model_wrapper_cfg",
        "reader",
        "sync_bn",
    }
)
LOADERS = ("train_dataloader", "val_dataloader", "test_dataloader")
EVALUATORS = ("val_evaluator", "test_evaluator")


def parse_overrides(options: Sequence[str]) -> dict[str, Any]:
    """Parse ``KEY=VALUE`` texts of the command line.

    Args:
        options: Texts such as ``"model.min_size=256"`` or ``"model.mean=[0,0,0]"``.

    Returns:
        Dotted key -> value.

    Raises:
        ValueError: If one is not of that form.
    """
    for option in options:
        if not option.partition("=")[0].strip() or "=" not in option:
            raise ValueError(f"--cfg-options takes KEY=VALUE, got {option!r}")
    parser = argparse.ArgumentParser()
    parser.add_argument("--options", nargs="*", action=DictAction, default={})
    parsed: dict[str, Any] = parser.parse_args(["--options", *options]).options
    return parsed


def load(file: str | Path, options: Sequence[str] = ()) -> Config:
    """Load a config, apply overrides, and hand on what parts of it share.

    Modules beside the config and in the working folder can be named in ``custom_imports``.

    Args:
        file: The config.
        options: Overrides, ``KEY=VALUE``.

    Returns:
        The merged config: ``data_root`` is in each dataset that takes one and sets none,
        ``reader`` in each metric that takes one and sets none.

    Raises:
        FileNotFoundError: If the config or one of its bases is missing.
        ImportError: If a module of ``custom_imports`` can't be imported.
        ValueError: If the config can't be parsed, or a top-level key is one that nothing reads.
    """
    file = Path(file)
    if not file.is_file():
        raise FileNotFoundError(f"{file}: no such config")
    _make_importable(file)
    try:
        config = Config.fromfile(str(file), lazy_import=False)
    except (FileNotFoundError, ImportError):
        raise
    except Exception as error:
        raise ValueError(f"{file}: can't be read as a config: {error}") from error
    overrides = parse_overrides(options)
    _check_keys(config, str(file))
    _check_keys({key.split(".")[0]: None for key in overrides}, "--cfg-options")
    config.merge_from_dict(overrides)
    _hand_on(config)
    return config


def _make_importable(file: Path) -> None:
    for folder in (Path.cwd(), file.resolve().parent):
        if str(folder) not in sys.path:
            sys.path.append(str(folder))


def known_keys() -> set[str]:
    """Return the top-level keys that digitdet or mmengine's Runner reads."""
    from mmengine.runner import Runner

    return (set(inspect.signature(Runner.__init__).parameters) - {"self", "cfg"}) | OTHER_KEYS


def _check_keys(config: Mapping[str, Any], source: str) -> None:
    known = known_keys()
    for key in config:
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise ValueError(f"{source}: nothing reads the top-level key {key!r}{hint}")


def _hand_on(config: Config) -> None:
    """Give each dataset the ``data_root`` and each metric the ``reader`` of the top level."""
    from digitdet.registry import DATASETS, METRICS

    if "data_root" in config:
        datasets = (config.get(loader) or {} for loader in LOADERS)
        _set_argument(datasets, DATASETS, "data_root", config.data_root)
    if "reader" in config:
        evaluators = (config.get(evaluator) or {} for evaluator in EVALUATORS)
        _set_argument(evaluators, METRICS, "reader", config.reader)


def _set_argument(parts: Iterator[Any], registry: Any, name: str, value: Any) -> None:
    """Set an argument in each config of a registered class that takes it and sets none."""
    for part in parts:
        for config in _nested(part):
            kind = registry.get(config["type"]) if isinstance(config.get("type"), str) else None
            if kind and name in inspect.signature(kind).parameters:
                config.setdefault(name, value)


def _nested(part: Any) -> Iterator[Any]:
    """Yield each dict within nested dicts and lists."""
    if isinstance(part, Mapping):
        yield part
        part = list(part.values())
    if isinstance(part, list | tuple):
        for item in part:
            yield from _nested(item)

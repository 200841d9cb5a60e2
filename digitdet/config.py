"""Loads a config: inheritance, overrides, and a refusal of what nothing reads."""

import ast
import difflib
import importlib
import inspect
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config

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
# What reads the numbers where no config says it: as in configs/_base_/default_runtime.py.
DEFAULT_READER = {"type": "LineReader"}
LOADERS = ("train_dataloader", "val_dataloader", "test_dataloader")
EVALUATORS = ("val_evaluator", "test_evaluator")


def parse_overrides(options: Sequence[str]) -> dict[str, Any]:
    """Parse ``KEY=VALUE`` texts of the command line.

    Args:
        options: Texts such as ``"model.min_size=256"``, ``"model.mean=[0,0,0]"`` or
            ``"data_root=/my data"``.

    Returns:
        Dotted key -> value: a Python literal where the text is one, else the text itself.

    Raises:
        ValueError: If one is not of that form, or begins like a list, tuple or dict and is none.
    """
    parsed = {}
    for option in options:
        key, equals, text = option.partition("=")
        if not key.strip() or not equals:
            raise ValueError(f"--cfg-options takes KEY=VALUE, got {option!r}")
        parsed[key.strip()] = _parse_value(text, option)
    return parsed


def _parse_value(text: str, option: str) -> Any:
    words = {"true": True, "false": False, "none": None}
    if text.lower() in words:
        return words[text.lower()]
    try:
        value = ast.literal_eval(text)
    except (SyntaxError, ValueError):
        if text.startswith(("[", "(", "{")):
            raise ValueError(
                f"--cfg-options: the value of {option!r} is no Python literal; write texts within "
                "it in quotes, for example \"key=['a','b']\""
            ) from None
        return text
    return list(value) if isinstance(value, tuple) else value


def load(file: str | Path, options: Sequence[str] = ()) -> Config:
    """Load a config, apply overrides, and hand on what parts of it share.

    Modules beside the config and in the working folder can be named in ``custom_imports``.

    Args:
        file: The config.
        options: Overrides, ``KEY=VALUE``.

    Returns:
        The merged config: ``data_root`` is in each dataset that takes one and sets none,
        ``reader`` in each metric that takes one and sets none, and ``work_dir`` is
        ``work_dirs/NAME_OF_THE_CONFIG`` where it is not set.

    Raises:
        FileNotFoundError: If the config or one of its bases is missing.
        ImportError: If a module of ``custom_imports`` can't be imported.
        ValueError: If the config can't be parsed, or a top-level key is one that nothing reads.
    """
    file = Path(file)
    config = _read(file)
    overrides = parse_overrides(options)
    _check_keys(config, str(file))
    _check_keys({key.split(".")[0]: None for key in overrides}, "--cfg-options")
    config.merge_from_dict(overrides)
    if not config.get("work_dir"):
        config.work_dir = f"work_dirs/{file.stem}"
    import_modules(config, file)
    _hand_on(config)
    return config


def load_reader(file: str | Path | None = None, options: Sequence[str] = ()) -> dict[str, Any]:
    """Load a reader's config alone: its ``type``, and its arguments.

    Args:
        file: A config of which only ``reader`` and ``custom_imports`` count: an experiment, or one
            that states nothing else. None for `DEFAULT_READER`.
        options: Overrides of ``reader``, ``KEY=VALUE``.

    Raises:
        FileNotFoundError: If the config or one of its bases is missing.
        ImportError: If a module of ``custom_imports`` can't be imported.
        ValueError: If the config can't be parsed, states no reader or a top-level key that nothing
            reads, or an option is of another key.
    """
    overrides = parse_overrides(options)
    for key in overrides:
        if key.split(".")[0] != "reader":
            raise ValueError(f"--cfg-options: only `reader` is read here, got {key!r}")
    config = Config({"reader": DEFAULT_READER}) if file is None else _read(Path(file))
    _check_keys(config, str(file))
    config.merge_from_dict(overrides)
    reader = config.get("reader")
    if not isinstance(reader, Mapping) or "type" not in reader:
        given = f"`reader = {reader!r}` has no `type`" if reader else "states no reader"
        raise ValueError(f'{file}: {given}; write `reader = dict(type="LineReader", ...)`')
    if file is not None:
        import_modules(config, Path(file))
    return dict(config.to_dict()["reader"])


def _read(file: Path) -> Config:
    """Read a config with its bases."""
    if not file.is_file():
        raise FileNotFoundError(f"{file}: no such config")
    try:
        config = Config.fromfile(str(file), lazy_import=False, import_custom_modules=False)
    except FileNotFoundError:
        raise
    except Exception as error:
        raise ValueError(f"{file}: can't be read as a config: {error}") from error
    for part in _nested(config._cfg_dict):
        part.pop("_delete_", None)  # mmengine leaves it where there is nothing to replace
    return config


def import_modules(config: Config, file: Path) -> None:
    """Import what ``custom_imports`` names; look beside the config and in the working folder.

    Raises:
        ImportError: If one can't be imported.
    """
    for folder in (Path.cwd(), file.resolve().parent):
        if str(folder) not in sys.path:
            sys.path.append(str(folder))
    wanted = config.get("custom_imports") or {}
    names = wanted.get("imports", [])
    for name in [names] if isinstance(names, str) else names:
        try:
            importlib.import_module(name)
        except Exception as error:
            if wanted.get("allow_failed_imports", False) and isinstance(error, ImportError):
                continue
            raise ImportError(
                f"{file}: custom_imports: {name!r} can't be imported "
                f"({type(error).__name__}: {error}); it is looked for beside the config, in the "
                "working folder and among the installed packages"
            ) from error


def forget_pretrained(config: Config) -> None:
    """Take pretrained weights out of a config whose model gets a checkpoint's instead."""
    if "weights" in config.model:
        config.model.weights = None


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

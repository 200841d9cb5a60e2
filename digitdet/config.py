"""Loads a config: inheritance, overrides, and a refusal of all that is wrong with it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.config.config import RESERVED_KEYS

from digitdet.config_checks.problems import ConfigError, Problem, described
from digitdet.config_sources.origins import Origins
from digitdet.config_sources.purity import refuse_code
from digitdet.config_sources.statements import read_statements
from digitdet.console import warn
from digitdet.custom_imports import import_modules
from digitdet.nearby import nearby
from digitdet.overrides import (
    check_overrides,
    drop_marks,
    merge_overrides,
    option_of,
    parse_overrides,
    value_of,
)
from digitdet.written_config import WrittenConfig

__all__ = [
    "forget_pretrained",
    "import_modules",
    "load",
    "load_reader",
    "parse_overrides",
    "require",
    "restore",
    "stated_imports",
]

# What reads the numbers where no config says it: as in configs/_base_/default_runtime.py.
DEFAULT_READER = {"type": "LineReader"}


def load(file: str | Path, options: Sequence[str] = ()) -> Config:
    """Load a config, apply overrides, hand on what parts of it share, and check all of it.

    Modules beside the config and in the working folder can be named in ``custom_imports``. What
    only looks wrong is a warning on standard error.

    Args:
        file: The config.
        options: Overrides, ``KEY=VALUE``.

    Returns:
        The merged config: ``data_root`` is in each dataset that takes one and sets none,
        ``reader`` in each metric that takes one and sets none, and ``work_dir`` is
        ``work_dirs/NAME_OF_THE_CONFIG`` where it is not set.

    Raises:
        FileNotFoundError: If the config is missing.
        ImportError: If a module of ``custom_imports`` can't be imported.
        ValueError: If the config can't be read; a `ConfigError` if anything is wrong with it. Its
            text has all of it: each with file and line, or the override.
    """
    from digitdet.sharing import hand_on

    file, overrides = Path(file), parse_overrides(options)
    config = _read(file)
    before = _merge(config, overrides, str(file))
    if not config.get("work_dir"):
        config.work_dir = f"work_dirs/{file.stem}"
    import_modules(config, file)
    hand_on(config)
    _check(config, overrides, before, file)
    return config


def restore(values: Mapping[str, Any], source: str, options: Sequence[str] = ()) -> Config:
    """Make a config of what a checkpoint carries: its model and its reader, and no more.

    It is checked as `load` does. Nothing is imported because it says so: what it builds has to be
    registered already.

    Args:
        values: The merged config.
        source: The checkpoint, for errors.
        options: Overrides, ``KEY=VALUE``.

    Raises:
        ValueError: If anything is wrong with it, as a `ConfigError`, or with an option.
    """
    from digitdet.config_checks.carried import check_carried
    from digitdet.config_checks.kinds import OF_READING

    overrides = parse_overrides(options)
    carried = {key: values[key] for key in OF_READING if key in values}
    problems = list(check_carried(carried))
    if problems:
        raise ConfigError(source, problems)
    config = Config(carried)
    before = _merge(config, overrides, source)
    _check(config, overrides, before, None, source)
    return config


def require(config: Config, file: str | Path, keys: Sequence[str]) -> None:
    """Refuse a config without what a tool can't do without.

    Args:
        config: The loaded config.
        file: Where it is from.
        keys: Top-level keys that have to be stated, and not None.

    Raises:
        ValueError: If one is missing.
    """
    missing = [key for key in keys if not config.get(key)]
    if missing:
        raise ValueError(
            f"{file}: states no {', '.join(f'`{key}`' for key in missing)}; list bases that do in "
            "`_base_`, as configs/experiments/quickstart.py does"
        )


def load_reader(file: str | Path | None = None, options: Sequence[str] = ()) -> dict[str, Any]:
    """Load a reader's config alone: its ``type``, and its arguments.

    Args:
        file: A config of which only ``reader`` and ``custom_imports`` count: an experiment, or one
            that states nothing else. None for `DEFAULT_READER`.
        options: Overrides of ``reader``, ``KEY=VALUE``.

    Raises:
        FileNotFoundError: If the config is missing.
        ImportError: If a module of ``custom_imports`` can't be imported.
        ValueError: If the config can't be read, states no reader, a wrong one or a top-level key
            that nothing reads, or an option is of another key.
    """
    from digitdet.config_checks.keys import known_keys

    overrides = parse_overrides(options)
    for key in overrides:
        if key.split(".")[0] != "reader":
            raise ValueError(f"--cfg-options: only `reader` is read here, got {key!r}")
    file = None if file is None else Path(file)
    whole = {"reader": DEFAULT_READER} if file is None else _read(file)
    others = known_keys() - {"reader", "custom_imports"}
    config = Config({key: value for key, value in whole.items() if key not in others})
    before = _merge(config, overrides, str(file or "--cfg-options"))
    if file is not None:
        import_modules(config, file)
    _check(config, overrides, before, file)
    if not config.get("reader"):
        raise ValueError(f'{file}: states no reader; write `reader = dict(type="LineReader", ...)`')
    return dict(config.to_dict()["reader"])


def stated_imports(file: Path) -> Any:
    """Return the ``custom_imports`` of a config that `load_reader` takes; None if it has none."""
    return _read(file).get("custom_imports")


def _read(file: Path) -> Config:
    """Read a config with its bases."""
    if not file.is_file():
        raise FileNotFoundError(f"{file}: no such config{nearby(file)}")
    refuse_code(file)
    origins = Origins(read_statements(file), {})
    reserved = [key for key in RESERVED_KEYS if origins.winner(key)]
    if reserved:  # mmengine's own attributes of a config
        text = "nothing reads a top-level key of this name; leave it out"
        raise ConfigError(str(file), [Problem(key, text) for key in reserved], origins.place)
    try:
        read = Config.fromfile(str(file), lazy_import=False, import_custom_modules=False)
    except Exception as error:
        raise ValueError(f"{file}: can't be read as a config: {error}") from error
    drop_marks(read._cfg_dict)
    return WrittenConfig(read._cfg_dict, read.text, read.filename, read.env_variables)


def _merge(config: Config, overrides: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Merge overrides into a config; return the values of their keys before, where there were."""
    problems = check_overrides(config._cfg_dict, overrides)
    if problems:
        raise ConfigError(
            source, problems, lambda key: f"--cfg-options {option_of(key, overrides)}"
        )
    found = {key: value_of(config._cfg_dict, key) for key in overrides}
    merge_overrides(config, overrides)
    return {key: value[0] for key, value in found.items() if value}


def _check(
    config: Config,
    overrides: Mapping[str, Any],
    before: Mapping[str, Any],
    file: Path | None,
    source: str | None = None,
) -> None:
    """Refuse a config that anything is wrong with; warn of what only looks wrong.

    Where there is no file, ``source`` says where it is from.
    """
    from digitdet.config_checks.all_checks import find_problems

    problems = find_problems(config, overrides, before)
    if not problems:
        return
    statements = read_statements(file) if file else []
    place = Origins(statements, overrides, source or "the config").place
    wrong = [problem for problem in problems if not problem.is_warning]
    if wrong:
        raise ConfigError(str(file or source or "--cfg-options"), wrong, place)
    for problem in problems:
        warn(described(problem, place))


def forget_pretrained(config: Config) -> None:
    """Take pretrained weights out of a config whose model gets a checkpoint's instead."""
    part: Any = config.model
    while isinstance(part, dict):
        if "weights" in part:
            part["weights"] = None
        part = part.get("detector")  # of one that runs another, as `MultiScale` does

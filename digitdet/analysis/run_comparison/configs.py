"""What the configs of runs differ in, told from their plain values alone."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

SEED = "randomness.seed"
# Where a run is and how it was started, which changes nothing in what it learns.
OF_THE_PLACE = ("work_dir", "resume")
START = "load_from"
HANDED_ON = ("data_root", "reader")  # top-level keys that a config hands on to its parts
NOT_SET = "not set"
Flat = dict[str, Any]


def flatten(config: Mapping[str, Any]) -> Flat:
    """Return dotted key -> value, without those of the place.

    What a run that goes on began with is not known: its config names the checkpoint to go on from.

    Args:
        config: Nested dicts and lists; lists of plain values stay whole.
    """
    left_out = (*OF_THE_PLACE, START) if config.get("resume") else OF_THE_PLACE
    return {
        key: value
        for key, value in _leaves("", config)
        if key and key.partition(".")[0] not in left_out
    }


def is_equal(first: Flat, second: Flat) -> bool:
    """Whether two configs differ in nothing but the seed."""
    keys = (first.keys() | second.keys()) - {SEED}
    if START not in first or START not in second:
        keys -= {START}
    return all(_is_same(first.get(key), second.get(key)) for key in keys)


def differing_keys(configs: Sequence[Flat]) -> list[str]:
    """Return the keys in which configs differ, in their order.

    A key that is missing counts as None, the default of what may be left out. What follows from
    a value that is handed on is left out: that value is there itself.

    Args:
        configs: As `flatten` returns them.
    """
    keys = list(dict.fromkeys(key for config in configs for key in config))
    if START in keys and not all(START in config for config in configs):
        keys.remove(START)
    return [
        key
        for key in keys
        if not all(_is_same(config.get(key), configs[0].get(key)) for config in configs)
        and not all(_follows(config, key) for config in configs)
        and not all(_is_empty_or_filled(config, key) for config in configs)
    ]


def value_text(config: Flat, key: str) -> str:
    """Return a value as it is written in a config."""
    return repr(config[key]) if key in config else NOT_SET


def _leaves(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield what is no container, and containers of nothing."""
    children: Iterator[tuple[str, Any]]
    if isinstance(value, Mapping) and value:
        children = ((str(name), item) for name, item in value.items())
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        children = ((str(place), item) for place, item in enumerate(value))
    else:
        yield key, value
        return
    for name, item in children:
        yield from _leaves(f"{key}.{name}" if key else name, item)


def _is_same(first: Any, second: Any) -> bool:
    """Whether two values mean the same: 1 and 1.0 do, 1 and True do not."""
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(_is_same, first, second))
    return bool(first == second) and isinstance(first, bool) == isinstance(second, bool)


def _follows(config: Flat, key: str) -> bool:
    """Whether a value below a part is the one that the config hands on, or is missing."""
    if key not in config:
        return True
    names = key.split(".")
    for place, name in enumerate(names[1:], 1):
        above = ".".join(names[place:])
        if name in HANDED_ON and above in config:
            return _is_same(config[key], config[above])
    return False


def _is_empty_or_filled(config: Flat, key: str) -> bool:
    """Whether a key has nothing in it, or parts, which are told one by one."""
    if key in config:
        return config[key] in ([], {})
    return any(name.startswith(f"{key}.") for name in config)

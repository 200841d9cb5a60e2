"""A loaded config beside what set each of its values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch.utils.data import DataLoader

from digitdet import config as configs
from digitdet.config_checks.kinds import LOADERS
from digitdet.config_checks.parts import Part, find_parts
from digitdet.config_checks.signatures import signature_of
from digitdet.config_sources.origins import Origin, Origins
from digitdet.config_sources.statements import read_statements
from digitdet.registry import DATASETS

# Arguments of a data loader that are parts themselves.
OF_LOADERS = frozenset({"dataset", "sampler", "batch_sampler", "collate_fn", "worker_init_fn"})


@dataclass(frozen=True)
class SourcedConfig:
    """A config, merged and checked, and where it comes from.

    Attributes:
        file: The experiment.
        values: The merged config, plain dicts and lists.
        origins: What set each value.
    """

    file: Path
    values: dict[str, Any]
    origins: Origins

    def parts(self) -> list[Part]:
        """Return what is built of the config: through registries, and the data loaders."""
        return [*find_parts(self.values), *_loaders(self.values)]


def _loaders(values: Mapping[str, Any]) -> Iterator[Part]:
    signature = signature_of(DataLoader)
    for key in LOADERS:
        loader = values.get(key)
        if isinstance(loader, Mapping):
            yield Part(key, DATASETS, loader, DataLoader, OF_LOADERS, signature=signature)


def load_sourced(file: str | Path, options: Sequence[str] = ()) -> SourcedConfig:
    """Load a config, and read what set each of its values.

    Args:
        file: The config.
        options: Overrides, ``KEY=VALUE``.

    Raises:
        FileNotFoundError: If the config is missing.
        ImportError: If a module of ``custom_imports`` can't be imported.
        ValueError: If the config can't be used.
    """
    file = Path(file)
    values = configs.load(file, options).to_dict()
    origins = Origins(read_statements(file), configs.parse_overrides(options))
    return SourcedConfig(file, values, origins)


def nodes(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the dotted key and the value of all that is in a config, outer values first."""
    if key:
        yield key, value
    for name, item in children(value):
        yield from nodes(item, f"{key}.{name}" if key else name)


def children(value: Any) -> list[tuple[str, Any]]:
    """Return the entries of a dict, and the items of a list by their positions."""
    if isinstance(value, Mapping):
        return [(str(name), item) for name, item in value.items()]
    if isinstance(value, list | tuple):
        return [(str(number), item) for number, item in enumerate(value)]
    return []


def is_leaf(value: Any) -> bool:
    """Whether a value is shown whole: no dict, and no list that holds one at any depth."""
    if isinstance(value, Mapping):
        return not value
    return all(is_leaf(item) and not isinstance(item, Mapping) for _, item in children(value))


def default_arguments(part: Part) -> dict[str, Any]:
    """Return key -> value of the arguments of a part that its constructor takes by default."""
    return {
        f"{part.key}.{name}": parameter.default
        for name, parameter in part.signature.parameters.items()
        if name not in part.config
        and name not in part.given
        and parameter.default is not parameter.empty
    }


def places(history: Sequence[Origin], winner: Origin | None) -> list[str]:
    """Return a line for each that set a value, oldest first; ``>`` marks the one that counts."""
    width = max((len(origin.place) for origin in history), default=0)
    return [
        f"{'>' if origin is winner else ' '} {origin.place:{width}}  {shortened(origin.text)}"
        for origin in history
    ]


def shortened(text: str, longest: int = 70) -> str:
    """Return a text on one line, cut where it is too long."""
    line = " ".join(text.split()).replace("( ", "(").replace(", )", ")")
    return line if len(line) <= longest else f"{line[: longest - 3]}..."

"""Reads a YOLO export's ``data.yaml``: names of the classes, folders of the splits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from digitdet.datasets.json_files import short
from digitdet.datasets.paths import exists_inside, is_plain, open_file, resolve
from digitdet.datasets.values import is_int
from digitdet.formats.layout import SPLITS, check_inside

MAX_BYTES = 2**20  # of the file; 80 classes take 2 kB


@dataclass(frozen=True)
class YoloConfig:
    """What a ``data.yaml`` says.

    Attributes:
        file: The file; None where there is none.
        names: Class number -> name; None where no file states them.
        folders: Split -> resolved folders and lists of pictures; empty where the file names none.
    """

    file: Path | None = None
    names: Mapping[int, str] | None = None
    folders: Mapping[str, list[Path]] = field(default_factory=dict)


def find_config(root: Path) -> Path | None:
    """Return a folder's ``data.yaml``, or its only YAML file, or None.

    Raises:
        ValueError: If it has several YAML files, none of which is ``data.yaml``.
    """
    found = sorted(file for file in root.iterdir() if file.suffix.lower() in (".yaml", ".yml"))
    named = [file for file in found if file.stem.lower() == "data"]
    chosen = named or found
    if len(chosen) > 1:
        names = ", ".join(file.name for file in chosen)
        raise ValueError(f"{root}: holds {names}; leave one of them, named data.yaml")
    return chosen[0] if chosen else None


def read_config(root: Path) -> YoloConfig:
    """Read a folder's ``data.yaml``, or else the names in its ``classes.txt``.

    Args:
        root: The data's folder, resolved.

    Raises:
        ValueError: If the file is not as it has to be, or names a folder that is missing or lies
            outside the data's.
    """
    file = find_config(root)
    if file is None:
        return YoloConfig(names=_read_classes(root))
    exists_inside(file, [root])
    content = _load(file)
    if not isinstance(content, Mapping) or "names" not in content:
        raise ValueError(f"{file}: needs 'names', the names of the classes")
    folders: dict[str, list[Path]] = {}
    for key, split in SPLITS.items():
        values = content.get(key)
        for value in values if isinstance(values, list) else [values] if values else []:
            found = _find(root, content.get("path"), value, f"{file}: {key!r}")
            folders.setdefault(split, []).append(found)
    return YoloConfig(file, _names(content["names"], str(file)), folders)


class _Loader(yaml.SafeLoader):
    """Refuses aliases: merges of them grow without bound, and a list of classes needs none."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise ValueError(f"it has the alias *{self.peek_event().anchor}; write it out")
        return super().compose_node(parent, index)


def _load(file: Path) -> Any:
    with open_file(file, "YAML file") as stream:
        try:
            text = stream.read(MAX_BYTES + 1)
            if len(text) > MAX_BYTES:
                raise ValueError(f"more than {MAX_BYTES >> 20} MiB")
            return yaml.load(text, _Loader)
        except Exception as error:  # PyYAML's constructors raise anything on odd values
            reason = " ".join(str(error).split()) or type(error).__name__
            raise ValueError(f"{file}: is not readable as YAML ({reason})") from error


def _names(names: Any, where: str) -> dict[int, str]:
    """Read names given as a list, or as a mapping from class numbers."""
    pairs: list[tuple[Any, Any]]
    if isinstance(names, Mapping):
        pairs = list(names.items())
    elif isinstance(names, Sequence) and not isinstance(names, str):
        pairs = list(enumerate(names))
    else:
        raise ValueError(f"{where}: 'names' has to be a list or a mapping, got {short(names)}")
    result: dict[int, str] = {}
    for number, name in pairs:
        if isinstance(number, str) and number.isdecimal() and len(number) < 10:
            number = int(number)
        if not is_int(number) or number < 0:
            raise ValueError(f"{where}: 'names' has the class number {short(number)}")
        if type(name) not in (int, str):
            raise ValueError(f"{where}: 'names' has to hold texts, got {short(name)}; quote it")
        result[number] = str(name).strip()
    return result


def _read_classes(root: Path) -> dict[int, str] | None:
    """Read ``classes.txt``, which labelImg writes beside its labels."""
    for file in (root / "classes.txt", root / "labels" / "classes.txt"):
        if exists_inside(file, [root]) and file.is_file():
            with open_file(file, "list of classes") as stream:
                content = stream.read(MAX_BYTES)
            try:
                lines = content.decode("utf-8-sig").splitlines()
            except ValueError as error:
                raise ValueError(f"{file}: can't be read as text ({error})") from error
            return {number: line.strip() for number, line in enumerate(lines) if line.strip()}
    return None


def _find(root: Path, base: Any, value: Any, where: str) -> Path:
    """Find a folder or list of pictures that the file names.

    Roboflow writes ``../train/images`` for the ``train/images`` beside the file; as in Ultralytics'
    own reader, the ``../`` is then left out. A ``path`` of another machine is left out, too.
    """
    if not isinstance(value, str):
        raise ValueError(f"{where}: has to be a path, got {short(value)}")
    bases = [root]
    if isinstance(base, str) and is_plain(base) and _is_inside(root / base, root):
        bases.insert(0, root / base)
    inside = check_inside(value.removeprefix("../"), where)
    for candidate in (folder / inside for folder in bases):
        if candidate.exists():
            if not _is_inside(candidate, root):
                raise ValueError(f"{where}: {value} leads by a link out of {root}; copy it there")
            return candidate.resolve()
    raise ValueError(
        f"{where}: there is no {value} in {root}; add it, or take the line out of the file"
    )


def _is_inside(path: Path, root: Path) -> bool:
    """Whether a path lies in a folder after all links."""
    target = resolve(path)
    return target is not None and target.is_relative_to(root)

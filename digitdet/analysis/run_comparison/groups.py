"""Which runs are one line: those that differ in nothing but their seed."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile
from pathlib import Path

from digitdet.analysis.run_comparison.configs import Flat, flatten, is_equal
from digitdet.analysis.runs import Run, read_run

SEED_ENDING = re.compile(r"([-_. /]+(seeds?|s)?[-_. /]*\d*|seed)$")
SEED_FOLDER = re.compile(r"seed_(\d+)")


@dataclass(frozen=True)
class Group:
    """Runs that are one line: a run, or several of one config with different seeds.

    Attributes:
        label: Its name in legends and tables.
        runs: One or more.
    """

    label: str
    runs: Sequence[Run]

    @cached_property
    def config(self) -> Flat | None:
        """The config, flat, of the first run that says it; None where none does."""
        configs = (run.record.config for run in self.runs if run.record)
        return next((flatten(config) for config in configs if config is not None), None)


def collect_groups(
    folders: Sequence[Path], names: Sequence[str] | None = None, *, is_grouped: bool = True
) -> list[Group]:
    """Read runs and put those together that differ in nothing but their seed.

    Args:
        folders: Work folders of runs, or of ``--seeds``, whose runs are one group.
        names: What they are called, one for each folder; folders that become one group have the
            first one's.
        is_grouped: Whether runs are put together at all.

    Raises:
        FileNotFoundError: If a folder is missing or holds no run.
        ValueError: If a folder comes twice, a file in it can't be read, or the names can't be used.
    """
    _check(folders, names)
    labels = list(names) if names else label_folders(folders)
    groups: list[Group] = []
    for label, folder in zip(labels, folders, strict=True):
        runs = _read(folder)
        if not is_grouped and len(runs) > 1:
            groups += [Group(f"{label}/{run.folder.name}", [run]) for run in runs]
        else:
            groups.append(Group(label, runs))
    if is_grouped:
        groups = _merged(groups, is_named=names is not None)
    return _told_apart(groups)


def label_folders(folders: Sequence[Path]) -> list[str]:
    """Name folders by their last parts, as many of them as tell them apart."""
    paths = [folder.resolve().parts for folder in folders]
    for depth in range(1, max(map(len, paths)) + 1):
        labels = ["/".join(parts[-depth:]) for parts in paths]
        if len(set(labels)) == len(labels):
            break
    return labels


def _check(folders: Sequence[Path], names: Sequence[str] | None) -> None:
    if not folders:
        raise ValueError("name at least one work folder of a run")
    (most, count), *_ = Counter(folder.resolve() for folder in folders).most_common(1)
    if count > 1:
        raise ValueError(f"{most}: is named {count} times; name each folder once")
    if names is None:
        return
    if len(names) != len(folders):
        raise ValueError(
            f"--names: one for each folder is needed, {len(folders)}, got {len(names)}"
        )
    if not all(name.strip() for name in names):
        raise ValueError("--names: a name is empty")


def _read(folder: Path) -> list[Run]:
    """Read a run, or those of ``--seeds`` that have begun."""
    if not folder.is_dir():
        return [read_run(folder)]  # which says what is wrong
    found = [(SEED_FOLDER.fullmatch(path.name), path) for path in folder.iterdir()]
    seeds = sorted((int(match[1]), path) for match, path in found if match and path.is_dir())
    if not seeds:
        return [read_run(folder)]
    runs = []
    for _, path in seeds:
        try:
            runs.append(read_run(path))
        except FileNotFoundError:
            continue  # it has not begun
    if not runs:
        raise FileNotFoundError(f"{folder}: none of its runs with seeds has begun; train them")
    return runs


def _merged(groups: Sequence[Group], *, is_named: bool) -> list[Group]:
    """Put single runs into the first group that has their config and not their seed."""
    merged: list[Group] = []
    for group in groups:
        place = next((at for at, other in enumerate(merged) if _belongs(group, other)), None)
        if place is None:
            merged.append(group)
            continue
        other = merged[place]
        label = other.label if is_named else _common(other.label, group.label)
        merged[place] = Group(label, [*other.runs, *group.runs])
    return merged


def _belongs(group: Group, other: Group) -> bool:
    if group.config is None or other.config is None or not is_equal(group.config, other.config):
        return False
    seeds = [run.record.seed if run.record else None for run in (*group.runs, *other.runs)]
    return None not in seeds and len(set(seeds)) == len(seeds)


def _common(first: str, second: str) -> str:
    """Return what two names begin with, less the word seed; the first where that is nothing."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False))
    start = "".join(letter for letter, _ in pairs)
    return SEED_ENDING.sub("", start) or first


def _told_apart(groups: Sequence[Group]) -> list[Group]:
    """Say how many seeds a group has, and number names that come again."""
    told, seen = [], Counter[str]()
    for group in groups:
        count = len(group.runs)
        label = f"{group.label} ({count} seeds)" if count > 1 else group.label
        seen[label] += 1
        label = f"{label} #{seen[label]}" if seen[label] > 1 else label
        told.append(replace(group, label=label))
    return told

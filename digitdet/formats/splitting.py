"""Splits pictures at random, all copies of one on one side."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from digitdet.checks.pictures import read_pictures
from digitdet.formats.pictures import Picture

# Roboflow names each copy, augmented or not, SOURCE.rf.HASH.jpg.
_COPY = re.compile(r"\.rf\.[0-9A-Za-z]{8,}$")


def split_pictures(
    pictures: Sequence[Picture], fraction: float, seed: int, root: Path
) -> list[Picture]:
    """Move a share of the training pictures to ``valid``.

    All copies of one source go together: pictures of the same content, and those that Roboflow's
    names tell are made of one. Which ones are chosen follows from the seed and their names alone,
    on any platform.

    Args:
        pictures: The pictures; none is in ``valid`` yet. Other splits than ``train`` stay.
        fraction: Share of ``train`` to move, above 0 and below 1.
        seed: The seed.
        root: The data's folder, resolved.

    Returns:
        The same pictures in the same order.

    Raises:
        ValueError: If there is a validation split, or no picture to split off; if the fraction is
            out of its range; or if a picture can't be decoded.
    """
    if not 0 < fraction < 1:
        raise ValueError(f"--split takes a fraction above 0 and below 1, got {fraction}")
    if any(picture.split == "valid" for picture in pictures):
        raise ValueError("--split: the data has a validation split already; leave --split out")
    train = [picture for picture in pictures if picture.split == "train"]
    groups = group_copies(train, _digests(train, root))
    chosen = _choose(groups, round(fraction * len(train)), seed)
    if not chosen or len(chosen) == len(train):
        raise ValueError(
            f"--split: {fraction} of {len(train)} training pictures, {len(groups)} of them no "
            "copies, leaves one side empty; take another fraction"
        )
    moved = (p.split == "train" and p.name in chosen for p in pictures)
    return [replace(p, split="valid") if m else p for p, m in zip(pictures, moved, strict=True)]


def _digests(pictures: Sequence[Picture], root: Path) -> list[str]:
    """Return a hash of each picture's pixels."""
    found = read_pictures([(p.file.parent, p.file.name) for p in pictures], root)
    for picture, content in zip(pictures, found, strict=True):
        if content.error:
            raise ValueError(f"{picture.file}: {content.error}")
    return [content.digest for content in found]


def source_of(name: str) -> str:
    """Return a picture's name; of one that Roboflow named, that of its source."""
    path = PurePath(name)
    stem = _COPY.sub("", path.stem)
    return name if stem == path.stem else (path.parent / stem).as_posix()


def group_copies(pictures: Sequence[Picture], digests: Sequence[str]) -> list[list[str]]:
    """Group the names of pictures that are copies of one source, directly or by others.

    Args:
        pictures: The pictures.
        digests: A hash of the content of each.

    Returns:
        Groups of names, in the order of their first picture.
    """
    parents = list(range(len(pictures)))

    def root_of(number: int) -> int:
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number

    first: dict[str, int] = {}
    for number, (picture, digest) in enumerate(zip(pictures, digests, strict=True)):
        for key in (f"content {digest}", f"source {source_of(picture.name)}"):
            parents[root_of(number)] = root_of(first.setdefault(key, number))
    groups: dict[int, list[str]] = {}
    for number, picture in enumerate(pictures):
        groups.setdefault(root_of(number), []).append(picture.name)
    return list(groups.values())


def _choose(groups: Iterable[Sequence[str]], most: int, seed: int) -> set[str]:
    """Choose groups at random until they hold ``most`` pictures, never more."""

    def rank(group: Sequence[str]) -> bytes:
        return hashlib.blake2b(f"{seed} {min(group)}".encode(), digest_size=16).digest()

    chosen: set[str] = set()
    for group in sorted(groups, key=rank):
        if len(chosen) + len(group) <= most:
            chosen.update(group)
    return chosen

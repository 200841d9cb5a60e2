"""Checks of the picture files of splits against what annotation files say."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from digitdet.checks.findings import Problem
from digitdet.checks.pictures import Picture
from digitdet.checks.records import Split, image_problem, stated_size
from digitdet.datasets.folders import assign_image_ids
from digitdet.datasets.paths import is_plain


def check_pictures(split: Split) -> Iterator[Problem]:
    """Find missing, unreadable and unlisted pictures, and those of another size than stated."""
    if split.pictures is None:
        return
    if not split.is_labelled:
        yield from _check_unlabelled(split, split.pictures)
        return
    for position, name in split.names.items():
        picture = split.pictures.get(name)
        if picture is None:
            detail = f"{name!r} is not in {split.name}/"
            yield image_problem(split, position, "picture_missing", detail)
        elif picture.error:
            detail = f"{name!r}: {picture.error}"
            yield image_problem(split, position, "picture_unreadable", detail)
        elif (stated := stated_size(split.images[position])) not in (None, picture.size):
            detail = f"{name!r} is {_text(picture.size)} pixels, stated {_text(stated)}"
            yield image_problem(split, position, "size_differs", detail)
    listed = set(split.names.values())
    for name in split.pictures:
        if name not in listed:
            detail = f"{name!r} is in no list"
            yield Problem("picture_unlisted", split.source, detail, name=name)


def _check_unlabelled(split: Split, pictures: Mapping[str, Picture]) -> Iterator[Problem]:
    for name, picture in pictures.items():
        if not is_plain(name):
            detail = f"{name!r} has characters that no name should"
            yield Problem("name_unusable", split.source, detail, name=name)
        if picture.error:
            detail = f"{name!r}: {picture.error}"
            yield Problem("picture_unreadable", split.source, detail, name=name)
    try:
        assign_image_ids([Path(name) for name in pictures if "/" not in name])
    except ValueError as error:
        yield Problem("name_unusable", split.source, str(error))


def check_copies(splits: Sequence[Split]) -> Iterator[Problem]:
    """Find pictures of the same pixels, within a split and across splits.

    Across splits, the copy in the larger split is the one at fault: normally the training split,
    so that evaluation stays comparable. A split without labels, a test split, is never at fault
    unless all of them are without.
    """
    owners: dict[str, tuple[Split, str]] = {}
    for split in sorted(splits, key=lambda split: (split.is_labelled, _count(split))):
        seen: dict[str, tuple[Split, str]] = {}
        for position, name, picture in _decoded(split):
            owner, other = owners.get(picture.digest) or seen.setdefault(
                picture.digest, (split, name)
            )
            if (owner, other) == (split, name):
                continue
            code = "duplicate_picture" if owner is split else "leaked_picture"
            detail = f"{name!r} has the pixels of {owner.name}/{other}"
            if position is None:
                yield Problem(code, split.source, detail, name=name)
            else:
                yield image_problem(split, position, code, detail)
        owners = {**seen, **owners}


def _count(split: Split) -> int:
    return len(split.images) if split.is_labelled else len(split.pictures or {})


def _decoded(split: Split) -> Iterator[tuple[int | None, str, Picture]]:
    """Yield position, name and picture of each one that was decoded, a file once."""
    pictures = split.pictures or {}
    positions: dict[str, int | None] = {}
    for position, name in split.names.items():
        positions.setdefault(name, position)
    for name in positions if split.is_labelled else pictures:
        if name in pictures and pictures[name].digest:
            yield positions.get(name), name, pictures[name]


def _text(size: tuple[int, int] | None) -> str:
    return f"{size[0]} x {size[1]}" if size else "unknown"

"""Writes a fixed copy of a data folder."""

import gzip
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from digitdet.checks.edits import Change
from digitdet.checks.findings import Problem
from digitdet.checks.records import Split
from digitdet.whole_files import write_json

CHANGES = "changes.json"


def write_copy(
    out: Path, splits: Sequence[Split], changes: Sequence[Change], remaining: Sequence[Problem]
) -> None:
    """Write annotation files, pictures, and ``changes.json``.

    Args:
        out: A new or empty folder.
        splits: The fixed splits; pictures are copied where they were read.
        changes: What was changed.
        remaining: The problems that remain.

    Raises:
        ValueError: If a split's file would be overwritten by the list of changes.
    """
    if any(split.source == CHANGES for split in splits):
        raise ValueError(f"{CHANGES}: is the list of changes in the copy; rename the split")
    out.mkdir(parents=True, exist_ok=True)
    for split in splits:
        _copy_pictures(split, out / split.name)
        if split.is_labelled:
            _write_annotations(split, out / split.source)
    content = {
        "changes": [change.to_json() for change in changes],
        "remaining": [problem.to_json() for problem in remaining],
    }
    write_json(out / CHANGES, content)


def _copy_pictures(split: Split, folder: Path) -> None:
    if split.pictures is None:
        return
    folder.mkdir()
    for name in split.names.values() if split.is_labelled else split.pictures:
        if name in split.pictures:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(split.folder / name, target)


def _write_annotations(split: Split, file: Path) -> None:
    lists = dict(images=split.images, annotations=split.annotations, categories=split.categories)
    content = json.dumps({**split.rest, **lists}).encode()
    file.write_bytes(gzip.compress(content, mtime=0) if file.suffix == ".gz" else content)

"""Folders whose files are missing, replaced or linked elsewhere are read or refused by name."""

import itertools
import tempfile
from pathlib import Path
from typing import Any

import pytest
from fuzzing import judge
from fuzzing.folders import FAULTS, FAULTY, HEIGHT, PLACES, WIDTH, write_faulty_folder
from hypothesis import event, given, settings

from digitdet.datasets import CocoDigits, ImageFolder


def _samples(dataset: Any, root: Path, named: list[Path]) -> list[Any]:
    if isinstance(dataset, Exception):
        return [dataset]
    return [judge(lambda i=i: dataset[i], root, named) for i in range(len(dataset))]


def _is_read(base: Path, faults: list[tuple[str, str]]) -> bool:
    """Whether all data sets of a folder are taken, and then read right."""
    root = base / "data"
    write_faulty_folder(root, faults)
    coco, sub = [root / "pictures", root / "digits.json"], "pictures/sub"
    readers = (
        (lambda: CocoDigits("pictures", "digits.json", str(root), test_mode=True), coco),
        (lambda: CocoDigits("pictures", "digits.json", str(root)), coco),
        (lambda: ImageFolder("pictures", str(root)), [root / "pictures"]),
        (lambda: ImageFolder(sub, str(root)), [root / sub]),
    )
    results = [_samples(judge(reader, root, named), root, named) for reader, named in readers]
    taken = [[s for s in samples if not isinstance(s, Exception)] for samples in results]
    assert all(image.shape == (3, HEIGHT, WIDTH) for samples in taken for image, _ in samples)
    refusals = [[str(s) for s in samples if isinstance(s, Exception)] for samples in results]
    assert refusals[0] == refusals[1]
    return not any(refusals)


def _check(folder: Path, faults: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as base:
        event("read" if _is_read(Path(base), faults) else "refused")


def test_a_whole_folder_is_read(tmp_path: Path) -> None:
    assert _is_read(tmp_path, [])


@settings(max_examples=100, deadline=None)
@given(FAULTY)
def test_a_faulty_folder_is_read_or_refused_by_name(
    tmp_path_factory: pytest.TempPathFactory, faults: list[tuple[str, str]]
) -> None:
    _check(tmp_path_factory.getbasetemp(), faults)


@pytest.mark.campaign
@settings(max_examples=1000, deadline=None)
@given(FAULTY)
def test_campaign_of_1000_faulty_folders(
    tmp_path_factory: pytest.TempPathFactory, faults: list[tuple[str, str]]
) -> None:
    _check(tmp_path_factory.getbasetemp(), faults)


@pytest.mark.campaign
def test_campaign_of_each_fault_in_each_place(tmp_path: Path) -> None:
    for number, (place, fault) in enumerate(itertools.product(PLACES, FAULTS)):
        (tmp_path / str(number)).mkdir()
        _is_read(tmp_path / str(number), [(place, fault)])

"""Planted defects: each is found alone and among all others, and fixed without harm."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from planting.folders import NUM_PICTURES, Place, make_split, noise, write
from planting.plants import FILE_PLANTS, PLANTS, RECORD_PLANTS, Plant

from digitdet.checks.data_check import check_data
from digitdet.checks.fixes import FIXES
from digitdet.checks.kinds import KINDS
from digitdet.checks.report import Report
from digitdet.datasets.annotations import read_annotations
from digitdet.labels import label_to_digit

HALF = len(RECORD_PLANTS) // 2


def _name(plant: Plant) -> str:
    return plant.plant.__name__


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean data folder: train, valid, and test without labels. Not to be written to."""
    root = tmp_path_factory.mktemp("clean") / "data"
    for seed, name in enumerate(("train", "valid"), start=1):
        write(root, name, make_split(root, name, seed))
    (root / "test").mkdir()
    for number in (1, 2):
        noise(number).save(root / "test" / f"{number}.png")
    return root


@pytest.fixture
def root(clean: Path, tmp_path: Path) -> Path:
    """A copy of the clean folder."""
    return shutil.copytree(clean, tmp_path / "data")


def _plant(root: Path, name: str, plants: list[Plant]) -> None:
    """Plant defects in different pictures of a split."""
    file = root / f"{name}.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    places = [Place(root, name, content, number) for number in range(1, NUM_PICTURES + 1)]
    for place, plant in zip(reversed(places), plants, strict=False):
        plant.plant(place)
    if content:
        write(root, name, content)


def _check(root: Path, fix_dir: Path | None = None, **kwargs: Any) -> Report:
    return check_data(root, root.parent / "report.json", fix_dir=fix_dir, **kwargs)


def _codes(report: Report) -> set[str]:
    return {problem.code for problem in report.problems}


def _fingerprint(root: Path) -> dict[str, str]:
    return {
        str(file.relative_to(root)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(root.rglob("*"))
        if file.is_file()
    }


def _digits(file: Path) -> dict[str, list[tuple[int, list[float]]]]:
    """The digits and boxes of each picture, as training would read them."""
    annotations = read_annotations(file)
    return {
        name: sorted(
            (label_to_digit(label), box)
            for label, box in zip(
                annotations.labels[annotations.of_image(position)].tolist(),
                annotations.boxes[annotations.of_image(position)].tolist(),
                strict=True,
            )
        )
        for position, name in enumerate(annotations.file_names)
    }


def _num_differing(file: Path, clean_file: Path) -> int:
    """Count the pictures of a clean file that another one lacks or has other boxes for."""
    found = _digits(file)
    return sum(found.get(name) != boxes for name, boxes in _digits(clean_file).items())


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    report = _check(tmp_path / "data")
    assert _codes(report) == {"no_data"}
    assert report.num_errors == 1


def test_a_clean_set_gives_no_word(clean: Path) -> None:
    assert _check(clean).problems == []
    assert _check(clean, with_pictures=False).problems == []


def test_every_kind_of_problem_is_planted() -> None:
    assert {plant.code for plant in PLANTS} == set(KINDS) - {"no_data", "no_annotations"}


def test_what_the_table_says_is_fixed_has_a_fix() -> None:
    fixed = frozenset().union(*(codes for _, codes in FIXES))
    assert {code for code, kind in KINDS.items() if kind.fix} == fixed | {"file_twice"}


@pytest.mark.parametrize("plant", PLANTS, ids=_name)
def test_a_planted_defect_is_found_alone_and_fixed(
    plant: Plant, root: Path, clean: Path, tmp_path: Path
) -> None:
    _plant(root, "train", [plant])
    before = _fingerprint(root)
    report = _check(root, tmp_path / "fixed")
    assert _codes(report) - plant.beside == {plant.code}
    assert _codes(report) >= plant.beside
    assert _fingerprint(root) == before

    again = _check(tmp_path / "fixed")
    if plant.differing is not None:
        assert not {code for code in _codes(again) if KINDS[code].fix}
        file = tmp_path / "fixed" / "train.json"
        assert _num_differing(file, clean / "train.json") <= plant.differing
    assert _digits(tmp_path / "fixed" / "valid.json") == _digits(clean / "valid.json")


def test_all_planted_defects_are_found_together_and_fixed(
    root: Path, clean: Path, tmp_path: Path
) -> None:
    _plant(root, "train", list(RECORD_PLANTS[:HALF]))
    _plant(root, "valid", list(RECORD_PLANTS[HALF:]))
    for number, plant in enumerate(FILE_PLANTS):
        name = f"split{number}"
        write(root, name, make_split(root, name, 50 + number))
        _plant(root, name, [plant])
    before = _fingerprint(root)
    report = _check(root, tmp_path / "fixed")
    assert _codes(report) == {plant.code for plant in PLANTS}
    assert _fingerprint(root) == before

    again = _check(tmp_path / "fixed")
    # The names 1 to 10 stay: nothing shows what they mean.
    assert {code for code in _codes(again) if KINDS[code].fix} == {"categories_unusable"}
    for name, plants in (("train", RECORD_PLANTS[:HALF]), ("valid", RECORD_PLANTS[HALF:])):
        most = sum(plant.differing or 0 for plant in plants)
        assert _num_differing(tmp_path / "fixed" / f"{name}.json", clean / f"{name}.json") <= most

"""Planted faults: each is found by its name alone, and among others."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from digitdet.evaluation.submissions.kinds import KINDS
from digitdet.evaluation.submissions.submitting import validate_submission

from .conftest import clean_csv, clean_entries, pack
from .plants import (
    CSV_PLANTS,
    ENTRY_PLANTS,
    INFINITY,
    NAN,
    WARNING_PLANTS,
    Plant,
    each,
    replaced,
    value,
    without_key,
)
from .zip_plants import ZIP_PLANTS


def _ids(plant: Plant) -> str:
    return plant.code


@pytest.fixture
def codes(pictures: Path) -> Callable[[Path], dict[str, tuple[str, ...]]]:
    """Returns a function that checks a submission, and returns each fault with its examples."""

    def check(place: Path) -> dict[str, tuple[str, ...]]:
        found = validate_submission(place, pictures).faults
        assert len({fault.code for fault in found}) == len(found)
        return {fault.code: fault.examples for fault in found}

    return check


Codes = Callable[[Path], dict[str, tuple[str, ...]]]
WriteZip = Callable[..., Path]


def test_a_clean_submission_gives_no_word(write_zip: WriteZip, codes: Codes) -> None:
    assert codes(write_zip()) == {}


@pytest.mark.parametrize("plant", ENTRY_PLANTS, ids=_ids)
def test_a_fault_of_the_json_is_named_with_its_position(
    plant: Plant, write_zip: WriteZip, codes: Codes
) -> None:
    found = codes(write_zip(plant.plant(clean_entries())))
    assert set(found) == {plant.code}
    assert plant.place in found[plant.code][0]


@pytest.mark.parametrize("plant", CSV_PLANTS, ids=_ids)
def test_a_fault_of_the_csv_is_named_with_its_line(
    plant: Plant, write_zip: WriteZip, codes: Codes
) -> None:
    found = codes(write_zip(text=plant.plant(clean_csv())))
    assert set(found) == {plant.code}
    assert plant.place in found[plant.code][0]


@pytest.mark.parametrize("plant", ZIP_PLANTS, ids=_ids)
def test_a_fault_of_the_zip_is_named(plant: Plant, write_zip: WriteZip, codes: Codes) -> None:
    file = write_zip()
    plant.plant(file)
    found = codes(file)
    assert set(found) == {plant.code}
    assert plant.place in found[plant.code][0]


@pytest.mark.parametrize("plant", WARNING_PLANTS, ids=_ids)
def test_what_is_legal_but_suspicious_is_a_warning(
    plant: Plant, write_zip: WriteZip, codes: Codes
) -> None:
    found = codes(write_zip(plant.plant(clean_entries())))
    assert set(found) == {plant.code}
    assert KINDS[plant.code].severity == "warning"
    assert plant.place in found[plant.code][0]


def test_a_submission_that_reads_nothing_is_suspicious(write_zip: WriteZip, codes: Codes) -> None:
    header, *lines = clean_csv().splitlines()
    empty = "\n".join([header, *(f"{line.split(',')[0]},-1" for line in lines)])
    assert set(codes(write_zip([], empty))) == {"no_detections", "nothing_read"}
    assert set(codes(write_zip(text=empty))) == {"nothing_read", "label_overlooked"}


def test_a_zip_that_differs_from_the_files_beside_it_is_named(
    tmp_path: Path, write_zip: WriteZip, codes: Codes
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    assert set(codes(folder)) == {"file_missing"}
    (folder / "pred.json").write_text(json.dumps(clean_entries()))
    (folder / "pred.csv").write_text(clean_csv())
    assert codes(folder) == {}
    shutil.copy(write_zip(), folder / "submission.zip")
    assert codes(folder) == {}
    (folder / "pred.csv").write_text(clean_csv().replace("\n", "\r\n"))
    assert set(codes(folder)) == {"zip_differs"}


def test_every_kind_of_fault_is_planted() -> None:
    plants = (*ENTRY_PLANTS, *CSV_PLANTS, *ZIP_PLANTS, *WARNING_PLANTS)
    others = {"no_detections", "nothing_read", "label_overlooked", "zip_differs"}
    assert {plant.code for plant in plants} | others == set(KINDS)


def test_faults_of_all_parts_are_found_at_once(tmp_path: Path, codes: Codes) -> None:
    entries = clean_entries()
    singles = (
        ("key_missing", without_key),
        ("image_id_unknown", value(2, "image_id", 11)),
        ("bbox_malformed", value(5, "bbox", [1, 2, 3])),
        ("bbox_not_finite", value(6, "bbox", [1, 2, NAN, 4])),
        ("bbox_empty", value(8, "bbox", [1, 2, 0, 4])),
        ("score_malformed", value(8, "score", "high")),
        ("score_not_finite", value(9, "score", INFINITY)),
        ("score_out_of_range", value(10, "score", 1.5)),
        ("category_id_not_integer", value(11, "category_id", 1.5)),
        ("category_id_unknown", value(12, "category_id", 44)),
        ("entry_not_object", lambda e: [*e, [1]]),
    )
    for _, plant in singles:
        entries = plant(entries)
    text = clean_csv()
    lines = ("csv_header_wrong", "picture_missing", "picture_twice", "label_malformed")
    for old, new in (
        ("pred_label", "label"),
        ("\n6,98", ""),
        ("\n7,61", "\n7,61\n7,61"),
        ("1,12", "1,12.0"),
    ):
        text = replaced(old, new)(text)
    content = json.dumps(entries).encode()
    file = pack(
        tmp_path / "all.zip",
        [("pred.json", content), ("pred.csv", text.encode()), ("notes.txt", b"")],
    )
    expected = {code for code, _ in singles} | set(lines) | {"zip_extra_file"}
    assert set(codes(file)) == expected


def test_examples_are_few_and_all_are_counted(write_zip: WriteZip, pictures: Path) -> None:
    file = write_zip(each("image_id", str)(clean_entries()))
    (fault,) = validate_submission(file, pictures).faults
    assert (fault.code, fault.count, len(fault.examples)) == ("image_id_not_integer", 28, 3)


def test_zeros_that_a_reader_alone_sees_are_no_fault(write_zip: WriteZip, codes: Codes) -> None:
    """Where other numbers keep their zeros, or differ from the reading, nothing was lost."""
    entries = each("score", lambda score: score if score > 0.5 else 0.94)(clean_entries())
    other = replaced("3,-1", "3,4")(replaced("2,05", "2,5")(clean_csv()))
    assert "label_lost_zeros" not in codes(write_zip(entries, other))


def test_pictures_without_numbers_for_names_count_from_one(
    tmp_path: Path, write_zip: WriteZip
) -> None:
    (tmp_path / "named").mkdir()
    for name in ("b.png", "a.png"):
        Image.new("RGB", (8, 8)).save(tmp_path / "named" / name)
    entry = {"image_id": 2, "bbox": [1, 1, 3, 4], "score": 0.2, "category_id": 4}
    file = write_zip([entry], "image_id,pred_label\n2,-1\n1,-1\n")
    assert validate_submission(file, tmp_path / "named").num_errors == 0
    (tmp_path / "none").mkdir()
    with pytest.raises(FileNotFoundError, match="holds no picture"):
        validate_submission(write_zip(), tmp_path / "none")

"""Planted faults: each is found by its name alone, and among others."""

import json
import shutil
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from PIL import Image

from digitdet.evaluation.submissions.kinds import KINDS
from digitdet.evaluation.submissions.submitting import validate_submission

from .conftest import clean_csv, clean_entries, pack

Entries = list[Any]
NAN, INFINITY = float("nan"), float("inf")


class Plant(NamedTuple):
    """A fault: its name, what plants it, and a text of the place that has to be told."""

    code: str
    plant: Callable[[Any], Any]
    place: str


def value(position: int, key: str, new: Any) -> Callable[[Entries], Entries]:
    def plant(entries: Entries) -> Entries:
        entries[position][key] = new
        return entries

    return plant


def each(key: str, change: Callable[[Any], Any]) -> Callable[[Entries], Entries]:
    def plant(entries: Entries) -> Entries:
        return [{**entry, key: change(entry[key])} for entry in entries]

    return plant


def corners(box: list[float]) -> list[float]:
    x, y, w, h = box
    return [x, y, x + w, y + h]


def doubled(box: list[float]) -> list[float]:
    return [2 * value for value in box]


def centred(box: list[float]) -> list[float]:
    x, y, w, h = box
    return [x + w / 2, y + h / 2, w, h]


def relative(box: list[float]) -> list[float]:
    x, y, w, h = box
    return [x / 120, y / 40, w / 120, h / 40]


def nested(entries: Entries) -> Entries:
    return [entries[:2], *entries[2:]]


def without_key(entries: Entries) -> Entries:
    del entries[4]["score"]
    return entries


ENTRY_PLANTS = (
    Plant("json_not_list", lambda entries: {"annotations": entries}, "pred.json"),
    Plant("entry_not_object", nested, "pred.json[0]"),
    Plant("entry_not_object", lambda entries: [None, *entries], "pred.json[0]"),
    Plant("key_missing", without_key, "pred.json[4]"),
    Plant("image_id_not_integer", value(3, "image_id", "2"), "pred.json[3]"),
    Plant("image_id_not_integer", value(3, "image_id", 2.0), "pred.json[3]"),
    Plant("image_id_not_integer", value(3, "image_id", True), "pred.json[3]"),
    Plant("image_id_not_integer", value(3, "image_id", 2**70), "pred.json[3]"),
    Plant("image_id_unknown", value(2, "image_id", 11), "pred.json[2] (image id 11)"),
    Plant("bbox_malformed", value(5, "bbox", [1, 2, 3]), "pred.json[5] (image id 2)"),
    Plant("bbox_malformed", value(5, "bbox", [1, 2, 3, "4"]), "pred.json[5]"),
    Plant("bbox_malformed", value(5, "bbox", {"x": 1}), "pred.json[5]"),
    Plant("bbox_not_finite", value(5, "bbox", [1, 2, NAN, 4]), "pred.json[5]"),
    Plant("bbox_not_finite", value(5, "bbox", [1, 2, 10**400, 4]), "pred.json[5]"),
    Plant("bbox_is_xyxy", each("bbox", corners), "pred.json"),
    Plant("bbox_leaves_picture", each("bbox", doubled), "pred.json"),
    Plant("bbox_leaves_picture", each("bbox", centred), "pred.json"),
    Plant("bbox_is_relative", each("bbox", relative), "pred.json[0]"),
    Plant("bbox_empty", value(6, "bbox", [1, 2, 0, 4]), "pred.json[6]"),
    Plant("bbox_empty", value(6, "bbox", [1, 2, 3, -4]), "pred.json[6]"),
    Plant("score_malformed", value(7, "score", "0.5"), "pred.json[7]"),
    Plant("score_malformed", value(7, "score", None), "pred.json[7]"),
    Plant("score_not_finite", value(7, "score", NAN), "pred.json[7]"),
    Plant("score_not_finite", value(7, "score", -INFINITY), "pred.json[7]"),
    Plant("score_is_percentage", each("score", lambda score: 100 * score), "pred.json[0]"),
    Plant("score_is_logit", each("score", lambda score: 20 * (score - 0.8)), "pred.json[0]"),
    Plant("score_out_of_range", value(7, "score", 1.0001), "pred.json[7]"),
    Plant("score_out_of_range", value(7, "score", -0.1), "pred.json[7]"),
    Plant("category_id_not_integer", value(8, "category_id", "3"), "pred.json[8]"),
    Plant("category_id_is_digit", each("category_id", lambda label: label - 1), "pred.json["),
    Plant("category_id_unknown", value(8, "category_id", 11), "pred.json[8]"),
    Plant("category_id_unknown", value(8, "category_id", 0), "pred.json[8]"),
)


def replaced(old: str, new: str) -> Callable[[str], str]:
    def plant(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return plant


CSV_PLANTS = (
    Plant("csv_unreadable", lambda text: text + '"11,', "pred.csv, line 12"),
    Plant("csv_header_wrong", replaced("pred_label", "label"), "pred.csv, line 1"),
    Plant("csv_header_wrong", replaced("image_id,pred_label\n", ""), "pred.csv, line 1"),
    Plant("csv_header_wrong", replaced("image_id,", "image_id, "), "pred.csv, line 1"),
    Plant("csv_row_malformed", replaced("\n10,81\n", "\n10,81\n10;81\n"), "pred.csv, line 12"),
    Plant("csv_row_malformed", replaced("\n10,81\n", "\n10,81\n10,8,1\n"), "pred.csv, line 12"),
    Plant("csv_id_not_integer", replaced("\n10,81\n", "\n10,81\n9.png,4\n"), "pred.csv, line 12"),
    Plant("csv_id_not_integer", replaced("\n10,81\n", "\n10,81\n9.0,4\n"), "pred.csv, line 12"),
    Plant("csv_id_unknown", lambda text: text + "11,-1\n", "pred.csv, line 12"),
    Plant("picture_twice", lambda text: text + "4,7\n", "pred.csv, line 12: image id 4"),
    Plant("picture_missing", replaced("\n6,98", ""), "no line has image id 6"),
    Plant("label_empty", replaced("3,-1", "3,"), "pred.csv, line 4"),
    Plant("label_empty", replaced("3,-1", '3," "'), "pred.csv, line 4"),
    Plant("label_malformed", replaced("1,12", "1,12.0"), "pred.csv, line 2"),
    Plant("label_malformed", replaced("1,12", "1,1 2"), "pred.csv, line 2"),
    Plant("label_malformed", replaced("1,12", "1,\u0661"), "pred.csv, line 2"),
    Plant("label_malformed", replaced("3,-1", "3,-2"), "pred.csv, line 4"),
    Plant("label_malformed", replaced("3,-1", "3,nan"), "pred.csv, line 4"),
    Plant("label_lost_zeros", replaced("2,05", "2,5"), "pred.csv, line 3: image id 2, number '5'"),
    Plant("label_without_boxes", replaced("6,98", "6,97"), "pred.csv, line 7"),
    Plant("label_without_boxes", replaced("5,334", "5,3344"), "pred.csv, line 6"),
    Plant("label_without_boxes", replaced("3,-1", "3,1"), "pred.csv, line 4"),
)


def _json_and_csv(file: Path) -> tuple[bytes, bytes]:
    with zipfile.ZipFile(file) as archive:
        return archive.read("pred.json"), archive.read("pred.csv")


def renamed(json_name: str, csv_name: str, *more: str) -> Callable[[Path], None]:
    def plant(file: Path) -> None:
        content, text = _json_and_csv(file)
        pack(file, [(json_name, content), (csv_name, text), *((name, b"x") for name in more)])

    return plant


def json_alone(file: Path) -> None:
    pack(file, [("pred.json", _json_and_csv(file)[0])])


def twice(file: Path) -> None:
    content, text = _json_and_csv(file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pack(file, [("pred.json", content), ("pred.csv", text), ("pred.csv", text)])


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-40])


def damaged(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[80:90] = bytes(10)
    file.write_bytes(content)


def by_lzma(file: Path) -> None:
    content, text = _json_and_csv(file)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("pred.json", content)
        archive.writestr("pred.csv", text, zipfile.ZIP_STORED)


def encrypted(file: Path) -> None:
    """Set the flag of encryption in the headers of pred.csv, as programs for zips do."""
    content = bytearray(file.read_bytes())
    for head, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.rindex(head) + flags] |= 1
    file.write_bytes(content)


def content_of(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def plant(file: Path) -> None:
        contents = dict(zip(("pred.json", "pred.csv"), _json_and_csv(file), strict=True))
        contents[name] = change(contents[name])
        pack(file, list(contents.items()))

    return plant


ZIP_PLANTS = (
    Plant("zip_unreadable", truncated, "any name.zip"),
    Plant("zip_unreadable", damaged, "pred.json"),
    Plant("zip_encrypted", encrypted, "pred.csv needs a password"),
    Plant("zip_compression", by_lzma, "pred.json is packed by method 14"),
    Plant("zip_in_folder", renamed("submit/pred.json", "submit/pred.csv"), "'submit/pred.json'"),
    Plant("zip_in_folder", renamed("pred.json", "a\\pred.csv"), "pred.csv"),
    Plant("zip_name_wrong", renamed("predictions.json", "pred.csv"), "'predictions.json'"),
    Plant("zip_name_wrong", renamed("pred.json", "Pred.csv"), "'Pred.csv'"),
    Plant("zip_extra_file", renamed("pred.json", "pred.csv", "readme.txt"), "'readme.txt'"),
    Plant("zip_extra_file", renamed("pred.json", "pred.csv", "__MACOSX/._pred.csv"), "__MACOSX"),
    Plant("zip_file_twice", twice, "holds pred.csv 2 times"),
    Plant("file_missing", json_alone, "holds no pred.csv"),
    Plant("json_unreadable", content_of("pred.json", lambda c: c[:-30]), "pred.json"),
    Plant("json_unreadable", content_of("pred.json", lambda _: b""), "pred.json"),
    Plant("json_not_utf8", content_of("pred.json", lambda c: b"\xef\xbb\xbf" + c), "order mark"),
    Plant(
        "json_not_utf8", content_of("pred.json", lambda c: c.decode().encode("utf-16")), "byte 0"
    ),
    Plant("csv_not_utf8", content_of("pred.csv", lambda c: b"\xef\xbb\xbf" + c), "order mark"),
    Plant("csv_not_utf8", content_of("pred.csv", lambda c: c + b"\xff"), "byte 71 (0xff)"),
)

WARNING_PLANTS = (
    Plant("key_unknown", value(0, "area", 3), "pred.json[0]"),
    Plant("entry_repeated", lambda entries: [*entries, entries[3]], "pred.json[28]"),
    Plant("scores_cut_off", lambda entries: [e for e in entries if e["score"] > 0.3], "0.95"),
    Plant("many_detections", lambda e: [*e, *crowd(101)], "image id 3 has 102 entries"),
)


def crowd(count: int) -> Entries:
    box = [1.0, 1.0, 9.0, 9.0]
    return [
        {"image_id": 3, "bbox": box, "score": 0.1 + n / 1000, "category_id": 4}
        for n in range(count)
    ]


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

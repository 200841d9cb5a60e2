"""Planted defects: each is found alone and among all others, and fixed without harm."""

import gzip
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

from digitdet.checks.data_check import check_data
from digitdet.checks.fixes import FIXES
from digitdet.checks.kinds import KINDS
from digitdet.checks.report import Report
from digitdet.datasets.annotations import read_annotations
from digitdet.labels import label_to_digit

Content = dict[str, Any]
SIZE = (40, 120)  # height and width
NUM_PICTURES = 30


def _noise(seed: int, size: tuple[int, int] = SIZE) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def _make_split(root: Path, name: str, seed: int) -> Content:
    """Write pictures of noise; return annotations of two digits in each, all ten as frequent."""
    (root / name).mkdir(parents=True)
    content: Content = {
        "info": {"year": 2026},
        "images": [],
        "annotations": [],
        "categories": [{"id": digit + 1, "name": str(digit)} for digit in range(10)],
    }
    for number in range(1, NUM_PICTURES + 1):
        _noise(1000 * seed + number).save(root / name / f"{number}.png")
        image = {"id": number, "file_name": f"{number}.png", "height": SIZE[0], "width": SIZE[1]}
        content["images"].append(image)
        for position, digit in enumerate((number % 10, (number + 5) % 10)):
            box = [30.0 + 25 * position, 8.0 + number % 4, 14.0, 20.0 + number % 5]
            record = {"id": 2 * number + position, "image_id": number, "category_id": digit + 1}
            content["annotations"].append({**record, "bbox": box, "area": box[2] * box[3]})
    return content


def _write(root: Path, name: str, content: Content) -> None:
    (root / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


class Place(NamedTuple):
    """Where a defect is planted: the split's folder, its annotations, and one of its pictures."""

    root: Path
    name: str
    content: Content
    number: int

    @property
    def image(self) -> Content:
        return self.content["images"][self.number - 1]

    @property
    def box(self) -> Content:
        return self.content["annotations"][2 * self.number - 2]

    @property
    def file(self) -> Path:
        return self.root / self.name / f"{self.number}.png"

    def add_picture(self, name: str, picture: Image.Image) -> None:
        picture.save(self.root / self.name / name)

    def add_image(self, image_id: int, name: str) -> None:
        height, width = SIZE
        image = {"id": image_id, "file_name": name, "height": height, "width": width}
        self.content["images"].append(image)

    def add_box(self, **values: Any) -> None:
        new_id = 10_000 + len(self.content["annotations"])
        self.content["annotations"].append({**self.box, "id": new_id, **values})

    def map_ids(self, ids: Callable[[int], int], names: Callable[[int], str]) -> None:
        """Change the category ids of boxes and categories, and name the latter."""
        for box in self.content["annotations"]:
            box["category_id"] = ids(box["category_id"])
        for digit, category in enumerate(self.content["categories"]):
            category.update(id=ids(digit + 1), name=names(digit))


def _missing_key(place: Place) -> None:
    del place.image["height"]


def _not_finite(place: Place) -> None:
    place.box["bbox"][2] = float("nan")


def _wrong_value(place: Place) -> None:
    place.box["bbox"] = place.box["bbox"][:3]


def _number_as_text(place: Place) -> None:
    place.box["bbox"] = [str(value) for value in place.box["bbox"]]
    place.box["image_id"] = str(place.number)
    place.image["width"] = float(SIZE[1])


def _unsafe_name(place: Place) -> None:
    place.image["file_name"] = f"../{place.name}/{place.number}.png"


def _repeated_image_id(place: Place) -> None:
    place.add_picture("other.png", _noise(11))
    place.add_image(place.number, "other.png")


def _record_twice(place: Place) -> None:
    place.add_image(place.number, f"{place.number}.png")


def _repeated_file_name(place: Place) -> None:
    place.add_image(5000, f"{place.number}.png")
    place.box["image_id"] = 5000


def _repeated_annotation_id(place: Place) -> None:
    place.box["id"] = place.content["annotations"][2 * place.number - 1]["id"]


def _orphan(place: Place) -> None:
    place.add_box(image_id=77_777)


def _category_zero(place: Place) -> None:
    place.box["category_id"] = 0


def _unknown_category(place: Place) -> None:
    place.box["category_id"] = 11


def _empty_box(place: Place) -> None:
    place.add_box(bbox=[80, 5, 0, 20])


def _box_wholly_outside(place: Place) -> None:
    place.add_box(bbox=[SIZE[1], 5, 10, 20])


def _box_repeated(place: Place) -> None:
    place.add_box()


def _picture_missing(place: Place) -> None:
    place.file.unlink()


def _name_with_folder(place: Place) -> None:
    place.image["file_name"] = f"{place.name}\\{place.number}.png"


def _picture_truncated(place: Place) -> None:
    place.file.write_bytes(place.file.read_bytes()[:2000])


def _picture_of_no_bytes(place: Place) -> None:
    place.file.write_bytes(b"")


def _picture_is_text(place: Place) -> None:
    place.file.write_text("<html>not found</html>", encoding="utf-8")


def _unlabelled_broken(place: Place) -> None:
    """In the split without labels."""
    (place.root / "test" / "2.png").write_bytes(b"broken")


def _unlabelled_number_twice(place: Place) -> None:
    _noise(16).save(place.root / "test" / "01.png")


def _picture_outside(place: Place) -> None:
    _noise(12).save(place.root.parent / f"elsewhere-{place.name}.png")
    place.file.unlink()
    place.file.symlink_to(place.root.parent / f"elsewhere-{place.name}.png")


def _size_differs(place: Place) -> None:
    place.image["width"] += 1


def _resized(place: Place) -> None:
    """The boxes fit, but may have been drawn on the larger picture."""
    place.image["height"], place.image["width"] = 2 * SIZE[0] + 1, 2 * SIZE[1]


def _cropped(place: Place) -> None:
    place.add_picture(f"{place.number}.png", _noise(15, (SIZE[0], SIZE[1] - 30)))


def _sides_swapped(place: Place) -> None:
    place.image["height"], place.image["width"] = SIZE[1], SIZE[0]


def _leak(place: Place) -> None:
    """The same pixels, in another format, in the smallest split."""
    with Image.open(place.root / "test" / "1.png") as picture:
        place.add_picture(f"{place.number}.bmp", picture)
    place.file.unlink()
    place.image.update(file_name=f"{place.number}.bmp")


def _duplicate(place: Place) -> None:
    shutil.copyfile(place.file, place.file.with_name("copy.png"))
    place.add_image(6000, "copy.png")
    place.add_box(image_id=6000)


def _unlisted(place: Place) -> None:
    place.add_picture("unlisted.png", _noise(13))


def _without_boxes(place: Place) -> None:
    place.add_picture("no-box.png", _noise(14))
    place.add_image(7000, "no-box.png")


def _annotation_without_id(place: Place) -> None:
    del place.box["id"]


def _box_outside(place: Place) -> None:
    place.add_box(bbox=[SIZE[1] - 9, 5, 10, 20])


def _box_huge(place: Place) -> None:
    place.add_box(bbox=[80, 5, 10, SIZE[0] + 20])


def _box_tiny(place: Place) -> None:
    place.add_box(bbox=[80, 5, 2, 20])


def _overlap(place: Place) -> None:
    x, y, w, h = place.box["bbox"]
    place.add_box(bbox=[x + 1, y, w, h])


def _file_truncated(place: Place) -> None:
    text = json.dumps(place.content)
    (place.root / f"{place.name}.json").write_text(text[:500], encoding="utf-8")
    place.content.clear()


def _file_without_annotations(place: Place) -> None:
    del place.content["annotations"]


def _no_pictures(place: Place) -> None:
    place.content.update(images=[], annotations=[])
    for file in (place.root / place.name).iterdir():
        file.unlink()


def _folder_missing(place: Place) -> None:
    shutil.rmtree(place.root / place.name)


def _file_twice(place: Place) -> None:
    with gzip.open(place.root / f"{place.name}.json.gz", "wt") as stream:
        json.dump(place.content, stream)


def _svhn_names(place: Place) -> None:
    """Names 1 to 10, of which 10 is the digit 0: nothing says so."""
    for digit, category in enumerate(place.content["categories"]):
        category.update(name=str(digit + 1))


def _category_of_all(place: Place) -> None:
    """A parent class without boxes, as exports have it."""
    place.content["categories"].append({"id": 0, "name": "digits"})


def _swapped(place: Place) -> None:
    for digit, category in enumerate(place.content["categories"]):
        category.update(id=digit, name=str(digit + 1))


def _ids_are_digits(place: Place) -> None:
    for box in place.content["annotations"]:
        box["category_id"] -= 1
    place.content["annotations"] = [
        box for box in place.content["annotations"] if box["category_id"] < 9
    ]


def _corners(place: Place) -> None:
    for box in place.content["annotations"]:
        x, y, w, h = box["bbox"]
        box["bbox"] = [x, y, x + w, y + h]


def _relative(place: Place) -> None:
    height, width = SIZE
    for box in place.content["annotations"]:
        x, y, w, h = box["bbox"]
        box["bbox"] = [x / width, y / height, w / width, h / height]


def _ids_0_to_9(place: Place) -> None:
    place.map_ids(lambda label: label - 1, str)


def _svhn_ids(place: Place) -> None:
    place.map_ids(lambda label: label - 1 or 10, str)


def _category_missing(place: Place) -> None:
    del place.content["categories"][3]
    boxes = place.content["annotations"]
    numbers = {box["image_id"] for box in boxes if box["category_id"] == 4}
    place.content["annotations"] = [b for b in boxes if b["image_id"] not in numbers]
    place.content["images"] = [i for i in place.content["images"] if i["id"] not in numbers]
    for number in numbers:
        (place.root / place.name / f"{number}.png").unlink()


class Plant(NamedTuple):
    """A defect.

    ``beside`` are kinds that it brings along. ``differing`` is how many pictures may be gone, or
    have other boxes, in the fixed copy: None if it cannot be read at all.
    """

    code: str
    plant: Callable[[Place], None]
    differing: int | None = 0
    beside: frozenset[str] = frozenset()


# Of one record or picture; all of them fit in one split.
RECORD_PLANTS = (
    Plant("missing_key", _missing_key),
    Plant("not_finite", _not_finite, 1),
    Plant("wrong_value", _wrong_value, 1),
    Plant("wrong_value", _number_as_text),
    Plant("unsafe_name", _unsafe_name, beside=frozenset({"picture_unlisted"})),
    Plant("repeated_image_id", _repeated_image_id, 1),
    Plant("repeated_image_id", _record_twice),
    Plant("repeated_file_name", _repeated_file_name),
    Plant("repeated_annotation_id", _repeated_annotation_id),
    Plant("orphan_annotation", _orphan),
    Plant("category_zero", _category_zero, 1),
    Plant("unknown_category", _unknown_category, 1),
    Plant("box_empty", _empty_box),
    Plant("box_wholly_outside", _box_wholly_outside),
    Plant("box_repeated", _box_repeated),
    Plant("picture_missing", _picture_missing, 1),
    Plant("picture_missing", _name_with_folder, beside=frozenset({"picture_unlisted"})),
    Plant("picture_unreadable", _picture_truncated, 1),
    Plant("picture_unreadable", _picture_of_no_bytes, 1),
    Plant("picture_unreadable", _picture_is_text, 1),
    Plant("picture_unreadable", _picture_outside, 1),
    Plant("picture_unreadable", _unlabelled_broken),
    Plant("name_unusable", _unlabelled_number_twice),
    Plant("size_differs", _size_differs),
    Plant("size_differs", _cropped),
    Plant("size_differs", _resized, 1),
    Plant("size_differs", _sides_swapped, 1, frozenset({"box_outside", "box_wholly_outside"})),
    Plant("leaked_picture", _leak, 1),
    Plant("duplicate_picture", _duplicate),
    Plant("picture_unlisted", _unlisted),
    Plant("picture_without_boxes", _without_boxes),
    Plant("annotation_id_missing", _annotation_without_id),
    Plant("box_outside", _box_outside, 1),
    Plant("box_huge", _box_huge, 1),
    Plant("box_tiny", _box_tiny, 1),
    Plant("boxes_overlap", _overlap, 1),
)
# Of a whole file; each needs a split of its own.
FILE_PLANTS = (
    Plant("file_unreadable", _file_truncated, None),
    Plant("file_unreadable", _file_without_annotations, None),
    Plant("no_pictures", _no_pictures, None),
    Plant("folder_missing", _folder_missing),
    Plant("file_twice", _file_twice),
    Plant("categories_unusable", _svhn_names, None),
    Plant("categories_unusable", _category_of_all),
    Plant("categories_swapped", _swapped),
    Plant("ids_are_digits", _ids_are_digits, 6),
    Plant("xyxy_as_xywh", _corners),
    Plant("boxes_relative", _relative, NUM_PICTURES),
    Plant("ids_0_to_9", _ids_0_to_9),
    Plant("category_ids_differ", _svhn_ids),
    Plant("category_missing", _category_missing, 6),
)
PLANTS = RECORD_PLANTS + FILE_PLANTS
HALF = len(RECORD_PLANTS) // 2


def _name(plant: Plant) -> str:
    return plant.plant.__name__.removeprefix("_")


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean data folder: train, valid, and test without labels. Not to be written to."""
    root = tmp_path_factory.mktemp("clean") / "data"
    for seed, name in enumerate(("train", "valid"), start=1):
        _write(root, name, _make_split(root, name, seed))
    (root / "test").mkdir()
    for number in (1, 2):
        _noise(number).save(root / "test" / f"{number}.png")
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
        _write(root, name, content)


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
        _write(root, name, _make_split(root, name, 50 + number))
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

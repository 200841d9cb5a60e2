"""Defects of a whole annotation file; each needs a split of its own."""

import gzip
import json
import shutil

from planting.folders import SIZE, Place


def file_truncated(place: Place) -> None:
    text = json.dumps(place.content)
    (place.root / f"{place.name}.json").write_text(text[:500], encoding="utf-8")
    place.content.clear()


def file_without_annotations(place: Place) -> None:
    del place.content["annotations"]


def no_pictures(place: Place) -> None:
    place.content.update(images=[], annotations=[])
    for file in (place.root / place.name).iterdir():
        file.unlink()


def folder_missing(place: Place) -> None:
    shutil.rmtree(place.root / place.name)


def file_twice(place: Place) -> None:
    with gzip.open(place.root / f"{place.name}.json.gz", "wt") as stream:
        json.dump(place.content, stream)


def svhn_names(place: Place) -> None:
    """Names 1 to 10, of which 10 is the digit 0: nothing says so."""
    for digit, category in enumerate(place.content["categories"]):
        category.update(name=str(digit + 1))


def category_of_all(place: Place) -> None:
    """A parent class without boxes, as exports have it."""
    place.content["categories"].append({"id": 0, "name": "digits"})


def swapped(place: Place) -> None:
    for digit, category in enumerate(place.content["categories"]):
        category.update(id=digit, name=str(digit + 1))


def ids_are_digits(place: Place) -> None:
    for box in place.content["annotations"]:
        box["category_id"] -= 1
    place.content["annotations"] = [
        box for box in place.content["annotations"] if box["category_id"] < 9
    ]


def corners(place: Place) -> None:
    for box in place.content["annotations"]:
        x, y, w, h = box["bbox"]
        box["bbox"] = [x, y, x + w, y + h]


def relative(place: Place) -> None:
    height, width = SIZE
    for box in place.content["annotations"]:
        x, y, w, h = box["bbox"]
        box["bbox"] = [x / width, y / height, w / width, h / height]


def ids_0_to_9(place: Place) -> None:
    place.map_ids(lambda label: label - 1, str)


def svhn_ids(place: Place) -> None:
    place.map_ids(lambda label: label - 1 or 10, str)


def category_missing(place: Place) -> None:
    del place.content["categories"][3]
    boxes = place.content["annotations"]
    numbers = {box["image_id"] for box in boxes if box["category_id"] == 4}
    place.content["annotations"] = [b for b in boxes if b["image_id"] not in numbers]
    place.content["images"] = [i for i in place.content["images"] if i["id"] not in numbers]
    for number in numbers:
        (place.root / place.name / f"{number}.png").unlink()

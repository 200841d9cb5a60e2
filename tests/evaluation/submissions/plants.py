"""Faults to plant in the entries of ``pred.json`` and the lines of ``pred.csv``."""

from collections.abc import Callable
from typing import Any, NamedTuple

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

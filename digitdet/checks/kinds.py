"""What can be wrong with a data set: each kind of problem, how grave it is, and what to do."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Kind:
    """A kind of problem.

    Attributes:
        severity: ``"error"`` where training stops, learns something wrong or is scored wrong;
            ``"warning"`` where digitdet copes, or a single box is in doubt.
        what: What is wrong.
        remedy: What to do about it.
        fix: What the fixed copy does about it; nothing if empty.
    """

    severity: Severity
    what: str
    remedy: str
    fix: str = ""


# In the order of the report.
KINDS: dict[str, Kind] = {
    "no_data": Kind(
        "error",
        "there is neither an annotation file nor a folder of pictures",
        "name the folder that holds train.json and train/",
    ),
    "file_unreadable": Kind(
        "error", "an annotation file is not a COCO object in JSON", "export or download it again"
    ),
    "no_pictures": Kind("error", "a file's list of images is empty", "export it again"),
    "folder_missing": Kind(
        "error",
        "an annotation file has no folder of its name",
        "put the pictures there, or check with --no-images",
    ),
    "missing_key": Kind(
        "error",
        "a record lacks a key",
        "add it",
        "takes a size from the picture, else drops the picture",
    ),
    "not_finite": Kind(
        "error",
        "a number is NaN, infinite or huge",
        "label it again",
        "takes a size from the picture, else drops the picture",
    ),
    "wrong_value": Kind(
        "error",
        "a value is of the wrong type or out of range",
        "correct it",
        "reads numbers written as text, takes a size from the picture, else drops the picture",
    ),
    "unsafe_name": Kind(
        "error",
        "a file name leaves the picture folder, or has characters that no name should",
        "give names relative to the folder",
        "keeps the last part of the name where that picture is there and no other record ends "
        "alike, else drops the picture",
    ),
    "repeated_image_id": Kind(
        "error",
        "pictures share an id, so that boxes have no sure owner",
        "number the pictures anew",
        "drops a record that stands twice, else all pictures of that id",
    ),
    "repeated_file_name": Kind(
        "error",
        "a picture is listed twice under different ids",
        "list it once with all its boxes",
        "moves the boxes to the first",
    ),
    "repeated_annotation_id": Kind(
        "error",
        "annotations share an id; COCO evaluators keep one of them",
        "number the annotations anew",
        "gives the later ones new ids",
    ),
    "orphan_annotation": Kind(
        "error",
        "an annotation belongs to no picture of its file",
        "add the picture, or take the annotation out",
        "drops the annotation",
    ),
    "categories_unusable": Kind(
        "error",
        "the categories do not name the digits '0' to '9'",
        "name each category by its digit",
        "drops categories that no box uses, where that is enough",
    ),
    "categories_swapped": Kind(
        "error",
        "categories hold their name as id and their id as name",
        "swap them",
        "swaps them",
    ),
    "ids_are_digits": Kind(
        "error",
        "boxes carry the digit, 0 to 9, as category id, but the file says digit + 1",
        "add 1 to each category id",
        "adds 1",
    ),
    "category_zero": Kind(
        "error",
        "a box has the category id 0, the background, which the file does not define",
        "label it again",
        "drops the picture, where boxes of id 10 show that ids are digit + 1",
    ),
    "unknown_category": Kind(
        "error",
        "a box has a category id that the file does not define",
        "label it again, or add the category",
        "drops the picture, unless a category that is missing explains the id, or an id of 10 "
        "where none is 0 puts all ids in doubt",
    ),
    "xyxy_as_xywh": Kind(
        "error",
        "boxes hold two corners instead of corner and size",
        "write [x, y, width, height]",
        "converts all boxes of the file",
    ),
    "boxes_relative": Kind(
        "error",
        "boxes are shares of the picture, 0 to 1, instead of pixels",
        "multiply by width and height",
    ),
    "box_empty": Kind(
        "error", "a box has no width or height", "draw it again", "drops the annotation"
    ),
    "box_wholly_outside": Kind(
        "error", "a box lies outside its picture", "draw it again", "drops the annotation"
    ),
    "box_repeated": Kind(
        "error", "a box stands twice with the same digit", "keep one", "keeps the first"
    ),
    "picture_missing": Kind(
        "error",
        "a listed picture is not there",
        "add it, or take it out",
        "keeps the last part of the name where that picture is there and no other record ends "
        "alike, else drops the picture",
    ),
    "picture_unreadable": Kind(
        "error", "a picture cannot be decoded", "download it again", "drops the picture"
    ),
    "name_unusable": Kind(
        "error",
        "a picture without labels gets no id of its own by its name",
        "rename it",
    ),
    "size_differs": Kind(
        "error",
        "a picture is of another size than stated (after EXIF turning)",
        "check that the boxes fit, then state the real size",
        "states the real size where the boxes fit it and no resizing or turning explains it, "
        "else drops the picture",
    ),
    "leaked_picture": Kind(
        "error",
        "the same pixels stand in another split",
        "keep the picture in one split",
        "drops the copy of the larger split, normally train; one without labels stays whole",
    ),
    "no_annotations": Kind(
        "warning",
        "no annotation file stands beside the folders of pictures",
        "name it as its folder; tools/convert.py writes it from other formats and layouts",
    ),
    "file_twice": Kind(
        "warning",
        "NAME.json.gz stands beside NAME.json",
        "keep one of them",
        "leaves it out",
    ),
    "duplicate_picture": Kind(
        "warning", "the same pixels stand twice in a split", "keep one, or mean it"
    ),
    "picture_unlisted": Kind(
        "warning",
        "a picture of the folder is not listed",
        "label it, or take it away",
        "leaves it out",
    ),
    "picture_without_boxes": Kind(
        "warning", "a picture has no box", "label it, unless it shows no digit"
    ),
    "ids_0_to_9": Kind(
        "warning",
        "category ids are the digits, 0 to 9; read by their names, but id 0 is the background "
        "elsewhere",
        "use digit + 1",
        "renumbers to digit + 1",
    ),
    "category_ids_differ": Kind(
        "warning",
        "category ids are not digit + 1; read by their names, as SVHN's own 10 for digit 0",
        "use digit + 1",
        "renumbers to digit + 1",
    ),
    "category_missing": Kind(
        "warning", "a digit has no category", "add it, so that each digit has one", "adds it"
    ),
    "annotation_id_missing": Kind(
        "warning", "an annotation has no integer id", "number the annotations", "numbers it"
    ),
    "box_outside": Kind(
        "warning",
        "a box reaches out of its picture",
        "clip it; training does so by itself",
        "clips it",
    ),
    "box_huge": Kind(
        "warning",
        "a box is larger than its picture, or implausible beside the others of the file",
        "look at it",
        "clips it to the picture",
    ),
    "box_tiny": Kind("warning", "a box is less than 3 pixels wide or high", "look at it"),
    "boxes_overlap": Kind(
        "warning",
        "two boxes lie on one place (IoU of 0.7 or more)",
        "keep the one that is right, or draw them again",
    ),
}

"""What is checked of the deliverables: each check, how grave its fault is, and what to do."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]
Stage = Literal["files", "zip", "json", "entries", "csv", "rows", "numbers"]


@dataclass(frozen=True)
class Kind:
    """A check, and the kind of fault that it finds.

    Attributes:
        stage: What it looks at: the files, their zip, ``pred.json`` as text, its entries,
            ``pred.csv`` as text, its lines, or its numbers beside the entries.
        severity: ``"error"`` where a grader refuses the file, or scores something else than is
            meant; ``"warning"`` for what is legal but costs points or is seldom meant.
        what: What holds of a submission without this fault.
        remedy: What to do about the fault.
    """

    stage: Stage
    severity: Severity
    what: str
    remedy: str


# In the order of the checklist.
KINDS: dict[str, Kind] = {
    "zip_unreadable": Kind(
        "zip", "error", "the zip can be unpacked", "write it again with tools/submit.py"
    ),
    "zip_encrypted": Kind("zip", "error", "the zip is not encrypted", "pack it without a password"),
    "zip_compression": Kind(
        "zip",
        "error",
        "the zip's files are deflated or stored, which every program unpacks",
        "pack them without another compression",
    ),
    "zip_in_folder": Kind(
        "zip",
        "error",
        "pred.json and pred.csv lie at the top of the zip",
        "pack the two files, not their folder",
    ),
    "zip_name_wrong": Kind(
        "zip",
        "error",
        "the zip's files are named exactly pred.json and pred.csv",
        "rename them before packing; the zip's own name is free",
    ),
    "zip_extra_file": Kind(
        "zip", "error", "the zip holds nothing else", "pack pred.json and pred.csv alone"
    ),
    "zip_file_twice": Kind("zip", "error", "the zip holds each file once", "pack it anew"),
    "zip_differs": Kind(
        "zip",
        "error",
        "the zip holds what lies beside it",
        "pack it again, or take away the older one",
    ),
    "file_missing": Kind(
        "files",
        "error",
        "pred.json and pred.csv are both there",
        "add it; tools/submit.py writes both",
    ),
    "json_not_utf8": Kind(
        "json",
        "error",
        "pred.json is UTF-8 without a byte order mark",
        "write it with encoding='utf-8'",
    ),
    "json_unreadable": Kind(
        "json",
        "error",
        "pred.json is JSON",
        "write it with json.dump; was the writing interrupted?",
    ),
    "json_not_list": Kind(
        "json",
        "error",
        "pred.json is one list",
        "write the list of detections alone, without an object around it",
    ),
    "entry_not_object": Kind(
        "entries",
        "error",
        "each entry is an object: the list is flat",
        "write one object for each detection, not one list for each picture",
    ),
    "key_missing": Kind(
        "entries", "error", "each entry has image_id, bbox, score and category_id", "add the key"
    ),
    "key_unknown": Kind(
        "entries", "warning", "no entry has another key", "leave it out; evaluators read over it"
    ),
    "image_id_not_integer": Kind(
        "entries", "error", "image ids are integers", "write the integer of the picture's stem"
    ),
    "image_id_unknown": Kind(
        "entries",
        "error",
        "each image id is that of a picture",
        "write the integer of the picture's stem, or name the folder or annotation file of the "
        "pictures that were read, of the same split",
    ),
    "bbox_malformed": Kind(
        "entries", "error", "boxes are four numbers", "write [x, y, width, height]"
    ),
    "bbox_not_finite": Kind(
        "entries", "error", "the numbers of boxes are finite", "leave the detection out"
    ),
    "bbox_is_xyxy": Kind(
        "entries",
        "error",
        "boxes are corner and size, not two corners",
        "write [x1, y1, x2 - x1, y2 - y1]",
    ),
    "bbox_leaves_picture": Kind(
        "entries",
        "error",
        "boxes lie in their pictures",
        "write [x, y, width, height] in pixels of the original picture, from its top left corner",
    ),
    "bbox_is_relative": Kind(
        "entries",
        "error",
        "boxes are in pixels, not shares of the picture",
        "multiply by width and height of the picture",
    ),
    "bbox_empty": Kind(
        "entries", "error", "boxes have a width and a height", "leave the detection out"
    ),
    "score_malformed": Kind(
        "entries", "error", "scores are numbers", "write the probability, 0 to 1"
    ),
    "score_not_finite": Kind(
        "entries", "error", "scores are finite", "leave the detection out; was the loss finite?"
    ),
    "score_is_percentage": Kind(
        "entries", "error", "scores are shares, not percentages", "divide by 100"
    ),
    "score_is_logit": Kind(
        "entries", "error", "scores are probabilities, not logits", "apply softmax or sigmoid"
    ),
    "score_out_of_range": Kind("entries", "error", "scores lie in 0 to 1", "write the probability"),
    "category_id_not_integer": Kind(
        "entries", "error", "category ids are integers", "write digit + 1, 1 to 10"
    ),
    "category_id_is_digit": Kind(
        "entries", "error", "category ids are digit + 1, not the digit", "add 1 to each category id"
    ),
    "category_id_unknown": Kind(
        "entries",
        "error",
        "each category id is that of a digit",
        "write digit + 1, 1 to 10, or the id of the annotation file where that has others",
    ),
    "entry_repeated": Kind(
        "entries",
        "warning",
        "no entry stands twice",
        "keep one; each further one counts as a false detection",
    ),
    "no_detections": Kind(  # pycocotools' loadRes fails on an empty list
        "entries", "error", "something was detected", "look at the checkpoint and its thresholds"
    ),
    "scores_cut_off": Kind(
        "entries",
        "warning",
        "low scores are there, too: they raise mAP",
        "keep scores from .05 or less; a threshold belongs to the reader alone",
    ),
    "many_detections": Kind(
        "entries",
        "warning",
        "no picture has more than 100 detections",
        "keep the best 100; COCO's evaluation counts no more",
    ),
    "csv_not_utf8": Kind(
        "csv",
        "error",
        "pred.csv is UTF-8 without a byte order mark",
        "write it with encoding='utf-8'",
    ),
    "csv_unreadable": Kind("csv", "error", "pred.csv is CSV", "write it with Python's csv module"),
    "csv_header_wrong": Kind(
        "csv", "error", "its first line is image_id,pred_label", "write exactly that line first"
    ),
    "csv_row_malformed": Kind(
        "rows", "error", "each line has two values, parted by a comma", "write image_id,pred_label"
    ),
    "csv_id_not_integer": Kind(
        "rows", "error", "its image ids are integers", "write the integer of the picture's stem"
    ),
    "csv_id_unknown": Kind(
        "rows", "error", "each of its image ids is that of a picture", "take the line out"
    ),
    "picture_twice": Kind("rows", "error", "no picture has two lines", "keep one"),
    "picture_missing": Kind(
        "rows",
        "error",
        "every picture has a line",
        "add it, with -1 where nothing was found; one that is missing makes all invalid",
    ),
    "label_empty": Kind("rows", "error", "no number is empty", "write -1 where nothing was found"),
    "label_malformed": Kind(
        "rows",
        "error",
        "numbers are digits alone, or -1",
        "write the digits as text, without a sign, point or space",
    ),
    "label_lost_zeros": Kind(
        "numbers",
        "error",
        "numbers keep their leading zeros",
        "keep numbers as text: int, and pandas without dtype=str, take the zeros away",
    ),
    "label_without_boxes": Kind(
        "numbers",
        "error",
        "each digit of a number has a box of that digit in pred.json",
        "read the numbers from the boxes of pred.json",
    ),
    "label_overlooked": Kind(
        "numbers",
        "warning",
        "no picture with a sure digit (score .9 or more) has -1",
        "look at the reader's thresholds",
    ),
    "nothing_read": Kind(
        "rows", "warning", "some picture has a number", "look at the reader's thresholds"
    ),
}

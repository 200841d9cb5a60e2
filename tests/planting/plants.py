"""The list of planted defects."""

from collections.abc import Callable
from typing import NamedTuple

from planting import files, records
from planting.folders import NUM_PICTURES, Place


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
    Plant("missing_key", records.missing_key),
    Plant("not_finite", records.not_finite, 1),
    Plant("wrong_value", records.wrong_value, 1),
    Plant("wrong_value", records.number_as_text),
    Plant("unsafe_name", records.unsafe_name, beside=frozenset({"picture_unlisted"})),
    Plant("repeated_image_id", records.repeated_image_id, 1),
    Plant("repeated_image_id", records.record_twice),
    Plant("repeated_file_name", records.repeated_file_name),
    Plant("repeated_annotation_id", records.repeated_annotation_id),
    Plant("orphan_annotation", records.orphan),
    Plant("category_zero", records.category_zero, 1),
    Plant("unknown_category", records.unknown_category, 1),
    Plant("box_empty", records.empty_box),
    Plant("box_wholly_outside", records.box_wholly_outside),
    Plant("box_repeated", records.box_repeated),
    Plant("picture_missing", records.picture_missing, 1),
    Plant("picture_missing", records.name_with_folder, beside=frozenset({"picture_unlisted"})),
    Plant("picture_unreadable", records.picture_truncated, 1),
    Plant("picture_unreadable", records.picture_of_no_bytes, 1),
    Plant("picture_unreadable", records.picture_is_text, 1),
    Plant("picture_unreadable", records.picture_outside, 1),
    Plant("picture_unreadable", records.unlabelled_broken),
    Plant("name_unusable", records.unlabelled_number_twice),
    Plant("size_differs", records.size_differs),
    Plant("size_differs", records.cropped),
    Plant("size_differs", records.resized, 1),
    Plant(
        "size_differs", records.sides_swapped, 1, frozenset({"box_outside", "box_wholly_outside"})
    ),
    Plant("leaked_picture", records.leak, 1),
    Plant("duplicate_picture", records.duplicate),
    Plant("picture_unlisted", records.unlisted),
    Plant("picture_without_boxes", records.without_boxes),
    Plant("annotation_id_missing", records.annotation_without_id),
    Plant("box_outside", records.box_outside, 1),
    Plant("box_huge", records.box_huge, 1),
    Plant("box_tiny", records.box_tiny, 1),
    Plant("boxes_overlap", records.overlap, 1),
)
# Of a whole file; each needs a split of its own.
FILE_PLANTS = (
    Plant("file_unreadable", files.file_truncated, None),
    Plant("file_unreadable", files.file_without_annotations, None),
    Plant("no_pictures", files.no_pictures, None),
    Plant("folder_missing", files.folder_missing),
    Plant("file_twice", files.file_twice),
    Plant("categories_unusable", files.svhn_names, None),
    Plant("categories_unusable", files.category_of_all),
    Plant("categories_swapped", files.swapped),
    Plant("ids_are_digits", files.ids_are_digits, 6),
    Plant("xyxy_as_xywh", files.corners),
    Plant("boxes_relative", files.relative, NUM_PICTURES),
    Plant("ids_0_to_9", files.ids_0_to_9),
    Plant("category_ids_differ", files.svhn_ids),
    Plant("category_missing", files.category_missing, 6),
)
PLANTS = RECORD_PLANTS + FILE_PLANTS

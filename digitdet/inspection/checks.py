"""All checks of a data folder."""

from collections.abc import Iterator, Sequence

from digitdet.inspection.box_checks import check_boxes
from digitdet.inspection.category_checks import check_categories
from digitdet.inspection.findings import Problem
from digitdet.inspection.picture_checks import check_copies, check_pictures
from digitdet.inspection.record_checks import check_records
from digitdet.inspection.records import Split


def check_splits(splits: Sequence[Split]) -> Iterator[Problem]:
    """Run all checks.

    Args:
        splits: What a data folder holds.

    Yields:
        What is wrong.
    """
    for split in splits:
        if split.is_labelled:
            yield from check_records(split)
            yield from check_categories(split)
            yield from check_boxes(split)
        yield from check_pictures(split)
    yield from check_copies(splits)

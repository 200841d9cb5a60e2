"""All checks of a data folder."""

from collections.abc import Iterator, Sequence

from digitdet.checks.box_checks import check_boxes
from digitdet.checks.category_checks import check_categories
from digitdet.checks.findings import Problem
from digitdet.checks.picture_checks import check_copies, check_pictures
from digitdet.checks.record_checks import check_records
from digitdet.checks.records import Split


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

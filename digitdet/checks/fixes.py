"""Fixes what can be fixed without looking at pictures."""

from collections.abc import Callable, Sequence

from digitdet.checks.all_checks import check_splits
from digitdet.checks.box_fixes import clip, to_xywh
from digitdet.checks.category_fixes import (
    add_one,
    complete_categories,
    drop_unknown,
    drop_unused,
    drop_zeros,
    renumber_categories,
    swap_categories,
)
from digitdet.checks.edits import Change, Edit, drop_annotations, drop_pictures
from digitdet.checks.findings import Problem
from digitdet.checks.picture_fixes import leave_out, rename_pictures, restate_sizes
from digitdet.checks.record_fixes import (
    drop_repeated_ids,
    mend_records,
    merge_names,
    number_annotations,
)
from digitdet.checks.records import Split

Fix = Callable[[Split, Sequence[Problem]], Edit]

# In this order: records first have to be readable, then have a picture and an owner, then mean a
# digit; boxes are judged last. A category may be added only where ids are digit + 1: at once, so
# that boxes of it are known, or after renumbering.
FIXES: tuple[tuple[Fix, frozenset[str]], ...] = (
    (mend_records, frozenset({"missing_key", "not_finite", "wrong_value", "unsafe_name"})),
    (rename_pictures, frozenset({"picture_missing"})),
    (drop_pictures, frozenset({"picture_unreadable"})),
    (drop_repeated_ids, frozenset({"repeated_image_id"})),
    (merge_names, frozenset({"repeated_file_name"})),
    (drop_annotations, frozenset({"orphan_annotation"})),
    (drop_unused, frozenset({"categories_unusable"})),
    (swap_categories, frozenset({"categories_swapped"})),
    (add_one, frozenset({"ids_are_digits"})),
    (complete_categories, frozenset({"category_missing"})),
    (drop_zeros, frozenset({"category_zero"})),
    (drop_unknown, frozenset({"unknown_category"})),
    (renumber_categories, frozenset({"ids_0_to_9", "category_ids_differ"})),
    (complete_categories, frozenset({"category_missing"})),
    (to_xywh, frozenset({"xyxy_as_xywh"})),
    (restate_sizes, frozenset({"size_differs"})),
    (drop_annotations, frozenset({"box_empty", "box_wholly_outside"})),
    (clip, frozenset({"box_huge", "box_outside"})),
    (drop_annotations, frozenset({"box_repeated"})),
    (drop_pictures, frozenset({"leaked_picture"})),
    (number_annotations, frozenset({"repeated_annotation_id", "annotation_id_missing"})),
    (leave_out, frozenset({"picture_unlisted"})),
)
MAX_PASSES = 5  # a fix can bring another problem to light: two names that become one


def fix_splits(splits: Sequence[Split]) -> tuple[list[Split], list[Change], list[Problem]]:
    """Fix what can be fixed.

    Args:
        splits: What a data folder holds.

    Returns:
        The fixed splits, what was changed, and the problems that remain.
    """
    fixed, changes = list(splits), list[Change]()
    problems = list(check_splits(fixed))
    for _ in range(MAX_PASSES):
        found = {problem.code for problem in problems}
        before = len(changes)
        for fix, codes in FIXES:
            if codes & found:
                fixed, done = _apply(fix, codes, fixed)
                changes += done
        problems = list(check_splits(fixed))
        if len(changes) == before:
            break
    return fixed, changes, problems


def _apply(
    fix: Fix, codes: frozenset[str], splits: Sequence[Split]
) -> tuple[list[Split], list[Change]]:
    """Apply one fix to each split that has problems of its kinds."""
    problems: dict[str, list[Problem]] = {split.source: [] for split in splits}
    for problem in check_splits(splits):
        if problem.code in codes:
            problems[problem.file].append(problem)
    edits = [
        fix(split, problems[split.source]) if problems[split.source] else (split, [])
        for split in splits
    ]
    return [split for split, _ in edits], [change for _, done in edits for change in done]

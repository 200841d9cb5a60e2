"""Damaged annotations: whatever stands in them, checks and fixes agree with the reader."""

import copy
import json
import math
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitdet.checks.all_checks import check_splits
from digitdet.checks.fixes import fix_splits
from digitdet.checks.pictures import Picture
from digitdet.checks.records import Split
from digitdet.datasets.annotations import read_annotations

NUM_PICTURES = 6
LISTS = ("images", "annotations", "categories")
JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-2, 12),
        st.sampled_from([2**63, -(10**30), 10**400, math.nan, math.inf, -0.5, 5.0, 1e9]),
        st.sampled_from(["", "5", " 7 ", "1e3", "nan", "²", "../1.png", "a/2.png", "2.png", "3"]),
        st.text(max_size=4),
    ),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
KEYS = st.sampled_from(
    [
        *("id", "image_id", "category_id", "bbox", "iscrowd", "number"),
        *("file_name", "width", "height", "name"),
    ]
)
DAMAGE = st.tuples(
    st.sampled_from(LISTS),
    st.integers(0, 30),
    st.sampled_from(["set", "delete", "replace", "repeat", "copy"]),
    KEYS,
    JUNK,
)


def _content() -> dict[str, list[Any]]:
    return {
        "images": [
            {"id": number, "file_name": f"{number}.png", "height": 40, "width": 120}
            for number in range(1, NUM_PICTURES + 1)
        ],
        "annotations": [
            {
                "id": 2 * number + side,
                "image_id": number,
                "bbox": [30.0 * side, 5.0, 12.0, 20.0],
                "category_id": (number * 2 + side) % 10 + 1,
            }
            for number in range(1, NUM_PICTURES + 1)
            for side in (0, 1)
        ],
        "categories": [{"id": digit + 1, "name": str(digit)} for digit in range(10)],
    }


def _damage(content: dict[str, list[Any]], damages: list[Any]) -> None:
    for name, number, how, key, junk in damages:
        values = content[name]
        position = number % max(1, len(values))
        if how == "repeat" and values:
            values.append(copy.deepcopy(values[position]))
        elif how == "replace" and values:
            values[position] = junk
        elif values and isinstance(values[position], dict):
            record = values[position]
            other = values[number // 2 % len(values)]
            if how == "delete":
                record.pop(key, None)
            elif how == "copy" and isinstance(other, dict) and key in other:
                record[key] = other[key]
            elif how == "set":
                record[key] = junk


def _split(content: dict[str, list[Any]]) -> Split:
    pictures = {f"{n}.png": Picture((120, 40), str(n)) for n in range(1, NUM_PICTURES + 1)}
    return Split("digits", "digits.json", Path("digits"), pictures=pictures, **content)


def _split_of(content: dict[str, Any]) -> Split:
    """A split of a file's content, without pictures."""
    lists = {key: content[key] for key in LISTS}
    return Split("digits", "digits.json", Path("digits"), **lists)


def _is_accepted(split: Split) -> bool:
    """Whether training could read the annotations."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "digits.json")
        file.write_text(json.dumps({key: getattr(split, key) for key in LISTS}), encoding="utf-8")
        try:
            read_annotations(file)
        except ValueError:
            return False
    return True


def _has_errors(problems: list[Any]) -> bool:
    return any(problem.is_error for problem in problems)


def test_right_annotations_have_no_problem() -> None:
    assert list(check_splits([_split(_content())])) == []
    assert list(check_splits([])) == []


@settings(max_examples=80, deadline=None)
@given(st.lists(DAMAGE, min_size=1, max_size=4))
def test_what_the_checks_pass_the_reader_takes_and_what_they_refuse_can_be_told(
    damages: list[Any],
) -> None:
    content = _content()
    _damage(content, damages)
    split = _split(content)
    problems = list(check_splits([split]))
    assert _is_accepted(split) or _has_errors(problems)
    assert all("\n" not in str(problem) for problem in problems)
    json.dumps([problem.to_json() for problem in problems], allow_nan=False)


@settings(max_examples=80, deadline=None)
@given(st.lists(DAMAGE, min_size=1, max_size=4))
def test_a_fixed_split_has_nothing_left_to_fix_and_the_input_is_untouched(
    damages: list[Any],
) -> None:
    content = _content()
    _damage(content, damages)
    before = json.dumps(content)
    (fixed,), changes, problems = fix_splits([_split(content)])
    assert json.dumps(content) == before
    assert _is_accepted(fixed) or _has_errors(problems)
    assert fix_splits([fixed])[1:] == ([], problems)
    json.dumps([change.to_json() for change in changes], allow_nan=False)


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["train", "valid"])
def test_corners_and_digits_as_ids_are_told_from_real_boxes_and_undone(
    real_data: Path, name: str
) -> None:
    content = json.loads((real_data / f"{name}.json").read_text(encoding="utf-8"))
    right, _, _ = fix_splits([_split_of(copy.deepcopy(content))])
    for box in content["annotations"]:
        x, y, w, h = box["bbox"]
        box["bbox"] = [x, y, x + w, y + h]
        box["category_id"] -= 1
    wrong = _split_of(content)
    codes = {problem.code for problem in check_splits([wrong])}
    assert codes == {"xyxy_as_xywh", "ids_are_digits", "box_outside"}
    fixed, _, problems = fix_splits([wrong])
    assert problems == []
    assert fixed[0].annotations == right[0].annotations

"""Cleaning of annotations for training."""

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from digitdet.datasets.annotations import Annotations
from digitdet.datasets.cleaning import clean

NUMBERS = st.floats(-50, 90, width=32) | st.integers(-5, 45).map(float)
BOXES = st.lists(
    st.tuples(
        st.integers(0, 2), st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS), st.integers(1, 10),
        st.booleans(),
    ),
    max_size=12,
)  # fmt: skip
SIZES = [(20, 30), (1, 1), (40, 7)]  # height, width


def _index(boxes: list[tuple[int, tuple[float, ...], int, bool]]) -> Annotations:
    """An index of boxes given as (picture, xyxy, label, crowd); their ids count from 100."""
    order = sorted(range(len(boxes)), key=lambda position: boxes[position][0])
    counts = [sum(box[0] == picture for box in boxes) for picture in range(3)]
    return Annotations(
        file=Path("digits.json"),
        image_ids=np.array([1, 2, 3]),
        file_names=["1.png", "2.png", "3.png"],
        sizes=np.array(SIZES),
        offsets=np.array([0, counts[0], counts[0] + counts[1], len(boxes)]),
        boxes=np.array([boxes[p][1] for p in order], dtype=np.float32).reshape(-1, 4),
        labels=np.array([boxes[p][2] for p in order], dtype=np.int64),
        iscrowd=np.array([boxes[p][3] for p in order], dtype=bool),
        annotation_ids=np.array([100 + p for p in order], dtype=np.int64),
        category_ids={label: label for label in range(1, 11)},
    )


def test_nothing_is_cleaned_to_nothing() -> None:
    cleaned, cleaning = clean(_index([]))
    assert len(cleaned) == 3
    assert cleaned.boxes.shape == (0, 4)
    assert str(cleaning) == ""


@settings(deadline=None, max_examples=200)
@given(BOXES)
def test_cleaned_boxes_lie_inside_their_picture_have_area_and_keep_their_order(
    boxes: list[tuple[int, tuple[float, ...], int, bool]],
) -> None:
    before = _index(boxes)
    after, cleaning = clean(before)
    expected: dict[str, list[int]] = {"clipped": [], "empty": [], "crowd": []}
    for picture, (height, width) in enumerate(SIZES):
        kept = []
        for number, (owner, box, label, crowd) in enumerate(boxes):
            if owner != picture:
                continue
            inside = [
                max(0.0, min(v, far)) for v, far in zip(box, [width, height] * 2, strict=True)
            ]
            if crowd:
                expected["crowd"].append(100 + number)
            elif not (inside[0] < inside[2] and inside[1] < inside[3]):
                expected["empty"].append(100 + number)
            else:
                kept.append((inside, label, 100 + number))
                if inside != list(box):
                    expected["clipped"].append(100 + number)
        part = after.of_image(picture)
        rows = (after.boxes[part], after.labels[part], after.annotation_ids[part])
        found = list(zip(*(row.tolist() for row in rows), strict=True))
        assert found == kept
    assert vars(cleaning) == expected
    assert after.boxes.dtype == np.float32
    assert not after.iscrowd.any()
    np.testing.assert_equal(vars(before), vars(_index(boxes)))
    assert str(clean(after)[1]) == ""


def test_the_report_counts_and_names_the_annotations() -> None:
    inside = (2.0, 2.0, 9.0, 9.0)
    outside = (25.0, 5.0, 31.0, 9.0)
    boxes = [(0, outside, 1, False)] * 7 + [(0, inside, 2, False), (0, inside, 2, True)]
    assert str(clean(_index(boxes))[1]) == (
        "7 clipped to their picture (annotations 100, 101, 102, 103, 104 and 2 more); "
        "1 marked as crowd dropped (annotation 108)"
    )

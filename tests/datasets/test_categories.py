"""Which label a file's category means."""

import random
from typing import Any

import pytest

from digitdet.datasets.categories import label_map


def _named(ids: list[int]) -> list[dict[str, Any]]:
    """Categories that give the digits 0, 1, ... these ids."""
    return [{"id": category_id, "name": str(digit)} for digit, category_id in enumerate(ids)]


def test_a_file_without_categories_is_refused_with_its_name() -> None:
    with pytest.raises(ValueError, match=r"^some\.json: 'categories' is empty"):
        label_map([], "some.json")


def test_the_homeworks_ids_are_their_own_labels() -> None:
    expected = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7, 8: 8, 9: 9, 10: 10}
    assert label_map(_named(list(range(1, 11))), "some.json") == expected


@pytest.mark.parametrize(
    ("categories", "expected"),
    [
        (_named([0, 1, 2]), {0: 1, 1: 2, 2: 3}),
        ([{"id": 10, "name": "0"}, {"id": 1, "name": "1"}], {10: 1, 1: 2}),
        ([{"id": 77, "name": "9"}], {77: 10}),
        ([{"id": 5, "name": 4}, {"id": 6, "name": " 5 "}], {5: 5, 6: 6}),
        ([{"id": -3, "name": "8", "supercategory": "digit"}], {-3: 9}),
    ],
    ids=["id = digit", "SVHN, 10 is 0", "one digit", "number or padded name", "further keys"],
)
def test_a_label_follows_from_the_name(
    categories: list[dict[str, Any]], expected: dict[int, int]
) -> None:
    assert label_map(categories, "some.json") == expected


def test_the_order_of_the_categories_does_not_matter() -> None:
    categories = _named([30, 10, 20, 90, 80, 70, 60, 50, 40, 100])
    shuffled = random.Random(3).sample(categories, len(categories))
    assert shuffled != categories
    assert label_map(shuffled, "a") == label_map(categories, "a")


@pytest.mark.parametrize(
    ("category", "what"),
    [
        ({}, "needs 'id' and 'name'"),
        ({"id": 3}, "needs 'id' and 'name'"),
        ({"name": "3"}, "needs 'id' and 'name'"),
        ("3", "needs 'id' and 'name'"),
        ({"id": "3", "name": "3"}, "id '3', which is not an integer"),
        ({"id": 3.0, "name": "3"}, "id 3.0, which is not an integer"),
        ({"id": True, "name": "3"}, "id True, which is not an integer"),
        ({"id": 3, "name": ""}, "named '', which is not a digit"),
        ({"id": 3, "name": "three"}, "named 'three', which is not a digit"),
        ({"id": 3, "name": "10"}, "named '10', which is not a digit"),
        ({"id": 3, "name": "٣"}, "named '٣', which is not a digit"),
        ({"id": 3, "name": None}, "named None, which is not a digit"),
        ({"id": 3, "name": True}, "named True, which is not a digit"),
        ({"id": 3, "name": 3.0}, "named 3.0, which is not a digit"),
        ({"id": 3, "name": ["3"]}, "named ['3'], which is not a digit"),
        ({"id": 2**63, "name": "3"}, "which is not an integer"),
        ({"id": 2, "name": "3"}, "repeats the id 2"),
        ({"id": 3, "name": "1"}, "name '1'"),
    ],
)
def test_a_category_that_means_no_one_digit_is_refused_with_file_and_position(
    category: Any, what: str
) -> None:
    with pytest.raises(ValueError, match=r"^some\.json: categories\[2\]") as caught:
        label_map([*_named([1, 2]), category], "some.json")
    assert what in str(caught.value)

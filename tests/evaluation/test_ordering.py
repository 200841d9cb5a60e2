"""Results come in the order of the data set."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from digitdet.evaluation.ordering import in_order, tell_order
from digitdet.evaluation.results import Result


def result(image_id: int, source: str = "") -> Result:
    prediction: Any = {"boxes": torch.zeros(0, 4)}
    target: Any = {"image_id": image_id, "source": source}
    return prediction, target


def loop(dataset: Any, metric: Any) -> Any:
    return SimpleNamespace(
        dataloader=SimpleNamespace(dataset=dataset), evaluator=SimpleNamespace(metrics=[metric])
    )


def ids(results: list[Result]) -> list[int]:
    return [target["image_id"] for _, target in results]


@pytest.mark.parametrize(
    ("of_dataset", "predicted", "expected"),
    [
        ([], [], []),
        ([7, 3, 9], [3, 9, 7], [7, 3, 9]),
        ([7, 3, 9], [5, 9, 4, 7], [7, 9, 5, 4]),
    ],
)
def test_results_are_sorted_by_the_data_set(
    of_dataset: list[int], predicted: list[int], expected: list[int]
) -> None:
    metric = SimpleNamespace()
    tell_order(loop(SimpleNamespace(image_ids=of_dataset), metric))
    assert ids(in_order([result(image_id) for image_id in predicted], metric)) == expected


def test_results_of_one_id_stay_as_they_came() -> None:
    metric = SimpleNamespace()
    tell_order(loop(SimpleNamespace(image_ids=[1, 2]), metric))
    sorted_ones = in_order([result(2, "a"), result(1, "b"), result(2, "c")], metric)
    assert [target["source"] for _, target in sorted_ones] == ["b", "a", "c"]


def test_without_ids_the_order_stays() -> None:
    metric = SimpleNamespace()
    tell_order(loop([0, 1], metric))
    assert ids(in_order([result(2), result(1)], metric)) == [2, 1]


def test_a_loop_without_an_evaluator_is_left_alone() -> None:
    own = SimpleNamespace(dataloader=SimpleNamespace(dataset=SimpleNamespace(image_ids=[1])))
    assert tell_order(own) is own  # type: ignore[comparison-overlap]

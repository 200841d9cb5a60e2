"""Non-maximum suppression across models."""

import pytest
from ensembling.made_models import draw_models, iou, prediction

from digitdet.ensembling.fusion import Fusion
from digitdet.structures import Prediction


def slow_nms(models: list[Prediction], threshold: float, weights: list[float]) -> list[list[float]]:
    """Greedy suppression, box by box."""
    boxes = [
        (score * weight, label, box)
        for found, weight in zip(models, weights, strict=True)
        for score, label, box in zip(
            found["scores"].tolist(), found["labels"].tolist(), found["boxes"].tolist(), strict=True
        )
    ]
    kept: list[tuple[float, int, list[float]]] = []
    for score, label, box in sorted(boxes, key=lambda row: -row[0]):  # stable
        if all(other[1] != label or iou(box, other[2]) <= threshold for other in kept):
            kept.append((score, label, box))
    return [[score, label, *box] for score, label, box in kept]


def test_nothing_found_gives_nothing() -> None:
    empty = prediction([], [], [])
    assert Fusion("nms")([empty, empty])["boxes"].shape == (0, 4)


@pytest.mark.parametrize("weights", [[1.0, 1.0, 1.0], [0.5, 0.25, 1.0]])
@pytest.mark.parametrize("levels", [None, 2])
@pytest.mark.parametrize("seed", range(6))
def test_it_keeps_what_greedy_suppression_keeps(
    seed: int, levels: int | None, weights: list[float]
) -> None:
    models = draw_models(seed, num_digits=25, levels=levels)
    fused = Fusion("nms", weights=weights)(models)
    expected = slow_nms(models, 0.5, weights)
    columns = zip(fused["scores"], fused["labels"], fused["boxes"], strict=True)
    got = [[score.item(), label.item(), *box.tolist()] for score, label, box in columns]
    assert len(got) < sum(len(found["scores"]) for found in models)
    assert [row[1:] for row in got] == [row[1:] for row in expected]
    assert [row[0] for row in got] == pytest.approx([row[0] for row in expected])


def test_digits_left_of_their_picture_do_not_suppress_another_digit() -> None:
    # torchvision parts classes by the largest coordinate, here 20: 3s end where 4s left of 0 begin.
    models = [
        prediction([[0, 0, 20, 20]], [3], [0.9]),
        prediction([[-21, -21, -1, -1]], [4], [0.8]),
    ]
    assert len(Fusion("nms")(models)["scores"]) == 2


def test_of_equally_sure_boxes_the_first_models_stays() -> None:
    one, other = [10, 10, 30, 50], [11, 10, 30, 50]
    models = [prediction([box], [3], [0.9]) for box in (one, other)]
    assert Fusion("nms")(models)["boxes"].tolist() == [one]
    assert Fusion("nms")(models[::-1])["boxes"].tolist() == [other]

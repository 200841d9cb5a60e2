"""What holds for every way to fuse."""

from typing import Any

import numpy as np
import pytest
import torch
from ensembling.made_models import draw_models, prediction
from hypothesis import given, settings
from hypothesis import strategies as st

from digitdet.ensembling.fusion import METHODS, Fusion
from digitdet.structures import Prediction

method_names = pytest.mark.parametrize("method", METHODS)


def by_place(found: Prediction) -> list[list[float]]:
    columns = zip(found["labels"], found["scores"], found["boxes"], strict=True)
    return sorted([float(label), float(score), *box.tolist()] for label, score, box in columns)


@method_names
@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), copies=st.integers(1, 4), levels=st.sampled_from([None, 3]))
def test_a_model_with_itself_is_that_model(
    method: str, seed: int, copies: int, levels: int | None
) -> None:
    # One that has each digit once: what overlaps within a model is fused as well.
    found = Fusion("nms", iou=0.4)(draw_models(seed, num_models=1, levels=levels))
    fused = Fusion(method)([found] * copies)
    np.testing.assert_allclose(by_place(fused), by_place(found), atol=1e-4)


@method_names
@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), order=st.permutations(range(3)))
def test_the_order_of_the_models_does_not_matter(method: str, seed: int, order: list[int]) -> None:
    models, weights = draw_models(seed), [1.0, 2.0, 1.5]
    fused = Fusion(method, weights=weights)(models)
    turned = Fusion(method, weights=[weights[i] for i in order])([models[i] for i in order])
    np.testing.assert_allclose(by_place(turned), by_place(fused), atol=1e-3)


@method_names
def test_detections_are_float32_by_falling_score_and_come_out_alike_twice(method: str) -> None:
    models = draw_models(5, num_digits=30, levels=3)
    fused, again = Fusion(method)(models), Fusion(method)(models)
    scores = fused["scores"].tolist()
    assert scores == sorted(scores, reverse=True)
    assert {key: value.dtype for key, value in fused.items()} == {
        "boxes": torch.float32,
        "labels": torch.int64,
        "scores": torch.float32,
    }
    assert all(torch.equal(fused[key], again[key]) for key in fused)


@method_names
def test_only_ratios_of_weights_count(method: str) -> None:
    models = draw_models(6)
    one, other = (Fusion(method, weights=w)(models) for w in ([2, 1, 1], [20, 10, 10]))
    np.testing.assert_allclose(by_place(one), by_place(other), atol=1e-5)
    assert by_place(one) != by_place(Fusion(method)(models))


@method_names
def test_the_best_100_stay_as_coco_evaluates_no_more(method: str) -> None:
    boxes = [[20.0 * n, 0.0, 20.0 * n + 10, 10.0] for n in range(130)]
    many = prediction(boxes, [1] * 130, [1 - n / 200 for n in range(130)])
    fused = Fusion(method)([many, many])
    assert len(fused["scores"]) == 100
    assert fused["scores"][-1].item() == pytest.approx(1 - 99 / 200, abs=1e-6)


@method_names
def test_what_scores_less_than_the_least_score_is_left_out_before(method: str) -> None:
    models = [prediction([[0, 0, 9, 9], [20, 0, 29, 9]], [1, 1], [0.7, 0.2])] * 2
    assert len(Fusion(method)(models)["scores"]) == 2
    assert len(Fusion(method, min_score=0.7)(models)["scores"]) == 1  # .7 reaches .7, in float32


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "nmw"}, "method is one of nms, wbf; got 'nmw'"),
        ({"iou": 0}, "iou lies between 0 and 1, got 0"),
        ({"iou": float("nan")}, "iou lies between 0 and 1"),
        ({"weights": [1, 0]}, r"weights are above 0, got \[1, 0\]"),
        ({"weights": [1, float("inf")]}, "weights are above 0"),
        ({"min_score": 1.5}, "min_score is 0 to 1, got 1.5"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Fusion(**arguments)


def test_weights_that_do_not_fit_the_models_are_refused() -> None:
    with pytest.raises(ValueError, match="2 weights do not fit 3 predictions"):
        Fusion(weights=[1, 2])(draw_models(0))


@pytest.mark.gpu
@method_names
def test_what_was_found_on_a_gpu_is_fused_there(method: str) -> None:
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    models = draw_models(7)
    on_gpu: list[Any] = [{key: value.cuda() for key, value in m.items()} for m in models]
    fused = Fusion(method)(on_gpu)
    assert fused["boxes"].is_cuda
    assert by_place(fused) == by_place(Fusion(method)(models))

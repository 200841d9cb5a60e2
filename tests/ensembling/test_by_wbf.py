"""Weighted boxes fusion against a slow version of the paper (Solovyev et al. 2021)."""

import sys
import warnings
from typing import Any

import numpy as np
import pytest
import torch
from ensembling.made_models import draw_models, iou, prediction

from digitdet.ensembling.fusion import Fusion
from digitdet.structures import Prediction

Row = tuple[list[float], int, float]  # box, label, score


def rows(found: Prediction) -> list[Row]:
    columns = (found["boxes"].tolist(), found["labels"].tolist(), found["scores"].tolist())
    return list(zip(*columns, strict=True))


def by_the_paper(
    models: list[Prediction], threshold: float, weights: list[float] | None = None
) -> list[Row]:
    """Section 3 of the paper, box by box; a model without a box in a cluster counts as score 0."""
    weights = weights or [1.0] * len(models)
    boxes = [
        (box, label, score, model)
        for model, found in enumerate(models)
        for box, label, score in rows(found)
    ]
    clusters: list[list[Any]] = []
    fused: list[list[float]] = []
    for entry in sorted(boxes, key=lambda entry: -entry[2] * weights[entry[3]]):  # stable
        overlaps = [
            iou(entry[0], box) if cluster[0][1] == entry[1] else 0.0
            for cluster, box in zip(clusters, fused, strict=True)
        ]
        best = max(range(len(overlaps)), key=overlaps.__getitem__, default=-1)
        if best >= 0 and overlaps[best] > threshold:
            clusters[best].append(entry)
        else:
            best = len(clusters)
            clusters.append([entry])
            fused.append([])
        factors = [score * weights[model] for _, _, score, model in clusters[best]]
        fused[best] = [
            sum(f * entry[0][side] for f, entry in zip(factors, clusters[best], strict=True))
            / sum(factors)
            for side in range(4)
        ]
    result = []
    for cluster, box in zip(clusters, fused, strict=True):
        own = [weights[model] for *_, model in cluster]
        absent = set(range(len(models))) - {model for *_, model in cluster}
        total = sum(score * weights[model] for _, _, score, model in cluster)
        score = total / (sum(own) + sum(weights[model] for model in absent))
        result.append((box, cluster[0][1], score))
    return sorted(result, key=lambda row: -row[2])


def assert_alike(found: Prediction, expected: list[Row], atol: float = 1e-3) -> None:
    """Compare; rows of nearly the same score may stand in either order."""
    place = lambda row: (row[1], round(row[2], 4), row[0])  # noqa: E731
    got, wanted = sorted(rows(found), key=place), sorted(expected, key=place)
    assert [row[1] for row in got] == [row[1] for row in wanted]
    np.testing.assert_allclose([r[2] for r in got], [r[2] for r in wanted], atol=2e-6)
    np.testing.assert_allclose([r[0] for r in got], [r[0] for r in wanted], atol=atol)
    assert found["scores"].tolist() == sorted(found["scores"].tolist(), reverse=True)


def test_nothing_found_gives_nothing() -> None:
    empty = prediction([], [], [])
    fused = Fusion("wbf")([empty, empty])
    assert fused["boxes"].shape == (0, 4)
    assert fused["labels"].dtype == torch.int64


@pytest.mark.parametrize("weights", [None, [3.0, 1.0, 2.0]])
@pytest.mark.parametrize("seed", range(6))
def test_it_gives_what_the_paper_describes(seed: int, weights: list[float] | None) -> None:
    models = draw_models(seed)
    fused = Fusion("wbf", weights=weights)(models)
    assert_alike(fused, by_the_paper(models, 0.55, weights))
    assert len(fused["scores"]) < sum(len(found["scores"]) for found in models)


@pytest.mark.parametrize("seed", range(4))
def test_equal_scores_are_taken_in_the_order_of_models_and_boxes(seed: int) -> None:
    models = draw_models(seed, num_digits=40, levels=2)
    assert_alike(Fusion("wbf")(models), by_the_paper(models, 0.55))


def test_a_score_is_the_mean_over_all_models() -> None:
    box = [10.0, 10.0, 30.0, 50.0]
    alone, nothing = prediction([box], [4], [0.9]), prediction([], [], [])
    for models, score in (
        ([alone, nothing, nothing], 0.3),
        ([alone, prediction([box], [4], [0.6]), nothing], 0.5),
        ([alone, alone, alone], 0.9),
        ([alone, prediction([box], [5], [0.6])], 0.45),  # another digit is no support
    ):
        fused = Fusion("wbf")(models)
        assert fused["scores"][0].item() == pytest.approx(score, abs=1e-6)
        np.testing.assert_allclose(fused["boxes"][0], box, atol=1e-4)


def test_no_score_passes_1_where_a_heavy_model_has_a_digit_thrice() -> None:
    box = [10.0, 10.0, 30.0, 50.0]
    thrice, nothing = prediction([box] * 3, [4] * 3, [1.0] * 3), prediction([], [], [])
    fused = Fusion("wbf", weights=[2, 1])([thrice, nothing])
    assert fused["scores"].tolist() == pytest.approx([6 / 7])


def test_boxes_far_outside_their_picture_are_not_cut_off() -> None:
    models = draw_models(1)
    moved = [{**found, "boxes": found["boxes"] * 2 - 5000} for found in models]
    expected = [([2 * x - 5000 for x in box], *rest) for box, *rest in by_the_paper(models, 0.55)]
    assert_alike(Fusion("wbf")(moved), expected)


def test_in_a_picture_of_4000_pixels_rounding_moves_no_box_by_a_hundredth() -> None:
    models = [{**found, "boxes": found["boxes"] * 12} for found in draw_models(2)]
    assert_alike(Fusion("wbf")(models), by_the_paper(models, 0.55), atol=0.01)


def test_a_box_without_area_is_left_out_and_no_warning_is_given() -> None:
    flat = prediction([[5, 5, 5, 20], [9, 9, 20, 30]], [3, 3], [0.9, 0.5])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fused = Fusion("wbf")([flat, flat])
        only_flat = Fusion("wbf")([prediction([[5, 5, 5, 20]], [3], [0.9])])
    assert fused["boxes"].tolist() == [[9, 9, 20, 30]]
    assert len(only_flat["scores"]) == 0


def test_boxes_that_score_nothing_have_a_mean_too() -> None:
    sides = (([10, 0, 20, 20], 0.0), ([12, 0, 22, 20], 0.0))
    models = [prediction([box], [3], [score]) for box, score in sides]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fused = Fusion("wbf")(models)
    np.testing.assert_allclose(fused["boxes"], [[11, 0, 21, 20]], atol=1e-4)
    assert fused["scores"].tolist() == pytest.approx([0], abs=1e-9)


def test_a_missing_package_is_named_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "ensemble_boxes", None)
    with pytest.raises(ImportError, match=r"pip install ensemble-boxes"):
        Fusion("wbf")
    Fusion("nms")

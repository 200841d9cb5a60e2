"""How a fusion stands to its models, in figures and in words."""

import torch
from evaluation.made_splits import draw_split, evaluate, sample
from rich.console import Console

from digitdet.ensembling.report import Standing, judge, remarks, standings_table
from digitdet.evaluation import NumberMetric
from digitdet.readers import LineReader


def standing(map_: float, right: str) -> Standing:
    """A standing by its mAP and its pictures, ``"+"`` for those that are read."""
    read = tuple(sign == "+" for sign in right)
    return Standing(map_, map_, sum(read) / len(read), read, 12_345)


def test_no_picture_has_figures_of_minus_one_and_is_not_compared() -> None:
    none = judge([], LineReader())
    assert (none.map, none.map_50, none.number_accuracy, none.right) == (-1, -1, -1, ())
    assert remarks({"a": none, "b": none}, none) == [
        "No picture, or no digit in them: nothing to compare."
    ]


def test_the_figures_are_those_of_the_metrics() -> None:
    split = draw_split(seed=4, num_pictures=30)
    right = sample(
        5,
        box := torch.tensor([[5.0, 5, 15, 25]]),
        torch.tensor([3]),
        box,
        torch.tensor([3]),
        torch.tensor([0.9]),
    )
    results = [*split, right]
    judged = judge(results, LineReader())
    boxes = evaluate(results)
    numbers = NumberMetric({"type": "LineReader"}).compute_metrics(results)
    assert judged.map == boxes["map"]
    assert judged.map_50 == boxes["map_50"]
    assert judged.number_accuracy == numbers["number_accuracy"]
    assert sum(judged.right) == round(judged.number_accuracy * 31) > 0
    assert judged.right[-1]
    assert judged.num_detections == sum(len(found["scores"]) for found, _ in results)


def test_figures_that_move_apart_are_told_plainly_in_either_direction() -> None:
    models = {"a": standing(0.4, "++++++----"), "b": standing(0.3, "++++----++")}
    told = remarks(models, standing(0.41, "+++++-----"))
    assert told[0] == "mAP: +0.0100 beside the best model's (a)."
    assert "-1 of 10 (0 won, 1 lost; that may be chance)" in told[1]
    assert "fusing raises mAP and lowers number accuracy" in told[2]
    told = remarks(models, standing(0.35, "+++++++---"))
    assert "fusing raises number accuracy and lowers mAP" in told[2]


def test_figures_that_move_together_or_not_at_all_do_not_move_apart() -> None:
    models = {"a": standing(0.4, "++--"), "b": standing(0.3, "+---")}
    for map_, right in ((0.5, "+++-"), (0.3, "+---"), (0.5, "++--"), (0.4, "+++-")):
        assert len(remarks(models, standing(map_, right))) == 2


def test_each_figure_is_held_against_the_model_that_is_best_in_it() -> None:
    models = {"boxes": standing(0.4, "+---"), "numbers": standing(0.3, "+++-")}
    told = remarks(models, standing(0.4, "++--"))
    assert "+0.0000 beside the best model's (boxes)" in told[0]
    assert "-1 of 4" in told[1]
    assert "(numbers)" in told[1]


def test_a_difference_that_can_hardly_be_chance_is_not_called_so() -> None:
    models = {"a": standing(0.4, "-" * 10), "b": standing(0.4, "-" * 10)}
    assert "chance" not in remarks(models, standing(0.4, "+" * 6 + "-" * 4))[1]  # p = 1/32
    assert "chance" in remarks(models, standing(0.4, "+" * 5 + "-" * 5))[1]  # p = 1/16
    assert "chance" not in remarks(models, standing(0.4, "-" * 10))[1]


def test_the_table_shows_each_model_and_the_fusion_last() -> None:
    console = Console(width=90)
    with console.capture() as capture:
        console.print(standings_table({"a.json": standing(0.25, "+-")}, standing(-1, "++")))
    model, fusion = [line for line in capture.get().splitlines() if "12,345" in line]
    assert model.split("│")[1:4] == [" a.json      ", " 0.2500 ", " 0.2500 "]
    assert "fusion" in fusion
    assert " -1 " in fusion
    assert "1.0000" in fusion

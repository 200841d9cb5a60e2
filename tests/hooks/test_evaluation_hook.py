from types import SimpleNamespace
from typing import Any

import pytest
import torch
from mmengine.logging import MessageHub, MMLogger

from digitdet.console import console
from digitdet.hooks import EvaluationHook
from digitdet.hooks.evaluation_hook import EpochResult, best


class Scalars:
    """A visualizer that keeps what it is given."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, float, int]] = []

    def add_scalar(self, name: str, value: float, step: int) -> None:
        self.kept.append((name, value, step))


@pytest.fixture
def runner() -> Any:
    return SimpleNamespace(
        epoch=0,
        iter=0,
        epoch_step=lambda epoch, step: 0,  # noqa: ARG005
        max_epochs=3,
        message_hub=MessageHub.get_instance("evaluation"),
        visualizer=Scalars(),
        logger=MMLogger.get_instance("evaluation", log_level="ERROR"),
    )


def run_epoch(hook: EvaluationHook, runner: Any, losses: list[float], value: float) -> None:
    hook.before_train_epoch(runner)
    for step, loss in enumerate(losses):
        hook.after_train_iter(runner, step, None, {"loss": torch.tensor(loss)})
    runner.epoch += 1
    runner.iter += len(losses)
    hook.after_val_epoch(runner, {"map": value, "map_50": value})


@pytest.mark.parametrize(
    ("metrics", "said"),
    [
        (None, "the evaluators give nothing"),
        ({}, "the evaluators give nothing"),
        ({"map_50": 0.5, "ap_0": 0.1}, "the evaluators give map_50, ap_0"),
    ],
)
def test_a_metric_that_is_not_computed_is_refused(
    runner: Any, metrics: dict[str, float] | None, said: str
) -> None:
    with pytest.raises(ValueError, match=rf"EvaluationHook\(metric='mAP'\): {said}"):
        EvaluationHook(metric="mAP").after_val_epoch(runner, metrics)


@pytest.mark.parametrize(
    ("values", "epoch"),
    [([-1.0], 1), ([0.0, 0.0], 1), ([0.1, 0.4, 0.4, 0.3], 2), ([0.1, 0.2, 0.3], 3)],
)
def test_the_best_is_the_first_of_the_highest(values: list[float], epoch: int) -> None:
    history = [
        EpochResult(epoch=number, loss=None, metrics={"map": value, "other": -value})
        for number, value in enumerate(values, 1)
    ]
    assert best(history, "map")["epoch"] == epoch


def test_the_best_of_errors_is_the_first_of_the_lowest() -> None:
    history = [
        EpochResult(epoch=number, loss=None, metrics={"digits_wrong": value})
        for number, value in enumerate([3.0, 1.0, 1.0, 2.0], 1)
    ]
    assert best(history, "digits_wrong")["epoch"] == 2


def test_an_epochs_line_has_loss_metric_and_best(
    runner: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    hook = EvaluationHook()
    hook.before_train(runner)
    with console.capture() as shown:
        run_epoch(hook, runner, [1.0, 3.0], 0.5)
        run_epoch(hook, runner, [1.0, 1.0, 1.0], 0.25)
    assert shown.get().splitlines() == [
        "epoch 1/3  loss 2.0000  map 0.5000  best 0.5000 (epoch 1)",
        "epoch 2/3  loss 1.0000  map 0.2500  best 0.5000 (epoch 1)",
    ]
    assert runner.visualizer.kept == [("epoch/loss", 2.0, 2), ("epoch/loss", 1.0, 5)]
    assert capsys.readouterr().err == ""


def test_validation_without_training_has_no_loss(runner: Any) -> None:
    hook = EvaluationHook()
    with console.capture() as shown:
        hook.after_val_epoch(runner, {"map": 0.5})
    assert "loss -  map 0.5000" in shown.get()
    assert runner.visualizer.kept == []


def test_a_resumed_run_ends_with_the_whole_table(runner: Any) -> None:
    first = EvaluationHook()
    with console.capture():
        run_epoch(first, runner, [2.0], 0.75)
    resumed = EvaluationHook(columns=("map", "map_75"))
    resumed.before_train(runner)
    runner.message_hub.update_info("best_ckpt", "best_map_epoch_1.pth")
    with console.capture() as shown:
        run_epoch(resumed, runner, [1.0], 0.5)
        resumed.after_train(runner)
    lines = shown.get().splitlines()
    (best_line,) = [line for line in lines if "* 1" in line]
    assert [part for part in best_line.replace("│", " ").split() if part != "*"] == [
        "1",
        "2.0000",
        "0.7500",
        "-",
    ]
    assert any("1.0000" in line and "0.5000" in line and "*" not in line for line in lines)
    assert lines[-1] == "best checkpoint: best_map_epoch_1.pth"


def test_a_run_without_validation_ends_without_a_table(runner: Any) -> None:
    with console.capture() as shown:
        EvaluationHook().after_train(runner)
    assert shown.get() == ""

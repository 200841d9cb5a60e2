from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from mmengine.logging import MessageHub, MMLogger

from digitdet.console import console
from digitdet.hooks import EarlyStoppingHook

NAN = float("nan")


@pytest.fixture
def runner() -> Any:
    return SimpleNamespace(
        epoch=0,
        val_loop=object(),
        train_loop=SimpleNamespace(stop_training=False),
        message_hub=MessageHub.get_instance("stopping"),
        logger=MMLogger.get_instance("stopping", log_level="ERROR"),
    )


def validate(hook: EarlyStoppingHook, runner: Any, values: Sequence[float]) -> int | None:
    """Run epochs until the training ends; return the epoch that it ended after, if it did."""
    hook.before_train(runner)
    for value in values:
        if runner.train_loop.stop_training:
            break
        runner.epoch += 1
        hook.after_val_epoch(runner, {"map": value})
    return runner.epoch if runner.train_loop.stop_training else None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"rule": "more"}, "rule is 'greater' or 'less', got 'more'"),
        ({"min_delta": -0.1}, "min_delta is 0 or more"),
        ({"patience": 0}, "patience is 1 or more, got 0"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        EarlyStoppingHook(**arguments)


def test_a_run_without_validation_is_refused(runner: Any) -> None:
    runner.val_loop = None
    with pytest.raises(ValueError, match="needs a validation"):
        EarlyStoppingHook().before_train(runner)


@pytest.mark.parametrize(
    ("metrics", "given"), [(None, "nothing"), ({}, "nothing"), ({"map_50": 0.1}, "map_50")]
)
def test_a_figure_that_is_not_computed_is_refused(runner: Any, metrics: Any, given: str) -> None:
    with pytest.raises(ValueError, match=rf"\(monitor='mAP'\): the evaluators give {given}"):
        EarlyStoppingHook(monitor="mAP").after_val_epoch(runner, metrics)


@pytest.mark.parametrize(
    ("arguments", "values", "ends"),
    [
        ({}, [], None),
        ({}, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], None),
        ({"patience": 1}, [0.1, 0.2, 0.2], 3),
        ({"patience": 2}, [0.0, 0.0, 0.0, 0.0], 3),
        ({"patience": 2}, [0.5, 0.4, 0.6, 0.5, 0.55, 0.7], 5),
        ({"patience": 2, "min_delta": 0.125}, [0.25, 0.3125, 0.375, 0.4375, 0.46875], 5),
        ({"patience": 2, "min_delta": 0}, [0.1, 0.1001, 0.1002, 0.1002, 0.1002], 5),
        ({"patience": 2, "rule": "less"}, [3.0, 2.0, 2.5, 2.0], 4),
        ({"patience": 2}, [NAN, NAN, 0.5], 2),
        ({"patience": 2}, [0.5, NAN, 0.6, 0.7], None),
        ({"stopping_threshold": 0.5}, [0.4, 0.5, 0.6], 2),
        ({"stopping_threshold": 0.5, "rule": "less"}, [0.6, 0.4], 2),
    ],
)
def test_the_training_ends_when_the_figure_no_longer_improves(
    arguments: dict[str, Any], values: list[float], ends: int | None, runner: Any
) -> None:
    assert validate(EarlyStoppingHook(**arguments), runner, values) == ends


def test_the_console_says_why_it_ended(runner: Any) -> None:
    with console.capture() as shown:
        validate(EarlyStoppingHook(patience=2), runner, [0.5, 0.4, 0.3])
    assert shown.get() == (
        "training ends after epoch 3: map was not better by 0.001 or more than 0.5000 in epoch 1 "
        "in the last 2 validations (EarlyStoppingHook)\n"
    )


@pytest.mark.parametrize("interrupted_after", [1, 2, 3, 4, 5])
def test_a_resumed_run_ends_where_it_would_have(interrupted_after: int, runner: Any) -> None:
    values = [0.5, 0.4, 0.6, 0.5, 0.55, 0.7, 0.8]
    validate(EarlyStoppingHook(patience=2), runner, values[:interrupted_after])
    runner.train_loop.stop_training = False
    again = EarlyStoppingHook(patience=2)
    assert validate(again, runner, values[interrupted_after:]) == 5


def test_more_patience_lets_an_ended_run_go_on(runner: Any) -> None:
    validate(EarlyStoppingHook(patience=1), runner, [0.5, 0.4])
    runner.train_loop.stop_training = False
    assert validate(EarlyStoppingHook(patience=3), runner, [0.4, 0.4, 0.9]) == 4

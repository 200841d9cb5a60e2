import itertools
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from digitdet.console import console
from digitdet.hooks import ProgressHook
from digitdet.hooks.progress_hook import _duration


@pytest.fixture
def runner() -> Any:
    return SimpleNamespace(
        epoch=0,
        max_epochs=2,
        iter=0,
        max_iters=20,
        optim_wrapper=SimpleNamespace(get_lr=lambda: {"lr": [0.02]}),
        test_dataloader=range(3),
    )


def train(hook: ProgressHook, runner: Any, steps: int = 20) -> str:
    with console.capture() as shown:
        hook.before_train(runner)
        for runner.iter in range(runner.iter, steps):  # noqa: B020
            hook.after_train_iter(runner, 0, None, {"loss": torch.tensor(0.5)})
        hook.after_train(runner)
    return shown.get()


@pytest.mark.parametrize("interval", [0, -1, -0.5])
def test_an_interval_that_is_not_positive_is_refused(interval: float) -> None:
    with pytest.raises(ValueError, match=f"interval has to be positive, got {interval}"):
        ProgressHook(interval=interval)


def test_without_a_terminal_lines_come_at_intervals(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "_force_terminal", False)
    monkeypatch.setattr("time.monotonic", itertools.count().__next__)
    lines = train(ProgressHook(interval=5), runner).splitlines()
    assert 3 <= len(lines) <= 4
    assert all(line.startswith("epoch 1/2  step ") for line in lines)
    assert all("loss 0.5000  rate 0.02 " in line for line in lines)
    assert all(line.endswith(" left") for line in lines)


def test_a_short_run_without_a_terminal_prints_nothing(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "_force_terminal", False)
    assert train(ProgressHook(interval=1000), runner) == ""


def test_a_resumed_runs_time_left_counts_its_own_steps(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "_force_terminal", False)
    hook = ProgressHook(interval=1)
    runner.iter = runner.max_iters - 4
    # Started at 100 s; its first step took 60 s, so the three others take 180 s.
    times = itertools.chain([100.0, 100.0], itertools.repeat(160.0))
    monkeypatch.setattr("time.monotonic", lambda: next(times))
    text = train(hook, runner, steps=runner.iter + 1)
    assert "step 17/20" in text
    assert text.rstrip().endswith("3:00 left")


def test_on_a_terminal_the_bar_is_taken_away_at_the_end(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "_force_terminal", True)
    monkeypatch.setattr(console, "is_interactive", True)
    monkeypatch.setenv("TERM", "xterm")
    hook = ProgressHook()
    assert "training" in train(hook, runner)
    with console.capture() as shown:
        hook.before_test(runner)
        for step in range(3):
            hook.after_test_iter(runner, step)
        hook.after_test_epoch(runner)
        console.print("done")
    assert "testing" in shown.get()
    assert shown.get().rstrip().endswith("done")


def test_what_ends_a_training_early_is_said_below_the_bar(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "_force_terminal", True)
    monkeypatch.setattr(console, "is_interactive", True)
    monkeypatch.setenv("TERM", "xterm")
    hook = ProgressHook()
    with console.capture() as shown:
        hook.after_interruption(runner)  # before it began
        hook.before_train(runner)
        hook.after_interruption(runner)
        console.print("interrupted")
        hook.after_train_iter(runner, 0, None, {"loss": torch.tensor(0.5)})
    assert "training" in shown.get()
    assert shown.get().rstrip().endswith("interrupted")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (59.4, "0:59"), (59.6, "1:00"), (3599, "59:59"), (3661, "1:01:01")],
)
def test_durations_read_as_on_a_clock(seconds: float, text: str) -> None:
    assert _duration(seconds) == text

import csv
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mmengine.evaluator import BaseMetric
from mmengine.hooks import Hook
from torch.utils.data import DataLoader

from digitdet.checkpoints.finding import newest_checkpoint
from digitdet.hooks import CheckpointHook, EarlyStoppingHook, EvaluationHook, ScalarsHook
from digitdet.hooks.scalars_hook import distinct_rates, to_number
from digitdet.runner import Runner

Make = Callable[..., Runner]
Samples = Callable[..., list[Any]]
GROUPS = {"custom_keys": {"head": {"lr_mult": 0.1}, "body": {"lr_mult": 1.0}}}


class StoppedError(RuntimeError):
    """A run that comes to its end in the middle."""


class Stop(Hook):
    """Stops a run in a step, after it or in the validation behind it."""

    priority = "LOWEST"

    def __init__(self, step: int, place: str) -> None:
        self.step, self.place = step, place

    def before_train_iter(self, runner: Runner, **_: Any) -> None:
        self._stop("before", runner.iter + 1)

    def after_train_iter(self, runner: Runner, **_: Any) -> None:
        self._stop("after", runner.iter + 1)

    def before_val(self, runner: Runner) -> None:
        self._stop("validation", runner.iter)

    def _stop(self, place: str, step: int) -> None:
        if (place, step) == (self.place, self.step):
            raise StoppedError


class Keep(Hook):
    """Keeps what each step gave."""

    priority = "HIGH"

    def __init__(self) -> None:
        self.kept: dict[tuple[int, str], float] = {}

    def before_train_iter(self, runner: Runner, **_: Any) -> None:
        self.kept[runner.iter + 1, "train/lr"] = runner.optim_wrapper.param_groups[0]["lr"]

    def after_train_iter(self, runner: Runner, outputs: Any, **_: Any) -> None:
        for name, value in outputs.items():
            self.kept[runner.iter + 1, f"train/{name}"] = value.item()


class Save(Hook):
    """Saves in the middle of an epoch, as the last thing of a step."""

    priority = "LOWEST"

    def after_train_iter(self, runner: Runner, **_: Any) -> None:
        runner.save_checkpoint(runner.work_dir, f"iter_{runner.iter + 1}.pth", by_epoch=False)


class Figures(BaseMetric):
    """Gives the figures that it is made with."""

    def __init__(self, figures: Mapping[str, Any]) -> None:
        super().__init__()
        self.figures = dict(figures)

    def process(self, data_batch: Any, data_samples: Sequence[Any]) -> None:  # noqa: ARG002
        self.results.append(0)

    def compute_metrics(self, results: list[Any]) -> dict[str, Any]:  # noqa: ARG002
        return self.figures


def rows(runner: Runner) -> list[tuple[int, int, str, float]]:
    """The rows of a run's file."""
    with Path(runner.work_dir, "scalars.csv").open(newline="", encoding="utf-8") as stream:
        header, *read = csv.reader(stream)
    assert header == ["step", "epoch", "name", "value"]
    return [(int(s), int(e), name, float(value)) for s, e, name, value in read]


def content(runner: Runner) -> bytes:
    """A run's file."""
    return Path(runner.work_dir, "scalars.csv").read_bytes()


def test_a_run_without_epochs_leaves_the_header(tiny_runner: Make, samples: Samples) -> None:
    runner = tiny_runner("none", samples(4), ScalarsHook(), num_epochs=0)
    runner.train()
    assert content(runner) == b"step,epoch,name,value\n"


def test_a_validation_alone_writes_nothing(tiny_runner: Make, samples: Samples) -> None:
    runner = tiny_runner("val", samples(4), ScalarsHook(), validated=True)
    runner.val()
    assert not Path(runner.work_dir, "scalars.csv").exists()


@pytest.mark.parametrize("interval", [0, -1])
def test_an_interval_that_is_not_positive_is_refused(interval: int) -> None:
    with pytest.raises(ValueError, match=f"interval is 1 or more, got {interval}"):
        ScalarsHook(interval)


@pytest.mark.parametrize("interval", [1, 2, 3, 7])
def test_each_step_has_its_own_losses_and_rate(
    interval: int, tiny_runner: Make, samples: Samples
) -> None:
    keep = Keep()
    schedule = {"type": "ExponentialLR", "gamma": 0.5, "by_epoch": False}
    runner = tiny_runner("run", samples(6), ScalarsHook(interval), keep, param_scheduler=schedule)
    runner.train()
    expected = [
        (step, 1 if step <= 3 else 2, name, value)
        for (step, name), value in sorted(keep.kept.items())
        if step % interval == 0
    ]
    assert rows(runner) == expected
    assert {name for _, name in keep.kept} == {
        *("train/loss", "train/loss_root", "train/loss_square", "train/lr")
    }


def test_a_skipped_batch_has_a_rate_and_no_loss(tiny_runner: Make, samples: Samples) -> None:
    runner = tiny_runner("skip", samples(6, bad=[2]), ScalarsHook(), max_skips=1, num_epochs=1)
    runner.train()
    names = {step: [name for s, _, name, _ in rows(runner) if s == step] for step in (1, 2, 3)}
    assert names[2] == ["train/lr"]
    assert names[1] == names[3]
    assert "train/loss" in names[1]


def test_the_norm_of_gradients_stands_where_an_update_was_made(
    tiny_runner: Make, samples: Samples
) -> None:
    wrapper = {
        "optimizer": {"type": "SGD", "lr": 0.1, "momentum": 0.9},
        "accumulative_counts": 2,
        "clip_grad": {"max_norm": 1.0},
    }
    runner = tiny_runner("clip", samples(10), ScalarsHook(), optim_wrapper=wrapper)
    runner.train()
    # Five batches an epoch; the last one makes an update of its own.
    steps = [step for step, _, name, _ in rows(runner) if name == "train/grad_norm"]
    assert steps == [2, 4, 5, 7, 9, 10]


def test_groups_of_other_rates_have_rows_of_their_own(tiny_runner: Make, samples: Samples) -> None:
    wrapper = {"optimizer": {"type": "SGD", "lr": 0.5}, "paramwise_cfg": GROUPS}
    runner = tiny_runner("groups", samples(2), ScalarsHook(), optim_wrapper=wrapper, num_epochs=1)
    runner.train()
    found = {name: value for _, _, name, value in rows(runner) if "lr" in name}
    groups = [group["lr"] for group in runner.optim_wrapper.param_groups]
    first = groups.index(0.05)
    assert found.pop(f"train/lr.{first}") == 0.05
    assert found.pop("train/lr") == groups[0] == 0.5
    assert list(found) == ["train/base_lr"]


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ({}, {}),
        ({"lr": []}, {}),
        ({"lr": [0.1]}, {"train/lr": 0.1}),
        ({"lr": [0.1, 0.1]}, {"train/lr": 0.1}),
        (
            {"lr": [0.1, 0.2, 0.1, 0.2, 0.3]},
            {"train/lr": 0.1, "train/lr.1": 0.2, "train/lr.4": 0.3},
        ),
        ({"a.lr": [1], "b.lr": [2, 3]}, {"train/a.lr": 1, "train/b.lr": 2, "train/b.lr.1": 3}),
        ({"lr": [torch.tensor(0.5), torch.tensor(0.5)]}, {"train/lr": 0.5}),
    ],
)
def test_a_rate_is_named_after_the_first_group_that_has_it(
    rates: dict[str, Any], expected: dict[str, float]
) -> None:
    assert distinct_rates(rates) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ([], None),
        ("0.5", None),
        ({"a": 1}, None),
        ([1.0], None),
        (1j, None),
        (torch.tensor([]), None),
        (np.array([1.0, 2.0]), None),
        (3, 3),
        (True, 1),
        (0.5, 0.5),
        (math.inf, math.inf),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.array([[4]]), 4),
        (torch.tensor(2.5), 2.5),
        (torch.tensor([3]), 3),
    ],
)
def test_single_numbers_become_plain_and_nothing_else_is_taken(value: Any, expected: Any) -> None:
    number = to_number(value)
    assert number == expected
    assert type(number) is type(expected)


def test_figures_stand_behind_the_last_step_of_their_epoch(
    tiny_runner: Make, samples: Samples
) -> None:
    figures = {"map": 0.5, "count": 3, "nan": math.nan, "text": "a", "list": [1, 2], "a,b": 1.0}
    validation = {
        "val_dataloader": DataLoader(samples(2)),
        "val_cfg": {},
        "val_evaluator": [Figures(figures)],
    }
    hooks = ScalarsHook(interval=5), EvaluationHook()
    runner = tiny_runner("figures", samples(4), *hooks, **validation)
    runner.train()
    lines = content(runner).decode().splitlines()[1:]
    losses = [result["loss"] for result in hooks[1].history]
    figure_rows = ["val/map,0.5", "val/count,3", "val/nan,nan", '"val/a,b",1.0']
    assert lines == [
        f"{2 * epoch},{epoch},{row}"
        for epoch in (1, 2)
        for row in (*figure_rows, f"epoch/loss,{losses[epoch - 1]!r}")
    ]


@pytest.mark.parametrize(
    ("step", "place", "interval", "hooks"),
    [
        (5, "before", 1, []),
        (5, "after", 3, []),
        (8, "after", 1, []),
        (8, "validation", 1, []),
        (11, "after", 3, []),
        (6, "before", 1, [Save()]),
        (7, "after", 3, [Save()]),
    ],
)
def test_a_run_that_was_stopped_leaves_the_file_of_one_that_was_not(
    step: int,
    place: str,
    interval: int,
    hooks: list[Hook],
    tiny_runner: Make,
    samples: Samples,
) -> None:
    wrapper = {
        "optimizer": {"type": "SGD", "lr": 0.1, "momentum": 0.9},
        "clip_grad": {"max_norm": 1.0},
        "paramwise_cfg": GROUPS,
    }

    def run(name: str, *others: Hook, **kwargs: Any) -> Runner:
        return tiny_runner(
            name,
            samples(8),
            ScalarsHook(interval),
            EvaluationHook("mean", columns=("mean",)),
            *others,
            num_epochs=3,
            validated=True,
            optim_wrapper=wrapper,
            param_scheduler={"type": "ExponentialLR", "gamma": 0.9, "by_epoch": False},
            **kwargs,
        )

    whole = run("whole")
    whole.train()
    stopped = run("stopped", *hooks, Stop(step, place))
    with pytest.raises(StoppedError):
        stopped.train()
    checkpoint = str(newest_checkpoint(Path(stopped.work_dir)))
    before = content(stopped)
    elsewhere = run("elsewhere", load_from=checkpoint, resume=True)
    elsewhere.train()
    assert content(elsewhere) == content(whole)
    assert content(stopped) == before
    again = run("stopped", load_from=checkpoint, resume=True)
    again.train()
    assert content(again) == content(whole)
    assert not list(Path(again.work_dir).glob("scalars_*"))


def test_a_checkpoint_goes_with_the_rows_of_its_own_step(
    tiny_runner: Make, samples: Samples
) -> None:
    runner = tiny_runner("steps", samples(6), ScalarsHook(), Save(), num_epochs=1)
    runner.train()
    for step in (1, 2, 3):
        saved = torch.load(Path(runner.work_dir, f"iter_{step}.pth"), weights_only=True)["scalars"]
        with Path(runner.work_dir, "scalars.csv").open(encoding="utf-8") as stream:
            lines = [line for line in stream.readlines()[1:] if int(line.split(",")[0]) <= step]
        assert saved["bytes"] == len("step,epoch,name,value\n") + len("".join(lines))


def test_a_new_run_does_not_write_to_the_file_of_another(
    tiny_runner: Make, samples: Samples
) -> None:
    first = tiny_runner("same", samples(4), ScalarsHook(), num_epochs=1)
    first.train()
    before = content(first)
    second = tiny_runner("same", samples(6), ScalarsHook(), num_epochs=1)
    second.train()
    assert max(step for step, *_ in rows(second)) == 3
    (kept,) = Path(second.work_dir).glob("earlier_*/scalars.csv")
    assert kept.read_bytes() == before


def test_a_run_that_ended_early_goes_on_with_its_rows(tiny_runner: Make, samples: Samples) -> None:
    def run(patience: int, **kwargs: Any) -> Runner:
        hook = EarlyStoppingHook("mean", min_delta=9.0, patience=patience)
        default = {"checkpoint": CheckpointHook(interval=3)}
        how = dict(num_epochs=9, validated=True, default_hooks=default, **kwargs)
        return tiny_runner("early", samples(4), ScalarsHook(), hook, **how)

    first = run(1)
    first.train()
    file = Path(first.work_dir, "epoch_2.pth")
    before = content(first)
    assert torch.load(file, weights_only=True)["scalars"]["bytes"] == len(before)
    second = run(2, load_from=str(file), resume=True)
    second.train()
    assert content(second).startswith(before)
    assert max(step for step, *_ in rows(second)) == 6


def test_a_checkpoint_without_a_record_of_rows_begins_a_file(
    tiny_runner: Make, samples: Samples
) -> None:
    tiny_runner("plain", samples(4)).train()
    file = Path(tiny_runner("plain", samples(4)).work_dir, "epoch_1.pth")
    runner = tiny_runner("plain", samples(4), ScalarsHook(), load_from=str(file), resume=True)
    runner.train()
    assert [step for step, _, name, _ in rows(runner) if name == "train/loss"] == [3, 4]

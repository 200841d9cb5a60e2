"""Time and memory are estimated."""

from dataclasses import replace
from typing import Any

import pytest

from digitdet.preflight.estimates import Pace, estimate_memory, estimate_time, in_time, pace_of
from digitdet.preflight.hardware import check_hardware
from digitdet.preflight.samples import read_samples
from digitdet.preflight.step import try_steps
from digitdet.preflight.trial import make_trial


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.0 s"), (9.96, "10 s"), (59, "59 s"), (65, "1:05 min"), (9000, "2:30 h")],
)
def test_durations_are_written_shortly(seconds: float, text: str) -> None:
    assert in_time(seconds) == text


@pytest.mark.parametrize(
    ("pace", "seconds"),
    [
        (Pace(0, 0, 1.0, 1.0), 0),
        (Pace(10, 0, 0.1, 0.3), 4.0),  # one after the other
        (Pace(10, 1, 0.1, 0.3), 3.0),  # the model decides
        (Pace(10, 2, 1.0, 0.3), 5.0),  # two workers decide
    ],
)
def test_the_slower_of_reading_and_computing_decides(pace: Pace, seconds: float) -> None:
    assert pace.seconds == pytest.approx(seconds)


def test_time_memory_and_hardware_of_a_run(make_runner: Any) -> None:
    runner = make_runner("param_scheduler=[]")
    samples = read_samples("train", runner.train_dataloader, 2, 0)
    assert pace_of(samples, 1.0, 2) == Pace(4, 0, samples.seconds, 0.5)
    assert pace_of(samples, 1.0, 1) == Pace(4, 0, samples.seconds, 1.0, is_bound=True)
    train, val = Pace(4, 0, 0.5, 0.5), Pace(2, 0, 0.5, 0.5)
    time = estimate_time(runner, train, val)
    assert time.detail == "about 4.0 s an epoch and 2.0 s a validation, 12 s in all"
    alone = estimate_time(runner, replace(train, is_bound=True), None)
    assert alone.detail.endswith("8.0 s in all, or less: measured on one picture, not on a batch")

    trial = make_trial(runner)
    step = try_steps(trial, samples)
    assert estimate_memory(trial, step, samples, 0).status == "ok"
    heavy = replace(step, saved_bytes=10**9)
    finding = estimate_memory(trial, heavy, samples, before=0, available=10**9)
    assert (finding.status, "batch_size" in finding.detail) == ("warning", True)

    assert check_hardware(runner, runner.bare_model).status == "ok"
    runner.train_dataloader.num_workers = 9
    finding = check_hardware(runner, runner.bare_model, num_cores=2)
    assert (finding.status, "num_workers is 9 for 2 cores" in finding.detail) == ("warning", True)


def test_a_run_by_steps_is_estimated_by_steps(make_runner: Any) -> None:
    loop = dict(_delete_=True, by_epoch=False, max_iters=6, val_interval=3)
    runner = make_runner("param_scheduler=[]", changes={"train_cfg": loop})
    finding = estimate_time(runner, Pace(4, 0, 0.5, 0.5), Pace(2, 0, 0.5, 0.5))
    assert finding.detail == "about 4.0 s an epoch and 2.0 s a validation, 16 s in all"

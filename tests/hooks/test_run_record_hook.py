"""The record of a run says what it was, when it ran, and how it ended."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mmengine.hooks import Hook

from digitdet.analysis.runs import read_run
from digitdet.hooks import CheckpointHook, EvaluationHook, RunRecordHook
from digitdet.runner import Runner

Make = Callable[..., Runner]
Samples = Callable[..., list[Any]]


class End(Hook):
    """Ends a run after a step, in the way that it is given."""

    priority = "LOWEST"

    def __init__(self, step: int, error: BaseException) -> None:
        self.step, self.error = step, error

    def after_train_iter(self, runner: Runner, **_: Any) -> None:
        if runner.iter + 1 == self.step:
            raise self.error


def record(runner: Runner) -> dict[str, Any]:
    """A run's record."""
    return json.loads(Path(runner.work_dir, "run.json").read_text(encoding="utf-8"))


def epochs(runner: Runner) -> list[tuple[int, bool, bool]]:
    """Each epoch, whether its training was measured, and whether its validation was."""
    keys = ("seconds", "validation_seconds")
    read = record(runner)["epochs"]
    for one in read:
        assert all(one[key] is None or one[key] >= 0 for key in keys)
    return [(one["epoch"], *(one[key] is not None for key in keys)) for one in read]


def test_a_run_without_epochs_is_recorded_as_finished(tiny_runner: Make, samples: Samples) -> None:
    runner = tiny_runner("none", samples(4), RunRecordHook(), num_epochs=0)
    runner.train()
    (session,) = record(runner)["sessions"]
    assert record(runner)["epochs"] == []
    assert (session["outcome"], session["first_step"], session["last_step"]) == (
        *("finished", None, None),
    )


def test_a_validation_alone_is_not_recorded(tiny_runner: Make, samples: Samples) -> None:
    runner = tiny_runner("val", samples(4), RunRecordHook(), validated=True)
    runner.val()
    assert not Path(runner.work_dir, "run.json").exists()


def test_what_a_run_is_stands_in_its_record(tiny_runner: Make, samples: Samples) -> None:
    hooks = RunRecordHook(), EvaluationHook("mean", ())
    runner = tiny_runner("run", samples(6), *hooks, validated=True)
    runner.train()
    written = record(runner)
    # Weights of 3 x 4 and 4 x 1, their biases, and scale and shift of BatchNorm.
    parameters = 12 + 4 + 4 + 4 + 4 + 1
    expected = {
        "format": 1,
        "seed": 0,
        "metric": "mean",
        "num_epochs": 2,
        "num_steps": 6,
        "batch_size": 2,
        "num_train_pictures": 6,
        "num_val_pictures": 4,
        "num_parameters": parameters,
        "num_trained_parameters": parameters,
    }
    assert {key: written[key] for key in expected} == expected
    assert epochs(runner) == [(1, True, True), (2, True, True)]
    (session,) = written["sessions"]
    assert (session["first_step"], session["last_step"]) == (1, 6)
    assert (session["outcome"], session["error"], session["num_processes"]) == ("finished", None, 1)
    assert session["started"] <= session["ended"]
    assert session["versions"]["torch"]
    assert read_run(runner.work_dir).status == "finished"


def test_a_run_without_validation_names_no_metric(tiny_runner: Make, samples: Samples) -> None:
    runner = tiny_runner("plain", samples(4), RunRecordHook(), EvaluationHook("mean"))
    runner.train()
    written = record(runner)
    assert (written["metric"], written["num_val_pictures"]) == (None, None)
    assert epochs(runner) == [(1, True, False), (2, True, False)]


@pytest.mark.parametrize(
    ("error", "outcome", "said"),
    [
        (KeyboardInterrupt(), "stopped", None),
        (ValueError("bad\nworse"), "failed", "ValueError: bad"),
        (RuntimeError(), "failed", "RuntimeError"),
    ],
)
def test_the_end_of_a_run_is_recorded(
    error: BaseException, outcome: str, said: str | None, tiny_runner: Make, samples: Samples
) -> None:
    runner = tiny_runner("ended", samples(6), RunRecordHook(), End(4, error))
    with pytest.raises(type(error)):
        runner.train()
    (session,) = record(runner)["sessions"]
    assert (session["outcome"], session["error"]) == (outcome, said)
    assert session["last_step"] == 3  # the fourth was not finished
    assert epochs(runner) == [(1, True, False)]
    assert read_run(runner.work_dir).status == outcome


def _killed(make: Make, samples: Samples) -> Path:
    """A run whose process was killed in its third epoch: its last word is of the second."""
    runner = make("killed", samples(4), RunRecordHook(), num_epochs=3, validated=True)
    runner.train()
    folder = Path(runner.work_dir)
    content = record(runner)
    content["sessions"][0].update(outcome="running", ended=None, last_step=4, seconds=7.5)
    content["config"] = {"from": "the first session"}
    (folder / "run.json").write_text(json.dumps(content), encoding="utf-8")
    (folder / ".run.json.00.part").touch()
    return folder


def test_a_run_that_goes_on_adds_a_session_and_leaves_later_epochs_out(
    tiny_runner: Make, samples: Samples
) -> None:
    folder = _killed(tiny_runner, samples)
    how = dict(num_epochs=2, validated=True, load_from=str(folder / "epoch_1.pth"), resume=True)
    again = tiny_runner("killed", samples(4), RunRecordHook(), **how)
    again.train()
    first, second = record(again)["sessions"]
    assert (first["outcome"], first["ended"], first["seconds"]) == ("stopped", None, 7.5)
    assert (second["outcome"], second["first_step"], second["last_step"]) == ("finished", 3, 4)
    assert epochs(again) == [(1, True, True), (2, True, True)]
    assert record(again)["config"] == {}
    assert not (folder / ".run.json.00.part").exists()


def test_a_run_that_goes_on_elsewhere_takes_the_sessions_along(
    tiny_runner: Make, samples: Samples
) -> None:
    folder = _killed(tiny_runner, samples)
    other = tiny_runner("other", samples(6), RunRecordHook())
    other.train()
    before = record(other)
    how = dict(num_epochs=4, load_from=str(folder / "epoch_3.pth"), resume=True)
    again = tiny_runner("other", samples(4), RunRecordHook(), **how)
    again.train()
    written = record(again)
    assert written["sessions"][0]["seconds"] == 7.5
    assert [number for number, *_ in epochs(again)] == [1, 2, 3, 4]
    (kept,) = Path(again.work_dir).glob("earlier_*/run.json")
    assert json.loads(kept.read_text(encoding="utf-8")) == before


def test_a_new_run_begins_a_record(tiny_runner: Make, samples: Samples) -> None:
    folder = _killed(tiny_runner, samples)
    again = tiny_runner("killed", samples(4), RunRecordHook(), num_epochs=1)
    again.train()
    assert len(record(again)["sessions"]) == 1
    assert list(folder.glob("earlier_*/run.json"))


def test_an_epoch_that_went_on_in_its_middle_has_no_time(
    tiny_runner: Make, samples: Samples
) -> None:
    checkpoint = {"checkpoint": CheckpointHook(interval=1, stopover_interval=1)}
    how = dict(num_epochs=2, default_hooks=checkpoint)
    with pytest.raises(RuntimeError):
        tiny_runner("middle", samples(8), RunRecordHook(), End(7, RuntimeError()), **how).train()
    again = tiny_runner("middle", samples(8), RunRecordHook(), resume=True, **how)
    again.train()
    assert epochs(again) == [(1, True, False), (2, False, False)]
    assert [(one["first_step"], one["last_step"]) for one in record(again)["sessions"]] == [
        *((1, 6), (8, 8)),
    ]


def test_a_damaged_record_does_not_keep_a_run_from_going_on(
    tiny_runner: Make, samples: Samples
) -> None:
    first = tiny_runner("damaged", samples(4), RunRecordHook(), num_epochs=1)
    first.train()
    Path(first.work_dir, "run.json").write_text("{", encoding="utf-8")
    again = tiny_runner("damaged", samples(4), RunRecordHook(), resume=True)
    again.train()
    assert [one["first_step"] for one in record(again)["sessions"]] == [3]

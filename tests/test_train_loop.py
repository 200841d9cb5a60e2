"""Trainings that are stopped at each of their moments, against the one that never was."""

import os
import random
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mmengine.runner
import numpy as np
import pytest
import torch
from crashing.comparison import check_equal
from mmengine.hooks import DistSamplerSeedHook, Hook
from tiny_runs import make_runner, make_samples
from torch.utils.data import DataLoader, Dataset
from two_processes import in_two_processes

from digitdet import interruption
from digitdet.checkpoints.finding import newest_checkpoint
from digitdet.hooks import CheckpointHook, EarlyStoppingHook, EMAHook, EvaluationHook, ScalarsHook
from digitdet.interruption import TrainingInterrupted
from digitdet.train_loop import EPOCH_START

Kind = Callable[[], dict[str, Any]]
NUM_SAMPLES = 8  # in four batches


class KilledError(RuntimeError):
    """As good as a kill: nothing is saved any more."""


class Stop(Hook):
    """Ends the training when it has come to a certain of its moments; counts them."""

    def __init__(self, at: int | None = None, by: signal.Signals = signal.SIGTERM) -> None:
        self.at = at
        self.by = by
        self.count = 0

    def _come(self, *_: Any, **__: Any) -> None:
        self.count += 1
        if self.count == self.at:
            if self.by == signal.SIGKILL:
                raise KilledError
            os.kill(os.getpid(), self.by)

    before_train_epoch = before_train_iter = after_train_iter = after_train_epoch = _come
    before_val_epoch = after_val_iter = after_val_epoch = before_save_checkpoint = _come


class Draws(Hook):
    """Draws numbers between the steps and in validations, and logs them."""

    priority = "LOW"

    def before_train_iter(self, runner: Any, *_: Any, **__: Any) -> None:
        runner.message_hub.update_scalar("train/before", _draw())

    def after_train_iter(self, runner: Any, *_: Any, **__: Any) -> None:
        runner.message_hub.update_scalar("train/after", _draw())

    def after_val_iter(self, *_: Any, **__: Any) -> None:
        _draw()

    def after_val_epoch(self, runner: Any, metrics: Any) -> None:  # noqa: ARG002
        runner.message_hub.update_scalar("train/validated", _draw())


def _draw() -> float:
    return random.random() + float(np.random.rand()) + float(torch.rand(()))


class Noise(Dataset[Any]):
    """Samples with noise of the global generators; counts what is read."""

    def __init__(self) -> None:
        self.samples = make_samples(NUM_SAMPLES)
        self.read: list[int] = []

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> Any:
        self.read.append(index)
        sample = self.samples[index]
        return {**sample, "inputs": sample["inputs"] + _draw()}


def noisy() -> dict[str, Any]:
    """A run that draws all over, and not by step; shuffled by the global generator."""
    return {
        "samples": DataLoader(Noise(), batch_size=2, shuffle=True),
        "default_hooks": {"sampler_seed": DistSamplerSeedHook()},
    }


def scheduled() -> dict[str, Any]:
    """A run whose rates follow steps, epochs and validations, with clipped gradients."""
    optimizer = {"type": "AdamW", "lr": 0.1}
    return {
        "samples": make_samples(NUM_SAMPLES),
        "optim_wrapper": {"optimizer": optimizer, "clip_grad": {"max_norm": 0.1}},
        "param_scheduler": [
            {"type": "LinearLR", "start_factor": 0.1, "by_epoch": False, "end": 3},
            {"type": "StepLR", "step_size": 1, "by_epoch": True},
            {"type": "ReduceOnPlateauLR", "monitor": "mean", "patience": 0, "threshold": 9.0},
        ],
    }


def accumulated() -> dict[str, Any]:
    """A run with an average of weights that change with every second step; checkpoints by step."""
    optimizer = {"type": "SGD", "lr": 0.1, "momentum": 0.9}
    checkpoint = CheckpointHook(
        interval=3, by_epoch=False, save_best="mean", max_keep_ckpts=2, stopover_interval=2
    )
    return {
        "samples": make_samples(NUM_SAMPLES + 2),  # the last one's update is of one batch
        "optim_wrapper": {"optimizer": optimizer, "accumulative_counts": 2},
        "default_hooks": {"checkpoint": checkpoint},
        "hooks": [EMAHook(momentum=0.25, interval=2)],
    }


def stopped_early() -> dict[str, Any]:
    """A run that ends before its last epoch, and skips a batch."""
    checkpoint = CheckpointHook(save_best=["mean"], rule="less", max_keep_ckpts=1)
    return {
        "samples": make_samples(NUM_SAMPLES, bad=[2]),
        "max_skips": 3,
        "num_epochs": 9,
        "default_hooks": {"checkpoint": checkpoint},
        "hooks": [EarlyStoppingHook(monitor="mean", patience=1, min_delta=9.0)],
    }


def with_workers() -> dict[str, Any]:
    """A run whose batches come from workers that outlive an epoch; in a drawn order."""
    data: Any = make_samples(NUM_SAMPLES)
    how: dict[str, Any] = dict(num_workers=2, persistent_workers=True)
    return {"samples": DataLoader(data, batch_size=2, shuffle=True, **how)}


def run(folder: Path, kind: Kind, stop: Stop | None = None) -> Stop:
    """Train, or go on with a training, until it ends or is stopped."""
    arguments = kind()
    hooks = [EvaluationHook(metric="mean", columns=("mean",)), ScalarsHook(), Draws()]
    stop = stop or Stop()
    newest = newest_checkpoint(folder)
    runner = make_runner(
        folder,
        arguments.pop("samples"),
        *hooks,
        *arguments.pop("hooks", ()),
        stop,
        validated=True,
        resume=newest is not None,
        load_from=newest and str(newest),
        **arguments,
    )
    try:
        runner.train()
    finally:
        for file in folder.glob("*.py"):  # the config, named by the time
            file.unlink()
    return stop


@pytest.fixture(autouse=True)
def _no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Train in a folder of no repository, whose commit may change meanwhile."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("every", [17, pytest.param(1, marks=pytest.mark.campaign)])
@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("kind", [noisy, scheduled, accumulated, stopped_early])
def test_stopped_at_any_moment_a_training_ends_as_if_it_were_not(
    kind: Kind, by: signal.Signals, every: int, tmp_path: Path
) -> None:
    reference = tmp_path / "straight" / "run"
    count = run(reference, kind).count
    checkpoints = set()
    for moment in range(1, count + 1, every):
        folder = tmp_path / str(moment) / "run"
        with pytest.raises((TrainingInterrupted, KilledError)) as stopped:
            run(folder, kind, Stop(moment, by))
        checkpoint = getattr(stopped.value, "checkpoint", None) or newest_checkpoint(folder)
        checkpoints.add(checkpoint and checkpoint.name)
        assert checkpoint is None or checkpoint.is_file()
        if "the training is finished" not in str(stopped.value):
            run(folder, kind)
        check_equal(folder, reference)
    assert len(checkpoints) > 1


@pytest.mark.parametrize("moment", [5, 9])
def test_with_workers_too(moment: int, tmp_path: Path) -> None:
    run(tmp_path / "straight" / "run", with_workers)
    with pytest.raises(TrainingInterrupted):
        run(tmp_path / "stopped" / "run", with_workers, Stop(moment))
    run(tmp_path / "stopped" / "run", with_workers)
    check_equal(tmp_path / "stopped" / "run", tmp_path / "straight" / "run")


@pytest.mark.parametrize("moment", [2, 5])
def test_what_is_skipped_is_not_read_and_the_rest_is(moment: int, tmp_path: Path) -> None:
    straight, first, second = noisy(), noisy(), noisy()
    run(tmp_path / "straight" / "run", lambda: dict(straight))
    with pytest.raises(TrainingInterrupted):
        run(tmp_path / "run", lambda: dict(first), Stop(moment))
    run(tmp_path / "run", lambda: dict(second))
    read = [kind["samples"].dataset.read for kind in (straight, first, second)]
    assert read[0] == read[1] + read[2]
    assert len(read[1]) < NUM_SAMPLES


class StopBefore(Stop):
    """Asks the training to end before its first step."""

    def before_train(self, runner: Any) -> None:  # noqa: ARG002
        os.kill(os.getpid(), signal.SIGUSR1)


def test_before_the_first_step_there_is_nothing_to_save(tmp_path: Path) -> None:
    with pytest.raises(TrainingInterrupted) as stopped:
        run(tmp_path / "run", scheduled, StopBefore())
    assert str(stopped.value) == "interrupted by SIGUSR1 before the first step; nothing is saved"
    assert not list((tmp_path / "run").glob("*.pth"))


def test_what_is_saved_already_is_not_saved_again(tmp_path: Path) -> None:
    with pytest.raises(TrainingInterrupted) as stopped:
        run(tmp_path / "run", scheduled, Stop(5))
    file = stopped.value.checkpoint
    assert file
    written = file.stat().st_mtime_ns
    with pytest.raises(TrainingInterrupted) as again:
        run(tmp_path / "run", scheduled, StopBefore())
    assert again.value.checkpoint == file
    assert file.stat().st_mtime_ns == written


def test_stopped_in_a_new_folder_before_its_first_step_it_names_where_it_came_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["tools/train.py", "C", "--resume", "x.pth"])
    run(tmp_path / "first" / "run", scheduled)
    source = tmp_path / "first" / "run" / "epoch_1.pth"
    arguments = {**scheduled(), "load_from": str(source), "resume": True}
    folder = tmp_path / "new" / "run"
    runner = make_runner(folder, arguments.pop("samples"), StopBefore(), **arguments)
    with pytest.raises(TrainingInterrupted) as stopped:
        runner.train()
    assert str(stopped.value).splitlines() == [
        f"interrupted by SIGUSR1 before the first step; saved: {source}",
        f"to go on: python tools/train.py C --resume {source}",
    ]


@pytest.mark.parametrize("seeds", [[], ["--seeds", "0", "1"]])
def test_a_signal_that_comes_too_late_is_told_that_all_is_done(
    seeds: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class StopAtEnd(Stop):
        def after_train(self, runner: Any) -> None:  # noqa: ARG002
            os.kill(os.getpid(), signal.SIGTERM)

    command = ["tools/train.py", "C", *seeds]
    monkeypatch.setattr("sys.argv", command)
    with pytest.raises(TrainingInterrupted) as stopped:
        run(tmp_path / "run", scheduled, StopAtEnd())
    said = "interrupted by SIGTERM at its end; the training is finished"
    way_on = f"\nto go on: python {' '.join(command)} --resume" if seeds else ""
    assert str(stopped.value) == said + way_on
    assert (tmp_path / "run" / "epoch_2.pth").is_file()


def test_a_loop_that_begins_each_epoch_anew_does_not_go_on_within_one(tmp_path: Path) -> None:
    with pytest.raises(TrainingInterrupted) as stopped:
        run(tmp_path / "run", scheduled, Stop(5))
    file = stopped.value.checkpoint
    arguments = {**scheduled(), "load_from": str(file), "resume": True}
    runner = make_runner(tmp_path / "new" / "run", arguments.pop("samples"), **arguments)
    loop = mmengine.runner.EpochBasedTrainLoop(runner, runner.train_dataloader, max_epochs=2)
    runner._train_loop = loop
    with pytest.raises(ValueError, match=r"of step 2 of an epoch, which .* begin anew; leave"):
        runner.train()


class SecondSignal(Stop):
    """Presses Ctrl-C, and again while the step is saved."""

    def before_save_checkpoint(self, *_: Any, **__: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)


def test_a_second_ctrl_c_while_it_saves_leaves_whole_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interruption, "SAME_PRESS", 0.0)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt) as stopped:
            run(tmp_path / "b" / "run", scheduled, SecondSignal(5, signal.SIGINT))
    finally:
        signal.signal(signal.SIGINT, before)
    assert not isinstance(stopped.value, TrainingInterrupted)
    assert not list((tmp_path / "b" / "run").glob(".*.part"))
    run(tmp_path / "a" / "run", scheduled)
    run(tmp_path / "b" / "run", scheduled)
    check_equal(tmp_path / "b" / "run", tmp_path / "a" / "run")


def test_outside_the_main_thread_a_training_has_no_handlers(tmp_path: Path) -> None:
    failures: list[BaseException] = []

    def train() -> None:
        try:
            run(tmp_path / "run", scheduled)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    assert not failures
    assert (tmp_path / "run" / "epoch_2.pth").is_file()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGKILL])
def test_hooks_can_clean_up_whatever_ends_a_training(by: signal.Signals, tmp_path: Path) -> None:
    class Cleaning(Stop):
        is_clean = False

        def after_interruption(self, runner: Any) -> None:  # noqa: ARG002
            self.is_clean = True

    hook = Cleaning(5, by)
    with pytest.raises((TrainingInterrupted, KilledError)):
        run(tmp_path / "run", scheduled, hook)
    assert hook.is_clean


def test_without_a_checkpoint_hook_nothing_is_saved(tmp_path: Path) -> None:
    def bare() -> dict[str, Any]:
        return {"samples": make_samples(NUM_SAMPLES), "default_hooks": {"checkpoint": None}}

    with pytest.raises(TrainingInterrupted, match="after step 1, in epoch 1 of 2; nothing is save"):
        run(tmp_path / "run", bare, Stop(2))


class StopInOne(Hook):
    """Asks one of two processes to end after its third step."""

    def __init__(self, rank: int) -> None:
        self.rank = rank

    def after_train_iter(self, runner: Any, *_: Any, **__: Any) -> None:
        if self.rank == 1 and runner.iter == 2:
            os.kill(os.getpid(), signal.SIGTERM)


def test_the_processes_of_a_run_stop_after_the_same_step(tmp_path: Path) -> None:
    def work(rank: int) -> None:
        samples, stop = make_samples(NUM_SAMPLES), StopInOne(rank)
        with pytest.raises(TrainingInterrupted) as stopped:
            make_runner(tmp_path / "run", samples, stop, launcher="pytorch").train()
        (tmp_path / f"end_{rank}").write_text(f"{stopped.value.place}: {stopped.value}")

    in_two_processes(work, tmp_path)
    first, second = ((tmp_path / f"end_{rank}").read_text() for rank in (0, 1))
    place = "after step 3, in epoch 1 of 2"
    said = f"{place}: interrupted by SIGTERM {place}; saved: {tmp_path / 'run' / 'iter_3.pth'}"
    assert first.splitlines()[0] == said
    assert second == f"{place}: "  # one process speaks for all
    checkpoint = torch.load(tmp_path / "run" / "iter_3.pth", weights_only=True)
    assert len(checkpoint["random_states"]) == len(checkpoint[EPOCH_START]) == 2

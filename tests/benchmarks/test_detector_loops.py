"""The loops of detectors, run in this process with all their turns given before."""

import multiprocessing
from collections.abc import Iterator
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import pytest

from digitdet.benchmarks.plan import Plan
from digitdet.benchmarks.prediction_loops import (
    predict_equal_peer,
    predict_plain,
    predict_prepared,
)
from digitdet.benchmarks.rounds import Loop
from digitdet.benchmarks.training_loops import train_digitdet, train_equal_peer
from digitdet.console import console

QUICKSTART = Path(__file__).parents[2] / "configs" / "experiments" / "quickstart.py"
TURNS = 2


@pytest.fixture(autouse=True)
def _restored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Loops have a process for themselves; what they change of it must not last here."""
    monkeypatch.setattr(console, "quiet", console.quiet)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    method = multiprocessing.get_start_method()
    multiprocessing.set_start_method("spawn", force=True)
    yield
    multiprocessing.set_start_method(method, force=True)


def _run(loop: Loop, folder: Path) -> tuple[dict[str, Any], list[float], dict[str, Any]]:
    plan = Plan(
        config_file=str(QUICKSTART),
        options=["model.min_size=32", "model.max_size=64", "model.num_classes=11"],
        picture=(16, 24),
        batch_size=2,
        precision="float32",
        num_turns=TURNS + 2,
        folder=folder,
    )
    ours, other = Pipe()
    for goes_on in [*[True] * TURNS, False]:
        ours.send(goes_on)
    loop(other, plan)
    first, *seconds, last = [ours.recv() for _ in range(TURNS + 2)]
    assert not ours.poll()
    return first, seconds, last


def test_trainings_do_the_same_work_as_their_equal_peer(tmp_path: Path) -> None:
    found = [_run(loop, tmp_path / "run") for loop in (train_digitdet, train_equal_peer)]
    for facts, seconds, last in found:
        assert facts["flop"] > 0
        assert facts["saved_bytes"] > 0
        assert all(value > 0 for value in seconds)
        assert last["peak_bytes"] > 0
    (ours, _, _), (peer, _, _) = found
    assert ours["flop"] == peer["flop"]
    assert ours["saved_bytes"] == peer["saved_bytes"]


def test_predictions_do_the_same_work_as_their_equal_peer(tmp_path: Path) -> None:
    loops = (predict_plain, predict_prepared, predict_equal_peer)
    plain, prepared, peer = (_run(loop, tmp_path)[0] for loop in loops)
    assert plain["flop"] == prepared["flop"] == peer["flop"] > 0
    assert plain["detections"] == peer["detections"] > 0
    assert plain["parameters"] == peer["parameters"] > prepared["parameters"]  # norms are folded

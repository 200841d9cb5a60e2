"""What a run logs reaches those who show it, and a failure of theirs does not reach the run."""

from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mmengine.visualization
import numpy as np
import pytest
import torch
from mmengine.config import Config

from digitdet.interruption import TrainingInterrupted
from digitdet.registry import VISBACKENDS, VISUALIZERS
from digitdet.visualization import (
    CANVAS,
    LiveBackend,
    LiveRun,
    MLflowVisBackend,
    TensorboardVisBackend,
    Visualizer,
    WandbVisBackend,
    shown,
)
from digitdet.visualization.remembered import recall, remember


class BrokenError(Exception):
    """As libraries have of their own, which a command line does not know as one of the input."""


class Keeper:
    """A backend that keeps what it is told; ``failing`` names what it fails at."""

    def __init__(self, failing: str = "") -> None:
        self.failing = failing
        self.told: list[Any] = []

    def _tell(self, *what: Any) -> None:
        if what[0] == self.failing:
            raise BrokenError(f"{what[0]} is broken")
        self.told.append(what)

    def check(self) -> None:
        self._tell("check")

    def begin(self, run: LiveRun) -> None:
        self._tell("begin", run.step)

    def end(self, outcome: str) -> None:
        self._tell("end", outcome)

    def add_config(self, config: Config, **_: Any) -> None:
        self._tell("config", dict(config))

    def add_scalar(self, name: str, value: Any, step: int = 0) -> None:
        self._tell("scalar", name, value, step)

    def add_scalars(self, scalars: Any, step: int = 0, file_path: Any = None) -> None:
        self._tell("scalars", scalars, step, file_path)

    def close(self) -> None:
        self._tell("close")


def _visualizer(**backends: Keeper) -> Visualizer:
    visualizer = Visualizer("told")
    visualizer._vis_backends = dict(backends)
    return visualizer


def _run(folder: Path, **changes: Any) -> LiveRun:
    return LiveRun(work_dir=folder, config={}, config_text="", **changes)


def test_all_are_found_by_their_names() -> None:
    assert VISUALIZERS.get("Visualizer") is Visualizer
    for kind in (TensorboardVisBackend, MLflowVisBackend, WandbVisBackend):
        assert VISBACKENDS.get(kind.__name__) is kind
        assert isinstance(kind("folder"), LiveBackend)


def test_a_visualizer_that_is_not_drawn_on_has_no_canvas(tmp_path: Path) -> None:
    backends = [{"type": "digitdet.TensorboardVisBackend"}]
    visualizer = Visualizer("empty", vis_backends=backends, save_dir=str(tmp_path))
    visualizer.add_config(Config({"a": 1}))
    visualizer.add_scalar("loss", 0.5, step=1)
    visualizer.close()
    assert not set(CANVAS) & set(vars(visualizer))


def test_it_draws_what_mmengines_draws() -> None:
    image = np.full((40, 60, 3), 127, dtype=np.uint8)
    boxes = torch.tensor([[5.0, 6.0, 30.0, 35.0]])
    later, at_once = Visualizer("later"), Visualizer("at once", image)
    later.set_image(image)
    peer = mmengine.visualization.Visualizer("peer", image)
    drawn = [one.draw_bboxes(boxes).get_image() for one in (later, at_once, peer)]
    assert not np.array_equal(drawn[2], image)
    np.testing.assert_array_equal(drawn[0], drawn[2])
    np.testing.assert_array_equal(drawn[1], drawn[2])


def test_the_current_one_is_found_as_mmengines_is() -> None:
    made = Visualizer.get_instance("made")
    assert mmengine.visualization.Visualizer.get_current_instance() is made
    assert Visualizer.get_current_instance() is made


def test_what_is_missing_is_named() -> None:
    with pytest.raises(AttributeError, match="Visualizer has no attribute 'draw_digits'"):
        _ = Visualizer("empty").draw_digits


def test_a_training_is_followed_from_its_first_step_to_its_outcome(tmp_path: Path) -> None:
    keeper = Keeper()
    visualizer = _visualizer(keeper=keeper)
    visualizer.add_config(Config({"train_cfg": {}}))
    visualizer.begin(_run(tmp_path, step=3))
    visualizer.add_scalars({"loss": 0.5}, 4, "times.json")
    visualizer.close()  # as hooks do that do not know the outcome
    visualizer.end("stopped")
    assert [told[0] for told in keeper.told] == ["check", "config", "begin", "scalars", "end"]
    assert keeper.told[2:] == [
        ("begin", 3),
        ("scalars", {"loss": 0.5}, 4, "times.json"),
        ("end", "stopped"),
    ]


def test_what_trains_nothing_checks_nothing_and_is_closed_at_once() -> None:
    keeper = Keeper(failing="check")
    visualizer = _visualizer(keeper=keeper)
    visualizer.add_config(Config({"a": 1}))
    visualizer.close()
    assert keeper.told == [("config", {"a": 1}), ("close",)]


def test_a_backend_that_can_not_begin_is_an_error_of_the_input(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"keeper: begin is broken; to train without it, leave"):
        _visualizer(keeper=Keeper("begin")).begin(_run(tmp_path))


def test_a_backend_that_fails_later_is_left_out_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken, other = Keeper("scalar"), Keeper()
    visualizer = _visualizer(broken=broken, other=other)
    visualizer.begin(_run(tmp_path))
    for step in (1, 2):
        visualizer.add_scalar("loss", 0.5, step)
    visualizer.end("finished")
    assert broken.told == [("begin", 0)]
    assert other.told[1:] == [
        ("scalar", "loss", 0.5, 1),
        ("scalar", "loss", 0.5, 2),
        ("end", "finished"),
    ]
    said = capsys.readouterr().err
    assert said.count("broken: scalar is broken") == 1


@pytest.mark.parametrize("is_resumed", [False, True])
def test_only_a_run_that_goes_on_keeps_where_it_was_shown(tmp_path: Path, is_resumed: bool) -> None:
    remember(tmp_path, "keeper", {"id": "17"})
    _visualizer().begin(_run(tmp_path, is_resumed=is_resumed))
    assert recall(tmp_path, "keeper") == ({"id": "17"} if is_resumed else {})


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, "finished"),
        (ValueError("a loss that is no number"), "failed"),
        (KeyboardInterrupt(), "stopped"),
        (TrainingInterrupted(15, "after step 12", Path("iter_12.pth")), "stopped"),
        (TrainingInterrupted(15, "at its end", None, is_finished=True), "finished"),
    ],
)
def test_the_outcome_follows_from_the_error(error: BaseException | None, outcome: str) -> None:
    keeper = Keeper()
    runner = SimpleNamespace(visualizer=_visualizer(keeper=keeper))
    with suppress(BaseException), shown(runner):
        if error:
            raise error
    assert keeper.told == [("end", outcome)]

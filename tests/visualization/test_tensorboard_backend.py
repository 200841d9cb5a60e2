"""What TensorBoard is given."""

from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from tensorboard.backend.event_processing import plugin_event_accumulator
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from digitdet.visualization import LiveRun, TensorboardVisBackend


def _events(folder: Path) -> EventAccumulator:
    accumulator = EventAccumulator(str(folder))
    accumulator.Reload()
    return accumulator


def _begun(work_dir: Path, session: str, **changes: Any) -> TensorboardVisBackend:
    backend = TensorboardVisBackend(str(work_dir / session / "vis_data"))
    backend.begin(LiveRun(work_dir=work_dir, config={}, config_text="", **changes))
    return backend


def test_no_file_is_begun_for_a_config_alone(tmp_path: Path) -> None:
    backend = TensorboardVisBackend(str(tmp_path / "vis_data"))
    backend.add_config(Config({"a": 1}))
    backend.close()
    assert not (tmp_path / "vis_data").exists()


def test_the_file_holds_the_config_and_all_values(tmp_path: Path) -> None:
    backend = TensorboardVisBackend(str(tmp_path))
    backend.add_config(Config({"seed": 17}))
    backend.add_scalar("loss", 0.5, 3)
    backend.add_scalars({"loss": torch.tensor(0.25)}, 4)
    backend.close()
    events = _events(tmp_path)
    assert [(e.step, e.value) for e in events.Scalars("loss")] == [(3, 0.5), (4, 0.25)]
    (tag,) = events.Tags()["tensors"]
    (text,) = events.Tensors(tag)
    assert tag == "config/text_summary"
    assert b"seed = 17" in text.tensor_proto.string_val[0]


def test_a_file_begins_without_a_config_too(tmp_path: Path) -> None:
    backend = TensorboardVisBackend(str(tmp_path))
    backend.add_scalar("loss", 0.5)
    backend.close()
    assert _events(tmp_path).Tags()["tensors"] == []


def test_a_run_that_goes_on_writes_where_it_began_and_replaces_later_steps(tmp_path: Path) -> None:
    first = _begun(tmp_path, "first")
    for step in range(1, 6):
        first.add_scalars({"loss": step / 10}, step)  # a kill would leave these, too
    resumed = _begun(tmp_path, "second", step=3, is_resumed=True)
    resumed.add_scalars({"loss": 4.0}, 4)
    resumed.end("finished")
    first.end("stopped")
    assert not (tmp_path / "second").exists()
    folder = tmp_path / "first" / "vis_data"
    losses = _events(folder).Scalars("loss")
    assert [event.step for event in losses] == [1, 2, 3, 4]
    assert losses[-1].value == 4.0
    shown = plugin_event_accumulator.EventAccumulator(str(folder))  # as the server reads it
    shown.Reload()
    assert [event.step for event in shown.Tensors("loss")] == [1, 2, 3, 4]


def test_a_run_that_begins_anew_has_a_folder_of_its_own(tmp_path: Path) -> None:
    for session in ("first", "second"):
        backend = _begun(tmp_path, session)
        backend.add_scalars({"loss": 1.0}, 1)
        backend.end("finished")
    assert len(_events(tmp_path / "second" / "vis_data").Scalars("loss")) == 1


def test_a_folder_elsewhere_is_kept(tmp_path: Path) -> None:
    elsewhere, work_dir = tmp_path / "elsewhere", tmp_path / "run"
    for step in (0, 1):
        backend = TensorboardVisBackend(str(elsewhere))
        run = LiveRun(work_dir, {}, "", step=step, is_resumed=step > 0)
        backend.begin(run)
        backend.add_scalars({"loss": 1.0}, step + 1)
        backend.end("finished")
    assert [event.step for event in _events(elsewhere).Scalars("loss")] == [1, 2]

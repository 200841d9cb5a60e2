"""What shows a run: as mmengine's, but begun later."""

from pathlib import Path

import mmengine.visualization
import numpy as np
import pytest
import torch
from mmengine.config import Config
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from digitdet.registry import VISBACKENDS, VISUALIZERS
from digitdet.visualization import CANVAS, TensorboardVisBackend, Visualizer


def _events(folder: Path) -> EventAccumulator:
    accumulator = EventAccumulator(str(folder))
    accumulator.Reload()
    return accumulator


def test_both_are_found_by_their_names() -> None:
    assert VISUALIZERS.get("Visualizer") is Visualizer
    assert VISBACKENDS.get("TensorboardVisBackend") is TensorboardVisBackend


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

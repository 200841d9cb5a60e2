from collections.abc import Callable
from pathlib import Path
from typing import Any

import mmengine.hooks
import mmengine.runner
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.logging import HistoryBuffer
from mmengine.model import BaseModel
from torch import Tensor, nn
from torch.utils.data import DataLoader

from digitdet.checkpoints.message_hub import pack_hub
from digitdet.hooks import CheckpointHook
from digitdet.plain_values import to_plain
from digitdet.runner import Runner


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ({}, {}),
        ([], []),
        ((), ()),
        (True, True),
        (np.bool_(True), True),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.str_("a"), "a"),
        (np.array([[1, 2]]), [[1, 2]]),
        (np.array(2.5), 2.5),
        ((1, [np.int32(2)], {"a": (np.float64(3),)}), (1, [2], {"a": (3.0,)})),
        (Config({"a": {"b": [1]}})._cfg_dict, {"a": {"b": [1]}}),
        (torch.float16, "torch.float16"),
        (torch.device("cpu"), "cpu"),
        (Path("a/b"), "a/b"),
    ],
)
def test_values_become_plain(value: Any, expected: Any) -> None:
    plain = to_plain(value)
    assert plain == expected
    assert type(plain) is type(expected)


def test_what_became_plain_loads_safely(tmp_path: Path) -> None:
    value = {"a": Config({"b": (np.float64(1.5), Path("c"), torch.ones(2))}), "d": HistoryBuffer()}
    torch.save(to_plain(dict(value["a"])), tmp_path / "a.pth")
    loaded = torch.load(tmp_path / "a.pth", weights_only=True)
    assert loaded["b"][:2] == (1.5, "c")
    assert torch.equal(loaded["b"][2], torch.ones(2))


class Line(BaseModel):
    """A model of two numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.line = nn.Linear(1, 1)

    def forward(self, inputs: Tensor, mode: str = "tensor") -> Any:
        loss = self.line(inputs).square().mean()
        return {"loss": loss} if mode == "loss" else loss


@pytest.fixture
def make_runner(tmp_path: Path) -> Callable[..., mmengine.runner.Runner]:
    def make(
        name: str, kind: type[mmengine.runner.Runner], hook: Any, **kwargs: Any
    ) -> mmengine.runner.Runner:
        return kind(
            model=Line(),
            work_dir=str(tmp_path / name),
            experiment_name=f"{tmp_path.name}_{name}",
            train_dataloader=DataLoader([{"inputs": torch.ones(1)}] * 4, batch_size=2),
            train_cfg={"by_epoch": True, "max_epochs": 2},
            optim_wrapper={"optimizer": {"type": "SGD", "lr": 0.1, "momentum": 0.9}},
            default_hooks={"checkpoint": hook},
            log_level="ERROR",
            **kwargs,
        )

    return make


def test_a_saved_file_holds_tensors_and_plain_values_alone(
    tmp_path: Path, make_runner: Callable[..., mmengine.runner.Runner]
) -> None:
    make_runner("own", Runner, CheckpointHook()).train()
    loaded = torch.load(tmp_path / "own" / "epoch_2.pth", weights_only=True)
    assert loaded["meta"]["epoch"] == 2
    assert loaded["state_dict"].keys() == {"line.weight", "line.bias"}
    assert loaded["message_hub"]["log_scalars"]["train/loss"][0]
    assert "config" not in loaded["meta"]
    # A positive control: mmengine's own checkpoint does not load so.
    make_runner("plain", mmengine.runner.Runner, mmengine.hooks.CheckpointHook()).train()
    with pytest.raises(Exception, match="HistoryBuffer"):
        torch.load(tmp_path / "plain" / "epoch_2.pth", weights_only=True)


class ExecutableConfig(mmengine.hooks.Hook):
    """Writes checkpoints as a foreign program might: with a config as source, loading safely."""

    priority = "VERY_LOW"

    def __init__(self, marker: Path, keep_hub: bool) -> None:
        self.marker = marker
        self.keep_hub = keep_hub

    def before_save_checkpoint(self, runner: Any, checkpoint: dict[str, Any]) -> None:  # noqa: ARG002
        checkpoint["meta"]["config"] = f"open({str(self.marker)!r}, 'w').close()"
        packed = to_plain(pack_hub(checkpoint["message_hub"]))
        checkpoint["message_hub"] = packed if self.keep_hub else {}


@pytest.mark.parametrize("keep_hub", [True, False])
def test_a_foreign_checkpoint_is_not_resumed_and_its_source_not_executed(
    tmp_path: Path, make_runner: Callable[..., mmengine.runner.Runner], keep_hub: bool
) -> None:
    marker, file = tmp_path / "executed", tmp_path / "foreign" / "epoch_2.pth"
    foreign = make_runner(
        "foreign",
        mmengine.runner.Runner,
        mmengine.hooks.CheckpointHook(),
        custom_hooks=[ExecutableConfig(marker, keep_hub)],
    )
    foreign.train()
    Config.fromstring(torch.load(file, weights_only=True)["meta"]["config"], file_format=".py")
    assert marker.exists()  # it would be executed
    marker.unlink()
    own = make_runner("own", Runner, CheckpointHook(), load_from=str(file), resume=True)
    with pytest.raises(
        ValueError, match=r"epoch_2\.pth: (was not written by digitdet|can.t be resumed from)"
    ):
        own.train()
    assert not marker.exists()
    start = make_runner("start", Runner, CheckpointHook(), load_from=str(file))
    start.load_or_resume()
    assert torch.equal(start.model.line.weight, foreign.model.line.weight)


def test_bare_weights_can_be_started_from_but_not_resumed_from(
    tmp_path: Path, make_runner: Callable[..., mmengine.runner.Runner]
) -> None:
    file = tmp_path / "weights.pth"
    torch.save({"state_dict": {"line.weight": torch.ones(1, 1), "line.bias": torch.ones(1)}}, file)
    own = make_runner("own", Runner, CheckpointHook(), load_from=str(file), resume=True)
    with pytest.raises(
        ValueError, match=r"it lacks meta, message_hub, optimizer, param_schedulers, random_states"
    ):
        own.train()
    start = make_runner("start", Runner, CheckpointHook(), load_from=str(file))
    start.load_or_resume()
    assert start.model.line.weight.item() == 1


def test_weights_of_another_model_are_refused(
    tmp_path: Path, make_runner: Callable[..., mmengine.runner.Runner]
) -> None:
    file = tmp_path / "weights.pth"
    torch.save({"state_dict": {"line.weight": torch.ones(1, 1)}}, file)
    runner = make_runner("own", Runner, CheckpointHook(), load_from=str(file))
    with pytest.raises(ValueError, match=r"weights\.pth: .* lacks 1 entries such as 'line.bias'"):
        runner.train()

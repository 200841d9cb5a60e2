"""What a checkpoint holds, and how large that makes it."""

import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mmengine.hooks import Hook
from mmengine.logging import MessageHub
from mmengine.optim import OptimWrapper
from mmengine.registry import PARAM_SCHEDULERS
from torch import Tensor, nn

from digitdet import config
from digitdet.checkpoints.content import check_resumable, states_of
from digitdet.checkpoints.message_hub import pack_hub, unpack_hub
from digitdet.checkpoints.reading import read_meta
from digitdet.histories import HISTORY_LENGTH
from digitdet.plain_values import to_plain
from digitdet.runner import Runner

QUICKSTART = Path(__file__).parents[2] / "configs" / "experiments" / "quickstart.py"
Build = Callable[..., Runner]


def through_a_file(value: Any, folder: Path) -> Any:
    torch.save(value, folder / "value.pth")
    return torch.load(folder / "value.pth", weights_only=True)


def kinds(value: Any) -> set[type]:
    """The types of all values within a value."""
    inner: list[Any] = []
    if isinstance(value, Mapping):
        inner = [*value, *value.values()]
    elif isinstance(value, list | tuple):
        inner = list(value)
    return {type(value)}.union(*map(kinds, inner))


def test_an_empty_message_hub_comes_back_from_a_file(tmp_path: Path) -> None:
    state = MessageHub.get_instance("empty").state_dict()
    packed = through_a_file(to_plain(pack_hub(state)), tmp_path)
    assert unpack_hub(packed, tmp_path)["log_scalars"] == {}


@pytest.mark.parametrize("length", [1, HISTORY_LENGTH + 30])
def test_a_message_hub_comes_back_from_a_file(tmp_path: Path, length: int) -> None:
    hub = MessageHub.get_instance("one")
    for step in range(length):
        hub.update_scalar("train/loss", step / 4, count=step % 3 + 1)
    hub.update_info("best_score", np.float64(0.5))
    hub.update_info("cfg", "import os")
    packed = through_a_file(to_plain(pack_hub(hub.state_dict())), tmp_path)
    other = MessageHub.get_instance("other")
    other.load_state_dict(unpack_hub(packed, tmp_path))
    before, after = hub.get_scalar("train/loss"), other.get_scalar("train/loss")
    for window in (1, 10, min(length, HISTORY_LENGTH)):
        assert after.mean(window) == pytest.approx(before.mean(window))
    assert other.get_info("best_score") == 0.5
    assert "cfg" not in other.runtime_info
    other.update_scalar("train/loss", 9.0)
    assert after.current() == 9.0


@pytest.mark.parametrize("name", ["best_ckpt", "best_ckpt_map"])
@pytest.mark.parametrize("there", [True, False])
def test_the_best_checkpoint_is_taken_over_within_a_folder_alone(
    name: str, there: bool, tmp_path: Path
) -> None:
    own = tmp_path / "best_map_epoch_2.pth"
    if there:
        own.touch()
    info = {name: "/elsewhere/best_map_epoch_2.pth", "best_score": 0.5}
    hub = {"log_scalars": {}, "runtime_info": info, "resumed_keys": {name: True}}
    unpacked = unpack_hub(hub, tmp_path)
    assert unpacked["runtime_info"].get(name) == (str(own) if there else None)
    assert (name in unpacked["resumed_keys"]) == there
    assert unpacked["runtime_info"]["best_score"] == 0.5
    assert unpack_hub(hub, None)["runtime_info"] == {"best_score": 0.5}


SCHEDULES = [
    dict(type="ConstantLR", factor=0.5, end=3),
    dict(type="CosineAnnealingLR", T_max=6),
    dict(type="ExponentialLR", gamma=0.5),
    dict(type="LinearLR", end=4),
    dict(type="MultiStepLR", milestones=[2, 5]),
    dict(type="StepLR", step_size=2),
    dict(type="PolyLR", power=2, end=6),
    dict(type="OneCycleLR", eta_max=1.0, total_steps=9, anneal_strategy="cos"),
    dict(type="CosineRestartLR", periods=[3, 3], restart_weights=[1, 0.5], eta_min=0.01),
    dict(type="ReduceOnPlateauLR", monitor="loss", patience=1, by_epoch=True),
    dict(type="CosineAnnealingMomentum", T_max=6),
]


@pytest.mark.filterwarnings(
    "ignore:Detected call of .scheduler.step"
)  # mmengine counts other steps
@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: schedule["type"])
def test_a_schedule_goes_on_from_a_file(schedule: dict[str, Any], tmp_path: Path) -> None:
    def build() -> tuple[torch.optim.Optimizer, Any]:
        layer = nn.Linear(1, 1)
        optimizer = torch.optim.SGD(layer.parameters(), lr=0.1, momentum=0.9)
        wrapper = OptimWrapper(optimizer)
        return optimizer, PARAM_SCHEDULERS.build(
            {"by_epoch": False, **schedule}, default_args=dict(optimizer=wrapper)
        )

    def follow(optimizer: torch.optim.Optimizer, built: Any) -> list[tuple[float, float]]:
        values = []
        for step in range(4):
            optimizer.step()
            args = ({"loss": 1.0 + step},) if "Plateau" in schedule["type"] else ()
            built.step(*args)
            group = optimizer.param_groups[0]
            values.append((group["lr"], group["momentum"]))
        return values

    optimizer, built = build()
    follow(optimizer, built)
    states = to_plain(states_of([built])), optimizer.state_dict()
    (state,), of_optimizer = through_a_file(states, tmp_path)
    other, again = build()
    again.load_state_dict(state)
    other.load_state_dict(of_optimizer)
    assert follow(other, again) == follow(optimizer, built)


def test_what_a_checkpoint_says_of_itself(line_run: Build, tmp_path: Path) -> None:
    runner = line_run("run", {"default_hooks.checkpoint.save_best": "mean"})
    runner.train()
    file = tmp_path / "run" / "epoch_2.pth"
    meta = read_meta(file)
    said = {key: meta[key] for key in ("epoch", "iter", "epoch_step", "batches_per_epoch", "seed")}
    assert said == {"epoch": 2, "iter": 8, "epoch_step": 0, "batches_per_epoch": 4, "seed": 0}
    assert (meta["is_resumable"], meta["is_stopover"]) == (True, False)
    assert meta["classes"] == list("0123456789")
    assert json.loads(meta["cfg"])["train_cfg"] == {"by_epoch": True, "max_epochs": 2}
    x = torch.tensor([[index / 8] for index in range(8)])
    with torch.no_grad():
        expected = runner.bare_model.line(x).mean().item()
    assert meta["metrics"] == {"mean": pytest.approx(expected)}
    best = next((tmp_path / "run").glob("best_mean*"))
    assert read_meta(best)["is_resumable"] is False
    content = torch.load(best, weights_only=True)
    assert not content.keys() & {"optimizer", "param_schedulers", "message_hub", "random_states"}


def test_before_a_validation_there_are_no_metrics(line_run: Build, tmp_path: Path) -> None:
    line_run("run", {"train_cfg.val_begin": 2}).train()
    assert read_meta(tmp_path / "run" / "epoch_1.pth")["metrics"] == {}


def test_weights_that_were_trained_on_since_the_validation_have_no_metrics(
    line_run: Build, tmp_path: Path
) -> None:
    settings = {"train_cfg.val_interval": 2, "train_cfg.max_epochs": 4}
    line_run("run", {**settings, "default_hooks.checkpoint.save_best": "mean"}).train()
    metrics = {
        epoch: read_meta(tmp_path / "run" / f"epoch_{epoch}.pth")["metrics"]
        for epoch in range(1, 5)
    }
    assert [epoch for epoch, found in metrics.items() if found] == [2, 4]
    (best,) = (tmp_path / "run").glob("best_mean*")
    assert read_meta(best)["metrics"] in (metrics[2], metrics[4])


def test_a_checkpoint_holds_tensors_and_plain_values_alone(line_run: Build, tmp_path: Path) -> None:
    line_run("run").train()
    content = torch.load(tmp_path / "run" / "epoch_2.pth", weights_only=True)
    assert kinds(content) <= {dict, list, tuple, str, int, float, bool, type(None), Tensor}
    assert "config" not in content["meta"]
    check_resumable(content, "it")


@pytest.mark.parametrize("value", [{1, 2}, Path("a"), {"a": [kinds]}])
def test_a_hook_that_adds_what_does_not_load_safely_is_refused(
    value: Any, line_run: Build, tmp_path: Path
) -> None:
    class Adding(Hook):
        def before_save_checkpoint(self, runner: Any, checkpoint: dict[str, Any]) -> None:  # noqa: ARG002
            checkpoint["own"] = value

    runner = line_run("run", {"train_cfg.max_epochs": 1})
    runner.register_hook(Adding())
    with pytest.raises(TypeError, match=r"epoch_1\.pth\['own'\].* is a "):
        runner.train()
    assert not list((tmp_path / "run").glob("*.pth"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda c: c.clear(), "it lacks meta, state_dict, message_hub, optimizer"),
        (lambda c: c.pop("random_states"), "it lacks random_states; resume from an epoch"),
        (lambda c: c["meta"].pop("format"), "was not written by digitdet"),
        (lambda c: c.update(meta=[1]), "was not written by digitdet"),
        (lambda c: c["meta"].update(format_version=9), "a format, 9, that this one does not know"),
        (lambda c: c["meta"].pop("seed"), "is damaged: it lacks meta.seed"),
        (lambda c: c["meta"].update(iter="8"), "is damaged: it lacks meta.iter"),
    ],
)
def test_what_can_not_be_resumed_from_is_refused_with_the_reason(
    change: Callable[[Any], object], reason: str, line_run: Build, tmp_path: Path
) -> None:
    line_run("run", {"train_cfg.max_epochs": 1}).train()
    content = torch.load(tmp_path / "run" / "epoch_1.pth", weights_only=True)
    change(content)
    with pytest.raises(ValueError, match=reason) as caught:
        check_resumable(content, "it.pth")
    assert str(caught.value).startswith("it.pth: ")
    assert "load_from=FILE" in str(caught.value)


@pytest.mark.parametrize("text", ["", "import os", "[1]", "5", "[" * 100_000])
def test_a_config_that_is_no_object_of_json_is_refused(
    text: str, line_run: Build, tmp_path: Path
) -> None:
    line_run("run", {"train_cfg.max_epochs": 1}).train()
    content = torch.load(tmp_path / "run" / "epoch_1.pth", weights_only=True)
    content["meta"]["cfg"] = text
    with pytest.raises(ValueError, match=r"^it\.pth: its config can't be read as JSON"):
        check_resumable(content, "it.pth")


def test_what_is_no_mapping_can_not_be_resumed_from() -> None:
    with pytest.raises(ValueError, match="it lacks meta"):
        check_resumable([1], "it.pth")


def tensor_bytes(value: Any) -> int:
    if isinstance(value, Tensor):
        return value.numel() * value.element_size()
    inner = value.values() if isinstance(value, Mapping) else value
    return sum(map(tensor_bytes, inner)) if isinstance(value, Mapping | list | tuple) else 0


def test_a_checkpoint_of_300_epochs_is_at_most_a_fiftieth_larger_than_its_tensors(
    tmp_path: Path,
) -> None:
    runner = Runner.from_cfg(_quickstart(tmp_path))
    runner.train()
    figures = runner.message_hub.get_info("evaluation_history")[0]["metrics"]
    assert len(figures) > 30
    history = [
        {"epoch": epoch, "loss": random.random(), "metrics": dict.fromkeys(figures, 0.0)}
        for epoch in range(1, 301)
    ]
    for result in history:  # no two figures are alike
        result["metrics"] = {name: random.random() for name in figures}
    runner.message_hub.update_info("evaluation_history", history)
    for name in list(runner.message_hub.log_scalars):
        for _ in range(300):
            runner.message_hub.update_scalar(name, random.random())
    for with_optimizer in (True, False):
        meta = {"epoch": 300, "iter": 300}
        runner.save_checkpoint(str(tmp_path), "long.pth", save_optimizer=with_optimizer, meta=meta)
        content = torch.load(tmp_path / "long.pth", weights_only=True)
        tensors = tensor_bytes([content["state_dict"], content.get("optimizer", {})])
        assert tensors < (tmp_path / "long.pth").stat().st_size <= 1.02 * tensors


def _quickstart(folder: Path) -> Any:
    """The quickstart, for one step of it."""
    changes = [
        "train_dataloader.dataset.num_scenes=2",
        "train_dataloader.batch_size=2",
        "train_dataloader.num_workers=0",
        "val_dataloader.dataset.num_scenes=2",
        "val_dataloader.num_workers=0",
        "train_cfg.max_epochs=1",
        "default_hooks.report=None",
        "param_scheduler.0.end=1",
        "param_scheduler.1.T_max=1",
        "model.min_size=32",
        "model.max_size=96",
        f"work_dir={folder}",
    ]
    return config.load(QUICKSTART, changes)

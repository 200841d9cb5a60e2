"""The usual levers, a line of config each, through the tools and with a resume."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from digitdet import config
from digitdet.registry import MODELS
from digitdet.runner import Runner

ROOT = Path(__file__).parents[1]
QUICKSTART = str(ROOT / "configs" / "experiments" / "quickstart.py")
SMALL = [
    "train_dataloader.dataset.num_scenes=12",
    "train_dataloader.batch_size=4",
    "train_dataloader.num_workers=0",
    "val_dataloader.num_workers=0",
    "val_dataloader.dataset.num_scenes=4",
    "train_cfg.max_epochs=2",
    "default_hooks.report=None",
    "model.min_size=32",
    "model.max_size=96",
    "model.rois_per_image=16",
    "model.proposals_train=32",
    "model.proposals_test=16",
]
LEVERS = """
_base_ = {base!r}
optim_wrapper = dict(
    optimizer=dict(_delete_=True, type="AdamW", lr=0.001),
    clip_grad=dict(max_norm=1.0),
    accumulative_counts=2,
    paramwise_cfg=dict(custom_keys={{"backbone": dict(lr_mult=0.1)}}),
)
param_scheduler = [
    dict(type="LinearLR", start_factor=0.5, by_epoch=False, end=3),
    dict(type="MultiStepLR", milestones=[1], gamma=0.1),
]
custom_hooks = [
    dict(type="EvaluationHook"),
    dict(type="EMAHook", momentum=0.1),
    dict(type="EarlyStoppingHook", patience=2),
    dict(type="FreezeHook", modules=["backbone"], num_epochs=1),
]
"""
Tool = Callable[[str], Callable[[list[str]], None]]


@pytest.fixture(scope="module")
def levers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A config with all levers."""
    file = tmp_path_factory.mktemp("levers") / "levers.py"
    file.write_text(LEVERS.format(base=QUICKSTART))
    return file


def _lines_of_the_page() -> list[str]:
    """The third column of the table in docs/training.md."""
    page = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    section = page.partition("## Levers")[2].partition("\n## ")[0]
    return re.findall(r"^\|[^|]*\| `(.*)` \|$", section, flags=re.MULTILINE)


def test_the_page_has_its_table() -> None:
    assert len(_lines_of_the_page()) >= 10


@pytest.mark.parametrize("line", _lines_of_the_page())
def test_each_line_of_the_page_is_a_config(line: str, tmp_path: Path) -> None:
    base = ROOT / "configs" / "experiments" / "frcnn_augmented.py"
    kept = "dict(type='EvaluationHook'), dict(type='ProgressHook'), "
    file = tmp_path / "one_lever.py"
    file.write_text(f"_base_ = {str(base)!r}\n{line.replace('..., ', kept)}\n")
    config.load(file)


def train(tool: Tool, file: Path, work_dir: Path, *arguments: str) -> None:
    command = [str(file), "--no-preflight", "--work-dir", str(work_dir), *arguments]
    tool("train")([*command, "--cfg-options", *SMALL])


@pytest.fixture(scope="module")
def trained(levers: Path, tool: Tool) -> Path:
    """The work folder of a run of two epochs of three batches."""
    train(tool, levers, levers.parent / "straight")
    return levers.parent / "straight"


def equal(one: Any, other: Any) -> bool:
    """Whether two values of a checkpoint are the same bit for bit."""
    if isinstance(one, Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    return bool(one == other)


def test_a_resumed_run_with_all_levers_equals_the_unbroken_one(
    trained: Path, levers: Path, tool: Tool, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("epoch_1.pth", "scalars.csv"):
        (tmp_path / name).write_bytes((trained / name).read_bytes())
    capfd.readouterr()
    train(tool, levers, tmp_path, "--resume")
    out, err = capfd.readouterr()
    assert "warning" not in (out + err).lower().replace("warning: " + str(levers), "")
    one = torch.load(trained / "epoch_2.pth", weights_only=True)
    other = torch.load(tmp_path / "epoch_2.pth", weights_only=True)
    for part in ("state_dict", "ema_state_dict", "optimizer", "param_schedulers"):
        assert equal(one[part], other[part]), part
    for key in ("early_stopping", "evaluation_history"):
        first, second = (c["message_hub"]["runtime_info"][key] for c in (one, other))
        assert first == second, key


def test_rates_follow_their_schedules_and_groups(trained: Path, levers: Path) -> None:
    checkpoint = torch.load(trained / "epoch_2.pth", weights_only=True)
    logged, _ = checkpoint["message_hub"]["log_scalars"]["train/base_lr"]
    # Warm-up over the three batches of the first epoch, then a tenth.
    factors = [0.5, 0.75, 1.0, 0.1, 0.1, 0.1]
    assert logged == pytest.approx([0.001 * factor for factor in factors])
    model = MODELS.build(config.load(levers, SMALL).model)
    groups = checkpoint["optimizer"]["param_groups"]
    for (name, _), group in zip(model.named_parameters(), groups, strict=True):
        share = 0.1 if name.startswith("backbone.") else 1
        assert group["initial_lr"] == pytest.approx(0.001 * share), name
    # Two updates an epoch; the backbone takes part in the second epoch alone.
    steps = {int(state["step"]) for state in checkpoint["optimizer"]["state"].values()}
    assert steps == {2, 4}


def test_the_backbone_is_frozen_in_the_first_epoch_alone(trained: Path) -> None:
    first, second = (
        torch.load(trained / f"epoch_{epoch}.pth", weights_only=True)["ema_state_dict"]
        for epoch in (1, 2)
    )
    norm = "module.backbone.stem.0.1.running_mean"
    assert not first[norm].any()  # as it began
    assert second[norm].any()
    weight = "module.backbone.stem.0.0.weight"
    assert not torch.equal(first[weight], second[weight])


@pytest.mark.parametrize("max_norm", [0.5, 1e9])
def test_clipping_bounds_the_norm_of_what_the_optimizer_gets(
    max_norm: float, tmp_path: Path
) -> None:
    settings = config.load(QUICKSTART, [*SMALL, f"optim_wrapper.clip_grad.max_norm={max_norm}"])
    settings.train_cfg.max_epochs = 1
    settings.update(work_dir=str(tmp_path), custom_hooks=[])
    settings.update(val_dataloader=None, val_cfg=None, val_evaluator=None)
    runner = Runner.from_cfg(settings)
    norms: list[float] = []

    def measure(optimizer: torch.optim.Optimizer, *_: Any) -> None:
        gradients = [p.grad.flatten() for p in optimizer.param_groups[0]["params"]]
        norms.append(float(torch.cat(gradients).norm()))

    runner.optim_wrapper = runner.build_optim_wrapper(runner.optim_wrapper)
    runner.optim_wrapper.optimizer.register_step_pre_hook(measure)
    runner.train()
    logged, _ = runner.message_hub.get_scalar("train/grad_norm").data
    assert len(norms) == 3
    for norm, before in zip(norms, logged, strict=True):
        assert norm == pytest.approx(min(before, max_norm), rel=1e-4)


def test_an_ended_run_is_not_gone_on_with(tool: Tool, tmp_path: Path) -> None:
    file = tmp_path / "ends.py"
    file.write_text(
        f"_base_ = {QUICKSTART!r}\n"
        "custom_hooks = [dict(type='EvaluationHook'),\n"
        "    dict(type='EarlyStoppingHook', patience=1, stopping_threshold=-2.0)]\n"
    )
    for arguments in ([], ["--resume"]):
        train(tool, file, tmp_path / "run", *arguments)
        assert sorted(f.name for f in (tmp_path / "run").glob("epoch_*.pth")) == ["epoch_1.pth"]
    command = [str(file), str(tmp_path / "run" / "epoch_1.pth"), "--out-dir", str(tmp_path / "val")]
    tool("test")([*command, "--cfg-options", *SMALL])

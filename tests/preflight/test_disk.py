"""Room on the disk is compared with what checkpoints take."""

from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest
import torch

from digitdet.hooks import CheckpointHook
from digitdet.preflight import disk
from digitdet.preflight.disk import check_disk, checkpoint_bytes, in_bytes, num_checkpoints
from digitdet.preflight.samples import read_samples
from digitdet.preflight.step import try_steps
from digitdet.preflight.trial import make_trial


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (8_900_000, "8.9 MB"), (346e6, "346 MB"), (2.5e12, "2.5 TB")],
)
def test_bytes_have_the_unit_that_suits(count: float, text: str) -> None:
    assert in_bytes(count) == text


@pytest.mark.parametrize(
    ("arguments", "total", "count"),
    [
        (dict(interval=-1, save_last=False), 10, 0),
        (dict(interval=-1), 10, 1),
        (dict(interval=1), 6, 6),
        (dict(interval=4), 10, 3),  # 4, 8 and the last
        (dict(interval=5), 10, 2),
        (dict(interval=1, max_keep_ckpts=2, save_best="map"), 10, 2),
        (dict(interval=2, save_begin=3), 8, 4),  # 3, 5, 7 and the last
    ],
)
def test_checkpoints_are_counted(arguments: Any, total: int, count: int) -> None:
    assert num_checkpoints(CheckpointHook(**arguments), total) == count


@pytest.mark.parametrize(
    ("optimizer", "hooks"),
    [
        (dict(type="SGD", lr=0.01), []),
        (dict(type="SGD", lr=0.01, momentum=0.9), []),
        (dict(type="AdamW", lr=0.001), [dict(type="EMAHook")]),
    ],
)
def test_the_estimate_is_near_a_real_checkpoint(
    optimizer: Any, hooks: Any, make_runner: Any, tmp_path: Path
) -> None:
    changes: dict[str, Any] = {
        "optim_wrapper.optimizer": {"_delete_": True, **optimizer},
        "custom_hooks": [*hooks, dict(type="EvaluationHook", metric="map")],
    }
    options = ["train_cfg.max_epochs=1", "val_dataloader=None", "val_evaluator=None"]
    runner = make_runner(*options, "val_cfg=None", "param_scheduler=[]", changes=changes)
    trial = make_trial(runner)
    try_steps(trial, read_samples("train", runner.train_dataloader, 1, 0))
    size = checkpoint_bytes(trial, with_optimizer=True, with_ema=bool(hooks))
    runner.train()
    real = (tmp_path / "work" / "epoch_1.pth").stat().st_size
    assert size == pytest.approx(real, rel=0.03)


def test_a_full_disk_is_an_error_and_a_nearly_full_one_a_warning(
    make_runner: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = make_runner("param_scheduler=[]")
    trial = make_trial(runner)
    size = checkpoint_bytes(trial, with_optimizer=True, with_ema=False)
    need = 3 * size + checkpoint_bytes(trial, with_optimizer=False, with_ema=False)  # 2, a part
    usage = namedtuple("usage", "total used free")
    for free, status in ((need * 2, "ok"), (need + 1, "warning"), (need - 1, "error")):
        monkeypatch.setattr(disk.shutil, "disk_usage", lambda _, free=free: usage(0, 0, free))
        finding = check_disk(runner, trial, tmp_path / "not" / "there")
        assert finding.status == status
        assert f"free in {tmp_path}" in finding.detail
    assert "max_keep_ckpts" in finding.detail


def test_a_state_is_measured_without_gradients_of_its_own() -> None:
    value = {"a": torch.zeros(3, 4), "b": [torch.zeros(2, dtype=torch.int64)], "c": 1, "d": ()}
    assert disk.tensor_bytes(value) == 48 + 16

"""In which precision a training computes; without a CUDA device as far as that goes."""

import csv
import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.optim import OptimWrapper
from torch import nn

from digitdet.checkpoints.resuming import with_known_scale
from digitdet.mixed_precision import autocast_of, fill_in, scales_losses, set_precision

ROOT = Path(__file__).parents[1]
QUICKSTART = str(ROOT / "configs" / "experiments" / "quickstart.py")
UNSCALED = {"enabled": False}


def test_nothing_is_written_into_a_config_that_asks_for_nothing() -> None:
    wrapper: dict[str, Any] = {"type": "OptimWrapper"}
    set_precision(wrapper, amp=False)
    assert wrapper == {"type": "OptimWrapper"}


@pytest.mark.parametrize(
    ("stated", "has_bfloat16", "dtype", "loss_scale"),
    [
        ({}, True, "bfloat16", UNSCALED),
        ({}, False, "float16", "dynamic"),
        ({"dtype": None}, True, "bfloat16", UNSCALED),
        ({"dtype": "float16"}, True, "float16", "dynamic"),
        ({"dtype": "float16", "loss_scale": 512.0}, False, "float16", 512.0),
        ({"dtype": "bfloat16", "loss_scale": "dynamic"}, True, "bfloat16", "dynamic"),
    ],
)
def test_type_and_scaling_follow_from_the_device_where_the_config_states_none(
    stated: dict[str, Any], has_bfloat16: bool, dtype: str, loss_scale: Any
) -> None:
    wrapper = dict(stated)
    fill_in(wrapper, has_bfloat16, "a device")
    assert wrapper == {"dtype": dtype, "loss_scale": loss_scale}


def test_bfloat16_on_a_device_without_it_is_refused_by_its_name() -> None:
    with pytest.raises(ValueError, match=r"Old One does not compute in bfloat16; .*--amp fp16"):
        fill_in({"dtype": "bfloat16"}, has_bfloat16=False, device="Old One")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
@pytest.mark.parametrize(
    ("wrapper", "amp"),
    [({}, True), ({}, "bf16"), ({}, "fp16"), ({"type": "AmpOptimWrapper"}, False)],
)
def test_mixed_precision_on_a_cpu_is_refused(wrapper: dict[str, Any], amp: Any) -> None:
    with pytest.raises(ValueError, match="--amp needs a CUDA device"):
        set_precision(wrapper, amp)


def test_a_run_without_mixed_precision_has_no_scale_and_no_autocast() -> None:
    wrapper = OptimWrapper(torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=0.1))
    assert not scales_losses(wrapper)
    with autocast_of(wrapper):
        assert nn.Linear(1, 1)(torch.ones(1, 1)).dtype == torch.float32


def test_a_scale_goes_on_where_losses_were_scaled_and_begins_anew_where_not() -> None:
    state = {"param_groups": [], "state": {}}
    assert with_known_scale(state) == state
    assert with_known_scale({**state, "loss_scaler": {}}) == state
    scaled = {**state, "loss_scaler": {"scale": 512.0}}
    assert with_known_scale(scaled) == scaled


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_a_distributed_training_in_either_type_goes_on_in_the_other(tmp_path: Path) -> None:
    """One process under torchrun: SyncBatchNorm, mixed precision, one kernel for the optimizer."""
    small = ["train_dataloader.dataset.num_scenes=32", "val_dataloader.dataset.num_scenes=16"]
    small += ["param_scheduler.0.end=2", "param_scheduler.1.T_max=2"]
    losses = {}
    for amp, epochs in (("bf16", 1), ("fp16", 2), ("bf16", 3)):
        command = ["bash", str(ROOT / "tools" / "dist_train.sh"), QUICKSTART, "1"]
        command += ["--work-dir", str(tmp_path), "--amp", amp, "--resume", "--cfg-options", *small]
        subprocess.run(
            [*command, f"train_cfg.max_epochs={epochs}"],
            env={**os.environ, "PYTHON": sys.executable},
            check=True,
            timeout=300,
        )
        with (tmp_path / "scalars.csv").open(newline="", encoding="utf-8") as stream:
            rows = [row for row in csv.DictReader(stream) if row["name"] == "train/loss"]
        losses[epochs] = [float(row["value"]) for row in rows]
        state = torch.load(tmp_path / f"epoch_{epochs}.pth", weights_only=True)
        wrapper = json.loads(state["meta"]["cfg"])["optim_wrapper"]
        assert wrapper["dtype"] == {"bf16": "bfloat16", "fp16": "float16"}[amp]
        assert all(p["fused"] for p in state["optimizer"]["param_groups"])
        assert bool(state["optimizer"]["loss_scaler"]) == (amp == "fp16")
    assert [len(found) for found in losses.values()] == [2, 4, 6]
    assert all(math.isfinite(value) for value in losses[3])

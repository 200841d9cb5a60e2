"""Same seed, same run on CUDA; each run is a process of its own, as a user starts it."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[1]
EXPERIMENTS = ROOT / "configs" / "experiments"
SCENES = [
    "train_dataloader.num_workers=0",
    "val_dataloader.num_workers=0",
    "train_dataloader.batch_size=4",
    "train_dataloader.dataset.num_scenes=16",
    "val_dataloader.dataset.num_scenes=8",
    "train_cfg.max_epochs=2",
    "default_hooks.report=None",
    "param_scheduler.0.end=2",
    "param_scheduler.1.T_max=2",
]
R50 = """
_base_ = [
    "{0}/_base_/datasets/synthetic.py",
    "{0}/_base_/models/faster_rcnn_r50_fpn_v2.py",
    "{0}/_base_/schedules/sgd_10e.py",
    "{0}/_base_/default_runtime.py",
]
model = dict(weights=None, trainable_backbone_stages=None, min_size=192, max_size=384)
param_scheduler = [
    dict(type="LinearLR", start_factor=0.05, by_epoch=False, end=50),
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=6, convert_to_iter_based=True),
]
"""

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device"),
]


DETERMINISTIC = "randomness.deterministic=True"
RUNS = {
    "one": [DETERMINISTIC],
    "other": [DETERMINISTIC],
    "other seed": [DETERMINISTIC, "randomness.seed=1"],
    "free": [],
    "other free": [],
}


def _start(folder: Path, config: Path, options: Sequence[str]) -> subprocess.Popen[str]:
    """Start a training in a process of its own."""
    command = [sys.executable, str(ROOT / "tools" / "train.py"), str(config)]
    command += ["--work-dir", str(folder), "--cfg-options", *SCENES, *options]
    environment = {k: v for k, v in os.environ.items() if k != "CUBLAS_WORKSPACE_CONFIG"}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment)


def _difference(one: Path, other: Path) -> float:
    """The largest difference between two checkpoints' weights; 0 where all bits are equal."""
    first, second = (
        torch.load(file, map_location="cpu", weights_only=True)["state_dict"]
        for file in (one, other)
    )
    assert first.keys() == second.keys()
    gaps = (value.double() - second[name].double() for name, value in first.items())
    return max(float(gap.abs().max()) for gap in gaps)


def _losses(file: Path) -> list[float]:
    """The mean loss of each epoch, from its checkpoint."""
    hub = torch.load(file, map_location="cpu", weights_only=True)["message_hub"]
    return [epoch["loss"] for epoch in hub["runtime_info"]["evaluation_history"]]


@pytest.fixture(scope="module", params=["compact", "resnet50"])
def runs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The last checkpoint of each of `RUNS` of a detector; they are trained side by side."""
    folder = tmp_path_factory.mktemp(request.param)
    config = EXPERIMENTS / "quickstart.py"
    if request.param == "resnet50":
        config = folder / "resnet50.py"
        config.write_text(R50.format(ROOT / "configs"), encoding="utf-8")
    started = {name: _start(folder / name, config, options) for name, options in RUNS.items()}
    try:
        for process in started.values():
            _, error = process.communicate(timeout=500)
            assert process.returncode == 0, error
    finally:
        for process in started.values():
            process.kill()
    return {name: folder / name / "epoch_2.pth" for name in RUNS}


def test_two_deterministic_runs_are_equal_bit_for_bit(runs: dict[str, Path]) -> None:
    assert _difference(runs["one"], runs["other"]) == 0
    assert _losses(runs["one"]) == _losses(runs["other"])
    assert _difference(runs["one"], runs["other seed"]) > 0


def test_how_far_two_other_runs_are_apart_is_said(
    runs: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    pair = runs["free"], runs["other free"]
    found = {
        "model": runs["free"].parents[1].name,
        "device": torch.cuda.get_device_name(),
        "torch": torch.__version__,
        "largest difference of a weight": _difference(*pair),
        "losses": [_losses(run) for run in pair],
    }
    first, second = found["losses"]
    assert first == pytest.approx(second, rel=0.1)  # apart, but the same training
    with capsys.disabled():
        sys.stdout.write(f"\nwithout randomness.deterministic: {json.dumps(found)}\n")

"""Trainings in other settings than the quickstart's."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from small_trainings import (
    EXPERIMENTS,
    NO_REPORT,
    NO_WORKERS,
    ONE_EPOCH,
    QUICKSTART,
    SMALL,
    scalars,
)
from two_processes import in_two_processes

ROOT = Path(__file__).parents[2]
TL3 = str(EXPERIMENTS / "frcnn_tl3.py")
Tool = Callable[[str], Callable[[list[str]], None]]


def test_a_training_without_validation_keeps_its_epochs(
    tmp_path: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    options = [option for option in SMALL if not option.startswith("val_")]
    options += ["val_dataloader=None", "val_evaluator=None", "val_cfg=None"]
    options += ["train_dataloader.num_workers=0"]
    arguments = ["--work-dir", str(tmp_path), "--resume", "--no-preflight", "--cfg-options"]
    tool("train")([QUICKSTART, *arguments, *options])
    assert "starts from the beginning" in capsys.readouterr().out  # nothing is there to go on from
    assert sorted(file.name for file in tmp_path.glob("*.pth")) == ["epoch_1.pth", "epoch_2.pth"]


def test_the_report_setting_completes_an_epoch_on_a_cpu_without_weights(
    layout: Path, tmp_path: Path, tool: Tool
) -> None:
    options = [f"data_root={layout}", "model.weights=None", "train_cfg.max_epochs=1", NO_REPORT]
    options += ["model.min_size=64", "model.max_size=128", "train_dataloader.batch_size=3"]
    options += ["train_dataloader.dataset.indices=3", "val_dataloader.dataset.indices=1"]
    options += [*NO_WORKERS, "model.rois_per_image=32"]
    options += ["model.proposals_train=64", "model.proposals_test=16"]
    arguments = ["--work-dir", str(tmp_path), "--no-preflight", "--cfg-options", *options]
    tool("train")([TL3, *arguments])
    assert [epoch for _, epoch, _ in scalars(tmp_path, "val/map")] == [1]


TOGETHER = [QUICKSTART, "--auto-scale-lr", "--work-dir"]


def _check_of_two(work_dir: Path, said: str) -> None:
    assert "8 pictures (a batch of 4 x 2 processes), the rate is for 16" in said
    assert "it is multiplied by 0.5" in said
    assert said.count("epoch 1/1  loss") == 1
    assert torch.load(work_dir / "epoch_1.pth", weights_only=True)["meta"]["iter"] == 1
    assert [row[:2] for row in scalars(work_dir, "train/loss")] == [(1, 1)]


def test_two_processes_train_and_validate_together(tmp_path: Path, tool: Tool) -> None:
    arguments = [*TOGETHER, str(tmp_path / "run"), "--launcher", "pytorch", "--cfg-options"]
    arguments += [*ONE_EPOCH, "val_evaluator.0.backend=pycocotools"]
    said = in_two_processes(lambda _: tool("train")(arguments), tmp_path)
    _check_of_two(tmp_path / "run", "".join(said))


@pytest.mark.campaign  # three processes that import torch
@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")
def test_two_processes_are_started_by_the_script(tmp_path: Path) -> None:
    script, (config, *options) = ROOT / "tools" / "dist_train.sh", TOGETHER
    done = subprocess.run(
        ["bash", str(script), config, "2", *options, str(tmp_path), "--cfg-options", *ONE_EPOCH],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=300,
        env={**os.environ, "PYTHON": sys.executable},
    )
    assert done.returncode == 0, done.stderr
    _check_of_two(tmp_path, done.stdout)


def test_the_number_accuracy_can_decide_which_epoch_is_best(
    tmp_path: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "by_numbers.py"
    config.write_text(
        f"_base_ = {QUICKSTART!r}\n"
        "val_evaluator = [dict(type='DigitMetric'), dict(type='NumberMetric')]\n"
        "default_hooks = dict(checkpoint=dict(save_best='number_accuracy'))\n"
        "custom_hooks = [dict(type='EvaluationHook', metric='number_accuracy',"
        " columns=('map', 'number_accuracy'))]\n"
    )
    arguments = ["--work-dir", str(tmp_path), "--no-preflight", "--cfg-options", *NO_WORKERS]
    tool("train")([str(config), *arguments, *ONE_EPOCH])
    output = capsys.readouterr().out
    assert len(list(tmp_path.glob("best_number_accuracy_epoch_1.pth"))) == 1
    assert "best_number_accuracy_epoch_1.pth" in output
    assert "epoch 1/1  loss " in output
    ((_, _, accuracy),) = scalars(tmp_path, "val/number_accuracy")
    assert f"number_accuracy {accuracy:.4f}" in output
    ((_, _, coverage),) = scalars(tmp_path, "val/coverage_98")
    assert 0 <= coverage <= 1

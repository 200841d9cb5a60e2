"""All checks together, before the first step of a run."""

import copy
import random
import shutil
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mmengine.logging import MessageHub

from digitdet.models import FasterRCNN
from digitdet.preflight.preflight import run_preflight
from digitdet.registry import MODELS, TRANSFORMS

NAMES = ["labels", "data", "input", "evaluation", "start", "step", "optimizer", "metrics"]
NAMES += ["time", "memory", "disk", "schedules", "hooks", "hardware"]


@TRANSFORMS.register_module()
class DrawingTransform:
    """A user's transform that draws from a generator of its own and from all global ones."""

    def __init__(self) -> None:
        self.generator = np.random.default_rng(0)

    def __call__(self, image: Any, target: Any) -> Any:
        self.generator.random()
        random.random()
        np.random.random()
        torch.rand(())
        return image, target


def _trace(runner: Any) -> list[Any]:
    """Return all that a preflight could change, in a form that can be compared bit by bit."""
    model, hub = runner.bare_model, MessageHub.get_current_instance()
    transform = runner.train_dataloader.dataset.pipeline.transforms[0]
    draws = runner.train_dataloader.dataset.pipeline.draws
    trace = [
        {name: value.cpu().numpy().tobytes() for name, value in model.state_dict().items()},
        [module.training for module in model.modules()],
        [parameter.grad for parameter in model.parameters()],
        [random.getstate(), str(np.random.get_state()), torch.get_rng_state().tolist()],
        [state.tolist() for state in torch.cuda.get_rng_state_all()],
        [transform.generator.bit_generator.state, draws.epoch, draws.seed],
        [(metric.results, metric.notes) for metric in runner.val_evaluator.metrics],
        [str(hub.log_scalars), str(hub.runtime_info)],
        runner.cfg.to_dict(),
    ]
    return copy.deepcopy(trace)


def test_a_preflight_finds_nothing_wrong_and_changes_nothing(
    make_runner: Any, tmp_path: Path
) -> None:
    drawing = [dict(type="DrawingTransform")]
    changes = {"train_dataloader.dataset.transforms": drawing}
    runner = make_runner("param_scheduler=[]", changes=changes)
    random.seed(3)
    before = _trace(runner)
    findings = run_preflight(runner, tmp_path)
    assert [(finding.name, finding.status) for finding in findings] == [(n, "ok") for n in NAMES]
    for old, new in zip(before, _trace(runner), strict=True):
        assert old == new


def test_a_run_without_validation_is_checked_without(make_runner: Any, tmp_path: Path) -> None:
    options = ["val_dataloader=None", "val_evaluator=None", "val_cfg=None", "param_scheduler=[]"]
    findings = run_preflight(make_runner(*options), tmp_path)
    names = [name for name in NAMES if name not in ("evaluation", "metrics")]
    assert [(finding.name, finding.status) for finding in findings] == [(n, "ok") for n in names]


def test_what_a_check_raises_is_told_and_the_others_go_on(
    make_runner: Any, tmp_path: Path, layout: Path
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(layout, folder)
    for file in (folder / "train").iterdir():
        file.write_bytes(b"torn")
    findings = run_preflight(make_runner("param_scheduler=[]", data=folder), tmp_path)
    wrong = [finding for finding in findings if finding.status != "ok"]
    assert [finding.name for finding in wrong] == ["data"]
    assert f"{folder / 'train'}" in wrong[0].detail
    assert "metrics" in {finding.name for finding in findings}
    assert "step" not in {finding.name for finding in findings}


def test_a_checkpoint_that_is_none_is_an_error_of_the_start(
    make_runner: Any, tmp_path: Path
) -> None:
    (tmp_path / "torn.pth").write_bytes(b"torn")
    runner = make_runner("param_scheduler=[]", f"load_from={tmp_path / 'torn.pth'}")
    found = [f for f in run_preflight(runner, tmp_path) if f.status != "ok"]
    assert [finding.name for finding in found] == ["start"]
    assert "torn.pth: can't be loaded as a checkpoint" in found[0].detail


@MODELS.register_module()
class LockedDetector(FasterRCNN):
    """A user's model that holds what nothing can copy."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.lock = threading.Lock()


@MODELS.register_module()
class OwnStepDetector(FasterRCNN):
    """A user's model that trains in a way of its own."""

    def train_step(self, data: Any, optim_wrapper: Any) -> Any:
        return super().train_step(data, optim_wrapper)


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [("LockedDetector", "warning", "can't be copied"), ("OwnStepDetector", "ok", "of its own")],
)
def test_a_model_that_no_step_can_be_tried_with_stops_no_run(
    kind: str, status: str, said: str, make_runner: Any, tmp_path: Path
) -> None:
    runner = make_runner("param_scheduler=[]", changes={"model.type": kind})
    findings = {finding.name: finding for finding in run_preflight(runner, tmp_path)}
    assert (findings["step"].status, said in findings["step"].detail) == (status, True)
    assert {finding.status for name, finding in findings.items() if name != "step"} == {"ok"}

"""A training ends with its report, and never with the report's error."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mmengine.hooks import Hook

from digitdet.console import console
from digitdet.hooks.report_hook import ReportHook
from digitdet.hooks.run_record_hook import RunRecordHook
from digitdet.hooks.scalars_hook import ScalarsHook
from digitdet.runner import Runner


class Obstacle(Hook):
    """Puts a folder where the report has to be."""

    def before_train_epoch(self, runner: Runner) -> None:
        Path(runner.work_dir, "report.html", "in the way").mkdir(parents=True)


def test_a_run_ends_with_its_report(
    tiny_runner: Callable[..., Runner], samples: Callable[..., list[Any]]
) -> None:
    hooks = (ReportHook(), RunRecordHook(), ScalarsHook())
    runner = tiny_runner("run", samples(4), *hooks, num_epochs=1)
    with console.capture() as shown:
        runner.train()
    page = Path(runner.work_dir, "report.html")
    assert shown.get().splitlines()[-1] == f"report: {page}"
    text = page.read_text()
    assert "Finished, 2 of 2 steps" in text
    assert page.with_name("loss.png").is_file()


def test_a_report_that_fails_is_told_and_the_run_is_whole(
    tiny_runner: Callable[..., Runner],
    samples: Callable[..., list[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runner = tiny_runner("run", samples(4), ReportHook(), Obstacle(), ScalarsHook(), num_epochs=1)
    page = Path(runner.work_dir, "report.html")
    told: list[str] = []
    monkeypatch.setattr(runner.logger, "warning", told.append)
    runner.train()
    assert len(told) == 1
    assert told[0].startswith("no report was made (IsADirectoryError: ")
    assert told[0].endswith(f"python tools/report.py {page.parent}")
    assert page.with_name("epoch_1.pth").is_file()

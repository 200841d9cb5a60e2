"""Schedules against the steps that the data give."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from digitdet.preflight.schedules import check_schedules

WARM_UP = [{"type": "LinearLR", "start_factor": 0.1, "by_epoch": False, "end": 50}]


@pytest.mark.parametrize(
    ("scheduler", "status"),
    [([], "ok"), ([{**WARM_UP[0], "end": 5}], "ok"), (WARM_UP, "warning")],
)
def test_a_warm_up_longer_than_the_run_on_files_is_warned_of(
    scheduler: list[dict[str, Any]], status: str, make_runner: Callable[..., Any], layout: Path
) -> None:
    """Six pictures in batches of two, twice: how many there are is not in the config."""
    finding = check_schedules(make_runner(changes={"param_scheduler": scheduler}, data=layout))
    assert finding.status == status
    text = "6 steps" if status == "warning" else "3 steps an epoch, 6 in all"
    assert text in finding.detail
    assert ("param_scheduler.0.end" in finding.detail) == (status == "warning")

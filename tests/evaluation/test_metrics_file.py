import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from digitdet.evaluation.metrics_file import write_metrics

BOXES = SimpleNamespace(evaluator="one 1.0", notes={"map": "no box"})
NUMBERS = SimpleNamespace(evaluator="two 2.0", notes={"number_accuracy": "no number"})
PLAIN = SimpleNamespace()


@pytest.mark.parametrize(
    ("metrics", "evaluator", "notes"),
    [
        ([], "", {}),
        ([PLAIN], "", {}),
        ([BOXES, PLAIN], "one 1.0", {"map": "no box"}),
        ([BOXES, NUMBERS], "one 1.0, two 2.0", {**BOXES.notes, **NUMBERS.notes}),
    ],
)
def test_the_file_holds_evaluators_notes_and_figures(
    metrics: list[Any], evaluator: str, notes: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "metrics.json"
    write_metrics(file, iter(metrics), {"map": -1.0, "ap_0": 0.5})
    content = json.loads(file.read_text(encoding="utf-8"))
    assert content == {"evaluator": evaluator, "notes": notes, "map": -1.0, "ap_0": 0.5}

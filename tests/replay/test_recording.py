import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from digitdet.replay.recording import Recording, Report, read_recording, write_recording

REPORT = Report(
    cause="loss",
    iteration=3,
    epoch=1,
    seed=7,
    rank=0,
    sources=["a.png"],
    losses={"loss": math.nan, "loss_box": 0.1},
    gradient_norms={"a": math.inf, "b": -math.inf, "c": 1 / 3},
    evaluation_modules=[""],
    frozen_parameters=[],
    autocast=None,
    device="cpu",
    config_file=None,
    versions={},
)


def recording() -> Recording:
    batch = {"images": [torch.zeros(3, 2, 2, dtype=torch.uint8)], "targets": [{"source": "a.png"}]}
    return Recording(REPORT, {"model": {"sizes": (1, 2)}}, batch, {"a": torch.ones(2)})


def test_a_recording_comes_back_and_is_json_that_any_program_reads(tmp_path: Path) -> None:
    folder = tmp_path / "non_finite" / "iter_3"
    write_recording(folder, recording())
    read = read_recording(folder)
    assert str(read.report) == str(REPORT)  # NaN equals nothing, but is written alike
    assert read.config == {"model": {"sizes": [1, 2]}}
    assert torch.equal(read.batch["images"][0], torch.zeros(3, 2, 2, dtype=torch.uint8))
    assert torch.equal(read.weights["a"], torch.ones(2))
    json.loads((folder / "report.json").read_text(), parse_constant=pytest.fail)
    assert [entry.name for entry in folder.parent.iterdir()] == ["iter_3"]


def test_a_recording_replaces_the_one_before_with_all_that_was_made_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "iter_3"
    write_recording(folder, recording())
    (folder / "pictures").mkdir()
    write_recording(folder, replace(recording(), report=replace(REPORT, seed=8)))
    assert read_recording(folder).report.seed == 8
    assert not (folder / "pictures").exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"iteration": "many"}, "iteration: Input should be a valid integer"),
        ({"losses": [1]}, "losses: Input should be a valid dict"),
        ({"gradient_norms": {"a": "big"}}, "gradient_norms.a: Input should be a valid number"),
    ],
)
def test_a_report_of_other_values_is_refused_by_key(
    changes: dict[str, object], said: str, tmp_path: Path
) -> None:
    folder = tmp_path / "iter_3"
    write_recording(folder, recording())
    file = folder / "report.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))
    with pytest.raises(ValueError, match=f"report.json: is no report: {said}"):
        read_recording(folder)

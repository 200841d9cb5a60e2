"""Calibrating confidences as a user does."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from digitdet.calibration import Calibration
from digitdet.checkpoints.safetensors_files import pack_safetensors

Tool = Callable[[str], Callable[[list[str]], None]]
NUM_PICTURES = 40
BOX = [10.0, 5.0, 9.0, 20.0]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Pictures of a 1; every second one is read as a 2, all with a score of .9."""
    monkeypatch.chdir(tmp_path)
    ids = range(1, NUM_PICTURES + 1)
    truth = {
        "images": [{"id": n, "file_name": f"{n}.png", "height": 30, "width": 40} for n in ids],
        "annotations": [
            {"id": n, "image_id": n, "bbox": BOX, "category_id": 2, "iscrowd": 0} for n in ids
        ],
        "categories": [{"id": digit + 1, "name": str(digit)} for digit in range(10)],
    }
    found = [
        {"image_id": n, "bbox": BOX, "category_id": 2 + n % 2, "score": 0.9 - n / 1e4} for n in ids
    ]
    Path("pred.json").write_text(json.dumps(found), encoding="utf-8")
    Path("truth.json").write_text(json.dumps(truth), encoding="utf-8")
    return ["pred.json", "truth.json"]


def _read(file: str | Path) -> Any:
    return json.loads(Path(file).read_text(encoding="utf-8"))


def test_a_calibration_is_fitted_judged_and_written_with_a_picture(
    tool: Tool, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    tool("calibrate")(files)
    out = Path("work_dirs", "calibrate", "calibration.json")
    content = _read(out)
    calibration = Calibration.from_dict(content["calibration"])
    assert (calibration.num_numbers, calibration.num_right) == (NUM_PICTURES, NUM_PICTURES / 2)
    assert calibration.apply(0.9) == pytest.approx(0.5, abs=0.1)
    figures = content["figures"]
    assert figures["calibration_error_before"] == pytest.approx(0.4, abs=0.01)
    assert figures["calibration_error"] < 0.2
    assert figures["log_loss"] < figures["log_loss_before"]
    verdicts = [one["verdict"] for one in figures["promises_before"]]
    assert verdicts == ["kept", "broken", "no answer", "no answer"]
    assert content["origin"]["predictions"] == "pred.json"
    assert content["origin"]["folds"] == 5
    with Image.open(out.with_suffix(".png")) as picture:
        assert picture.size[0] > 1000
    printed = capsys.readouterr().out
    for text in ("40 numbers read, 20 of them right", "cross-fitted in 5 folds", str(out)):
        assert text in printed


def test_the_coverage_is_that_of_the_evaluation(tool: Tool, files: list[str]) -> None:
    tool("calibrate")([*files, "--out", "out.json"])
    tool("evaluate")([*files, "--out", "metrics.json"])
    assert _read("out.json")["figures"]["coverage_98"] == _read("metrics.json")["coverage_98"]


@pytest.mark.parametrize("published", [False, True])
def test_a_given_calibration_is_judged_and_none_is_fitted(
    tool: Tool, files: list[str], capsys: pytest.CaptureFixture[str], published: bool
) -> None:
    given = Calibration(slope=0, offset=0, num_numbers=7, num_right=3)  # .5, whatever the score
    content: dict[str, Any] = {"calibration": given.to_dict()}
    name = "given.safetensors" if published else "given.json"
    packed = pack_safetensors({"a": torch.ones(1)}, content, name)
    Path(name).write_bytes(packed if published else json.dumps(content).encode())
    tool("calibrate")([*files, "--check", name])
    found = _read(Path("work_dirs", "calibrate", "check.json"))
    assert found["calibration"] == given.to_dict()
    assert found["origin"]["check"] == name
    figures = found["figures"]
    assert figures["calibration_error"] == pytest.approx(0, abs=1e-9)
    half = figures["promises"][0]
    assert (half["answered"], half["right"], half["verdict"]) == (1, NUM_PICTURES / 2, "kept")
    assert "calibration given" in capsys.readouterr().out


def test_the_reader_that_is_named_reads(tool: Tool, files: list[str]) -> None:
    options = ["--cfg-options", "reader.score_threshold=0.8985"]
    Path("left.py").write_text("reader = dict(type='LeftToRightReader')\n", encoding="utf-8")
    tool("calibrate")([*files, "--reader", "left.py", "--out", "a.json", *options])
    content = _read("a.json")
    assert content["figures"]["numbers"] == 15
    assert content["figures"]["pictures"] == NUM_PICTURES
    assert content["origin"]["reader"]["type"] == "LeftToRightReader"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--out", "a.txt"], "a.txt: a calibration is a JSON file"),
        (["--out", "pred.json"], "pred.json: would be overwritten"),
        (["--folds", "1"], "folds has to be 2 or more, got 1"),
        (["--seed", "-1"], "seed has to be 0 or more, got -1"),
        (["--check", "none.json"], "none.json"),
        (["--check", "truth.json"], "truth.json: holds no 'calibration'"),
        (["--reader", "none.py"], "none.py: no such config"),
    ],
)
def test_a_wrong_option_is_named(
    tool: Tool,
    files: list[str],
    options: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = Path("pred.json").read_bytes()
    with pytest.raises(SystemExit) as caught:
        tool("calibrate")([*files, "--out", "out.json", *options])
    assert caught.value.code == 1
    assert message in capsys.readouterr().err
    assert not Path("out.json").exists()
    assert Path("pred.json").read_bytes() == before


def test_predictions_in_which_no_number_is_read_are_refused(
    tool: Tool, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("pred.json").write_text("[]", encoding="utf-8")
    with pytest.raises(SystemExit):
        tool("calibrate")(files)
    assert "pred.json: no number is read in it" in capsys.readouterr().err

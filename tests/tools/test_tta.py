"""Test-time augmentation as a user asks for it."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from digitdet.ensembling.fusion import METHODS
from digitdet.models.multi_scale import METHOD, SCALES

ROOT = Path(__file__).parents[2]
QUICKSTART = str(ROOT / "configs" / "experiments" / "quickstart.py")
SMALL_FOLDER = str(ROOT / "configs" / "experiments" / "frcnn_small_folder.py")
Tool = Callable[[str], Callable[[list[str]], None]]


def _json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def _test(tool: Tool, folder_checkpoint: Path, layout: Path, *arguments: str) -> None:
    given = [SMALL_FOLDER, str(folder_checkpoint), *arguments]
    tool("test")([*given, "--cfg-options", f"data_root={layout}", "work_dir=work_dirs/small"])


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_single_scale_1_gives_exactly_what_testing_without_gives(
    layout: Path, folder_checkpoint: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    _test(tool, folder_checkpoint, layout)
    assert "test-time augmentation" not in capsys.readouterr().out
    _test(tool, folder_checkpoint, layout, "--tta", "1")
    plain, augmented = Path("work_dirs/small/val"), Path("work_dirs/small/val_tta")
    assert len(_json(plain / "pred.json")) > 10
    for name in ("pred.json", "pred.csv"):
        assert (augmented / name).read_bytes() == (plain / name).read_bytes()
    figures = _json(augmented / "metrics.json")
    assert figures.pop("tta") == "scales 1"
    assert figures == _json(plain / "metrics.json")


def test_the_scales_are_said_on_the_console_and_beside_the_figures(
    layout: Path, folder_checkpoint: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    _test(tool, folder_checkpoint, layout, "--tta", "0.75", "1.5", "--tta-method", "nms")
    conditions = "scales 0.75, 1.5, fused by nms, iou 0.5"
    assert f"test-time augmentation: {conditions}" in capsys.readouterr().out
    assert _json(Path("work_dirs/small/val_tta/metrics.json"))["tta"] == conditions
    assert not Path("work_dirs/small/val").exists()


@pytest.mark.parametrize("name", ["test", "predict", "ensemble"])
def test_the_help_names_the_methods_and_scales_that_there_are(
    name: str, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        tool(name)(["--help"])
    shown = " ".join(capsys.readouterr().out.split())
    assert "method {" + ",".join(METHODS) + "}" in shown
    if name == "ensemble":
        ious = " for nms, ".join(f"{method.iou:g}"[1:] for method in METHODS.values())
        assert f"(default: {ious} for wbf)" in shown
    else:
        scales = " ".join(f"{scale:g}" for scale in SCALES)
        assert f"(default where no scale is named: {scales})" in shown
        assert f"(default: {METHOD})" in shown


def test_on_a_split_without_labels_the_console_says_it(
    layout: Path, folder_checkpoint: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    _test(tool, folder_checkpoint, layout, "--split", "test", "--tta")
    assert "test-time augmentation: scales 0.85, 1, 1.2, fused by wbf" in capsys.readouterr().out
    out = Path("work_dirs/small/test_tta")
    assert (out / "submission.zip").is_file()
    assert not (out / "metrics.json").exists()


def test_photographs_are_read_at_several_scales_too(
    layout: Path, checkpoint: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [QUICKSTART, str(checkpoint), str(layout / "test")]
    records = []
    for tta in ([], ["--tta", "1"], ["--tta", "0.75", "1.5", "--tta-method", "nms"]):
        tool("predict")([*arguments, "--out", "out", *tta])
        records.append(_json(Path("out", "predictions.json")))
    printed = capsys.readouterr().out
    assert "test-time augmentation: scales 0.75, 1.5, fused by nms" in printed
    assert records[0] == records[1] != records[2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--tta", "0"], "are 0.1 to 10, each once"),
        (["--tta-method", "wbf"], "--tta-method wbf needs --tta"),
        (["--tta"], "pip install ensemble-boxes"),
        (["--tta", "1", "photographs"], "'photographs' is no scale"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(
    arguments: list[str],
    message: str,
    layout: Path,
    folder_checkpoint: Path,
    tool: Tool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "ensemble_boxes", None)
    with pytest.raises(SystemExit):
        _test(tool, folder_checkpoint, layout, *arguments)
    assert message in capsys.readouterr().err

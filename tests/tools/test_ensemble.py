"""Fusing saved predictions as a user does."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Tool = Callable[[str], Callable[[list[str]], None]]


def _detection(image_id: int, digit: int, left: float, score: float) -> dict[str, Any]:
    box = [left, 2, 6, 10]
    return {"image_id": image_id, "bbox": box, "score": score, "category_id": digit + 1}


def _json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two models' predictions and the truth: 12 and 3; the first misses the 2, the second the 3."""
    digits = [(1, 1, 0.0), (1, 2, 8.0), (2, 3, 8.0)]
    truth = {
        "images": [{"id": i, "file_name": f"{i}.png", "height": 20, "width": 30} for i in (1, 2)],
        "annotations": [_detection(*digit, 1.0) for digit in digits],
        "categories": [{"id": digit + 1, "name": str(digit)} for digit in range(10)],
    }
    contents = {
        "a.json": [_detection(1, 1, 0, 0.9), _detection(2, 3, 8, 0.8)],
        "b.json": [_detection(1, 1, 0.5, 0.7), _detection(1, 2, 8, 0.9)],
        "ann.json": truth,
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    return [tmp_path / name for name in contents]


def _run(tool: Tool, *arguments: str | Path) -> None:
    tool("ensemble")([str(argument) for argument in arguments])


def _refused(tool: Tool, capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    with pytest.raises(SystemExit) as ended:
        _run(tool, *arguments)
    assert ended.value.code
    return capsys.readouterr().err


def test_files_in_which_nothing_was_found_are_fused_to_nothing(
    files: list[Path], tool: Tool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in files[:2]:
        file.write_text("[]", encoding="utf-8")
    out = tmp_path / "new" / "folder" / "pred.json"
    _run(tool, *files[:2], "--out", out)
    assert _json(out) == []
    assert "0 pictures" in capsys.readouterr().out
    _run(tool, *files[:2], "--out", out, "--ann", files[2])
    assert _json(out) == []


def test_each_digit_is_there_once_and_the_surer_box_stays(
    files: list[Path], tool: Tool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "pred.json"
    _run(tool, *files[:2], "--out", out)
    found = [(d["image_id"], d["category_id"], d["bbox"]) for d in _json(out)]
    assert found == [(1, 2, [0, 2, 6, 10]), (1, 3, [8, 2, 6, 10]), (2, 4, [8, 2, 6, 10])]
    printed = capsys.readouterr().out
    assert "2 models, 2 pictures, 4 detections; 3 after fusing (nms, iou 0.5)" in printed
    assert "mAP" not in printed


def test_figures_of_each_model_and_of_the_fusion_are_those_of_evaluate(
    files: list[Path],
    tool: Tool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(files[0].parent)
    Path("reader.py").write_text("reader = dict(type='LeftToRightReader', score_threshold=0.5)")
    options = ["--reader", "reader.py", "--cfg-options", "reader.score_threshold=0.15"]
    _run(tool, "a.json", "b.json", "--ann", "ann.json", "--out", "fused.json", *options)
    printed = capsys.readouterr().out
    rows = [re.findall(r"[\w.,]+", line) for line in printed.splitlines() if line.startswith("│")]
    assert [row[0] for row in rows] == ["a.json", "b.json", "fusion"]
    assert [row[3] for row in rows] == ["0.5000", "0.5000", "1.0000"]
    for row, file in zip(rows, ("a.json", "b.json", "fused.json"), strict=True):
        tool("evaluate")([file, "ann.json", "--out", "metrics.json", *options])
        figures = _json(Path("metrics.json"))
        of_row = [f"{figures[key]:.4f}" for key in ("map", "map_50", "number_accuracy")]
        assert row[1:] == [*of_row, str(len(_json(Path(file))))]
    assert "+1 of 2 (1 won, 0 lost; that may be chance)" in printed
    assert "tools/tune_reader.py fused.json ann.json" in printed


def test_weighted_boxes_are_means_in_which_a_heavier_model_counts_more(
    files: list[Path], tool: Tool, tmp_path: Path
) -> None:
    out = tmp_path / "pred.json"
    _run(tool, *files[:2], "--method", "wbf", "--weights", "1", "3", "--out", out)
    first, second, third = sorted(_json(out), key=lambda d: d["category_id"])
    # Of the digit 1 the first box is at 0, sure by .9; the second at .5, by .7.
    left = (0.9 * 1 * 0 + 0.7 * 3 * 0.5) / (0.9 * 1 + 0.7 * 3)
    assert first["bbox"] == pytest.approx([left, 2, 6, 10], abs=1e-5)
    scores = [d["score"] for d in (first, second, third)]
    assert scores == pytest.approx([(0.9 + 3 * 0.7) / 4, 3 * 0.9 / 4, 0.8 / 4], abs=1e-6)


def test_the_order_of_the_true_digits_can_be_by_left_edge(
    files: list[Path], tool: Tool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = _json(files[2])
    truth["annotations"].reverse()
    files[2].write_text(json.dumps(truth), encoding="utf-8")
    arguments = [*files[:2], "--ann", files[2], "--out", tmp_path / "pred.json"]
    for order, read in (("file", "+0 of 2"), ("left", "+1 of 2")):
        _run(tool, *arguments, "--truth", order)
        assert read in capsys.readouterr().out


def test_the_least_score_leaves_detections_out(
    files: list[Path], tool: Tool, tmp_path: Path
) -> None:
    out = tmp_path / "pred.json"
    _run(tool, *files[:2], "--out", out, "--min-score", "0.85", "--iou", "0.3")
    assert [d["category_id"] for d in _json(out)] == [2, 3]


def test_the_missing_package_of_wbf_is_named(
    files: list[Path],
    tool: Tool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "ensemble_boxes", None)
    out = tmp_path / "pred.json"
    error = _refused(tool, capsys, *files[:2], "--method", "wbf", "--out", out)
    assert "pip install" in error
    assert not out.exists()
    _run(tool, *files[:2], "--out", out)
    assert out.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.json"], "two or more files of predictions, got 1"),
        (["a.json", "none.json"], "none.json: no such file of predictions"),
        (["a.json", "ann.json"], "ann.json: is "),
        (["a.json", "b.json", "--ann", "none.json"], "none.json: no such"),
        (["a.json", "b.json", "--weights", "1"], "1 weights do not fit 2 files"),
        (["a.json", "b.json", "--weights", "1", "-1"], "weights are above 0"),
        (["a.json", "b.json", "--iou", "2"], "iou lies between 0 and 1"),
        (["a.json", "b.json", "--out", "."], "is a folder"),
        (["a.json", "b.json", "--out", "b.json/c.json"], "b.json: nothing can be written there"),
        (["a.json", "b.json", "--out", "b.json"], "b.json: would be overwritten"),
        (["a.json", "b.json", "--ann", "ann.json", "--out", "ann.json"], "would be overwritten"),
        (["a.json", "b.json", "--reader", "reader.py"], "needs --ann"),
        (["a.json", "b.json", "--ann", "ann.json", "--reader", "none.py"], "none.py: no such"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(
    arguments: list[str],
    message: str,
    files: list[Path],
    tool: Tool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(files[0].parent)
    before = {file: file.read_bytes() for file in files}
    assert message in _refused(tool, capsys, *arguments)
    assert {file: file.read_bytes() for file in files} == before
    assert not Path("work_dirs").exists()


def test_only_predictions_are_replaced(
    files: list[Path], tool: Tool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("mine", encoding="utf-8")
    error = _refused(tool, capsys, *files[:2], "--out", notes)
    assert "notes.txt: is there already and holds no predictions" in error
    assert notes.read_text(encoding="utf-8") == "mine"
    notes.write_text(" []", encoding="utf-8")
    _run(tool, *files[:2], "--out", notes)
    assert len(_json(notes)) == 3


def test_an_annotation_file_among_the_predictions_is_called_one(
    files: list[Path], tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "ann.json: is an annotation file" in _refused(tool, capsys, *files)

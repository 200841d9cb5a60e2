"""Evaluating saved predictions as a user does."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SMALL_FOLDER = ROOT / "configs" / "experiments" / "frcnn_small_folder.py"
Tool = Callable[[str], Callable[[list[str]], None]]
METRICS = "val_evaluator=[{'type': 'DigitMetric'}, {'type': 'NumberMetric'}]"


def _json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def _detection(image_id: int, digit: int, left: float, score: float = 0.9) -> dict[str, Any]:
    box = [left, 2, 6, 10]
    return {"image_id": image_id, "bbox": box, "score": score, "category_id": digit + 1}


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Predictions and truth: 12 is read as 12, 34 as 43 as its digits stand, 5 not at all."""
    digits = [(1, 1, 0.0), (1, 2, 8.0), (2, 3, 8.0), (2, 4, 0.0), (3, 5, 0.0)]
    truth = {
        "images": [
            {"id": i, "file_name": f"{i}.png", "height": 20, "width": 30} for i in (1, 2, 3)
        ],
        "annotations": [_detection(*digit) for digit in digits],
        "categories": [{"id": digit + 1, "name": str(digit)} for digit in range(10)],
    }
    pred, ann = tmp_path / "pred.json", tmp_path / "ann.json"
    pred.write_text(json.dumps([_detection(*digit) for digit in digits[:4]]), encoding="utf-8")
    ann.write_text(json.dumps(truth), encoding="utf-8")
    return pred, ann


def _run(tool: Tool, *arguments: str | Path) -> None:
    tool("evaluate")([str(argument) for argument in arguments])


def _refused(tool: Tool, capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    with pytest.raises(SystemExit) as ended:
        _run(tool, *arguments)
    assert ended.value.code == 1
    error = capsys.readouterr().err
    assert "Traceback" not in error
    return error


def test_the_figures_are_exactly_those_that_testing_the_checkpoint_gave(
    layout: Path, folder_checkpoint: Path, tool: Tool, tmp_path: Path
) -> None:
    truth = _json(layout / "valid.json")
    for position, annotation in enumerate(truth["annotations"]):
        annotation["number"] = position % 2
    (tmp_path / "valid.json").write_text(json.dumps(truth), encoding="utf-8")
    (tmp_path / "valid").symlink_to(layout / "valid")
    out = tmp_path / "val"
    options = [f"data_root={tmp_path}", "reader.score_threshold=0.1", METRICS]
    arguments = [str(SMALL_FOLDER), str(folder_checkpoint), "--out-dir", str(out)]
    tool("test")([*arguments, "--cfg-options", *options])

    again = tmp_path / "again.json"
    arguments = [str(out / "pred.json"), str(tmp_path / "valid.json"), "--out", str(again)]
    arguments += ["--reader", str(SMALL_FOLDER), "--cfg-options", "reader.score_threshold=0.1"]
    tool("evaluate")(arguments)
    tested, evaluated = _json(out / "metrics.json"), _json(again)
    assert list(evaluated) == list(tested)
    assert evaluated == tested
    assert "numbers by " in tested["evaluator"]
    assert tested["digits_extra"] + tested["digits_wrong"] > 0


def test_predictions_that_found_nothing_at_all_are_evaluated(
    files: tuple[Path, Path], tool: Tool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files[0].write_text("[]", encoding="utf-8")
    out = tmp_path / "metrics.json"
    _run(tool, *files, "--out", out)
    figures = _json(out)
    assert figures["map"] == figures["number_accuracy"] == figures["coverage_98"] == 0
    assert figures["digits_missing"] == 5
    assert "0 detections, 3 pictures; 3 have no detection" in capsys.readouterr().out


def test_pictures_without_a_detection_are_counted_and_figures_that_are_minus_one_explained(
    files: tuple[Path, Path], tool: Tool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "metrics.json"
    _run(tool, *files, "--out", out)
    printed = capsys.readouterr().out
    assert "4 detections, 3 pictures; 1 have no detection" in printed
    assert f"written: {out}" in printed
    saved = _json(out)
    assert saved["number_accuracy"] == pytest.approx(1 / 3)
    assert saved["digits_misordered"] == 1
    assert saved["notes"]["number_accuracy_length_3"] == "no true number has 3 digits"
    assert "no true number has 3 digits" in printed


def test_by_left_edge_the_order_of_the_file_means_nothing(
    files: tuple[Path, Path], tool: Tool, tmp_path: Path
) -> None:
    out = tmp_path / "metrics.json"
    _run(tool, *files, "--truth", "left", "--out", out)
    assert _json(out)["number_accuracy"] == pytest.approx(2 / 3)


def test_the_reader_of_a_fragment_reads(
    files: tuple[Path, Path], tool: Tool, tmp_path: Path
) -> None:
    fragment, out = tmp_path / "reader.py", tmp_path / "metrics.json"
    fragment.write_text("reader = dict(type='LeftToRightReader', score_threshold=0.95)")
    _run(tool, *files, "--reader", fragment, "--out", out)
    assert _json(out)["digits_missing"] == 5
    option = ["--cfg-options", "reader.score_threshold=0"]
    _run(tool, *files, "--reader", fragment, "--out", out, *option)
    assert _json(out)["digits_missing"] == 1


def test_it_starts_without_what_only_models_and_the_reference_need(
    files: tuple[Path, Path],
    tool: Tool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("torchmetrics", "torchmetrics.detection", "tensorboard"):
        monkeypatch.setitem(sys.modules, name, None)  # an import of it is an error
    _run(tool, *files)
    assert "number_accuracy" in capsys.readouterr().out


def test_without_out_nothing_is_written(
    files: tuple[Path, Path], tool: Tool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    _run(tool, *files)
    assert sorted(tmp_path.iterdir()) == before


def test_an_entry_of_an_unknown_picture_is_refused_with_its_position(
    files: tuple[Path, Path], tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = [*_json(files[0]), _detection(4, 1, 0)]
    files[0].write_text(json.dumps(entries), encoding="utf-8")
    error = _refused(tool, capsys, *files)
    assert str(files[0]) in error
    assert "[4]" in error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--reader", "none.py"], "none.py: no such config"),
        (["--out", "no/such/metrics.json"], "no/such/metrics.json: there is no such folder"),
        (["--cfg-options", "model.min_size=3"], "only `reader` is read here"),
        (["--cfg-options", "reader.score_threshold=2"], "score_threshold"),
        (["--cfg-options", "reader.type=NoReader"], "NoReader"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(
    arguments: list[str],
    message: str,
    files: tuple[Path, Path],
    tool: Tool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert message in _refused(tool, capsys, *files, *arguments)


def test_what_is_evaluated_is_not_overwritten(
    files: tuple[Path, Path], tool: Tool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = [file.read_bytes() for file in files]
    for file in files:
        assert "would be overwritten" in _refused(tool, capsys, *files, "--out", file)
    assert [file.read_bytes() for file in files] == before
    assert "is a folder; name a file" in _refused(tool, capsys, *files, "--out", tmp_path)


def test_a_missing_file_is_named(
    files: tuple[Path, Path], tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    for position in (0, 1):
        arguments = [*files]
        arguments[position] = Path("none.json")
        assert "none.json: no such" in _refused(tool, capsys, *arguments)

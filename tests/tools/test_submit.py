"""Writing and checking submissions as a user does."""

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SMALL_FOLDER = ROOT / "configs" / "experiments" / "frcnn_small_folder.py"
FILES = {"pred.json", "pred.csv", "submission.zip"}
Tool = Callable[[str], Callable[[list[str]], None]]
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(
    tool: Tool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Returns a function that runs the command, and returns its exit status and what it prints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "400")

    def call(*arguments: str | Path) -> tuple[int, str]:
        status = 0
        try:
            tool("submit")([str(argument) for argument in arguments])
        except SystemExit as ended:
            status = int(ended.code or 0)
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return call


@pytest.fixture
def valid(layout: Path) -> Path:
    """Annotations of four pictures, which lie in the folder of the same name."""
    return layout / "valid.json"


@pytest.fixture
def pred(valid: Path, tmp_path: Path) -> Path:
    """The true boxes as predictions, and an unsure one for each picture."""
    content = json.loads(valid.read_text(encoding="utf-8"))
    entries = [
        {"score": 0.9, **{key: box[key] for key in ("image_id", "bbox", "category_id")}}
        for box in content["annotations"]
    ]
    for image in content["images"]:
        box = {"image_id": image["id"], "bbox": [1, 1, 4, 6], "category_id": 3}
        entries.append({**box, "score": 0.05})
    return _write(tmp_path / "saved.json", entries)


def _write(file: Path, content: Any) -> Path:
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def _names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()} if folder.exists() else set()


def test_predictions_of_nothing_are_refused(run: Run, valid: Path, tmp_path: Path) -> None:
    status, printed = run(_write(tmp_path / "none.json", []), valid, "--out", "out")
    assert status == 1
    assert "no_detections" in printed
    assert _names(tmp_path / "out") == set()


@pytest.mark.parametrize("by_folder", [False, True])
def test_a_submission_is_written_and_valid(
    run: Run, valid: Path, pred: Path, tmp_path: Path, by_folder: bool
) -> None:
    pictures = valid.with_suffix("") if by_folder else valid
    status, printed = run(pred, pictures)
    assert status == 0, printed
    assert "0 errors, 0 warnings" in printed
    out = tmp_path / "work_dirs" / "submit"
    assert _names(out) == FILES
    assert json.loads((out / "pred.json").read_text()) == json.loads(pred.read_text())
    for place in (out, out / "submission.zip"):
        status, printed = run(place, pictures)
        assert (status, "0 errors, 0 warnings" in printed) == (0, True)


def test_the_numbers_come_from_the_reader_or_from_a_file(
    run: Run, valid: Path, pred: Path, tmp_path: Path
) -> None:
    reader = tmp_path / "reader.py"
    reader.write_text("reader = dict(type='LeftToRightReader', score_threshold=0.95)")
    status, printed = run(pred, valid, "--reader", reader, "--out", "none")
    assert (status, "nothing_read" in printed) == (0, True)
    rows = (tmp_path / "none" / "pred.csv").read_text()
    assert rows.count(",-1\n") == 4
    lines = rows.splitlines(keepends=True)
    (tmp_path / "own.csv").write_text("".join([lines[0], *reversed(lines[1:])]))
    status, _ = run(pred, valid, "--csv", "own.csv", "--out", "own")
    assert status == 0
    assert (tmp_path / "own" / "pred.csv").read_text() == rows


def test_what_a_grader_would_refuse_is_not_written_and_leaves_an_earlier_one(
    run: Run, valid: Path, pred: Path, tmp_path: Path
) -> None:
    assert run(pred, valid, "--out", "out")[0] == 0
    before = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    entries = json.loads(pred.read_text())
    entries[1]["score"], entries[2]["image_id"] = 93.1, "7"
    bad = _write(tmp_path / "bad.json", entries)
    (tmp_path / "bad.csv").write_text("image_id,pred_label\n1,\n")
    status, printed = run(bad, valid, "--csv", "bad.csv", "--out", "out")
    assert status == 1
    for text in ("bad.json[1]", "bad.json[2]", "bad.csv, line 2", "picture_missing", "93.1"):
        assert text in printed
    assert "nothing was written" in printed
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == before
    status, _ = run(bad, valid, "--out", "other")
    assert (status, _names(tmp_path / "other")) == (1, set())


def test_other_keys_are_left_out_with_a_word(
    run: Run, valid: Path, pred: Path, tmp_path: Path
) -> None:
    entries = [{**entry, "area": 3} for entry in json.loads(pred.read_text())]
    status, printed = run(_write(tmp_path / "more.json", entries), valid, "--out", "out")
    assert (status, "key_unknown" in printed) == (0, True)
    written = json.loads((tmp_path / "out" / "pred.json").read_text())
    assert written == json.loads(pred.read_text())


def test_places_that_do_not_fit_are_refused(
    run: Run, valid: Path, pred: Path, tmp_path: Path
) -> None:
    shutil.copy(pred, tmp_path / "pred.json")
    for arguments, status, message in (
        (["pred.json", valid, "--out", "."], 1, "pred.json: would be replaced"),
        ([pred, valid, "--out", pred], 1, "saved.json: is not a folder"),
        (["none.json", valid], 1, "none.json: no such file"),
        (["none.zip", valid], 1, "none.zip: no such zip"),
        ([pred, "none"], 1, "none: no such annotation file"),
        ([tmp_path, valid, "--out", "out"], 2, "is only checked"),
        ([pred, valid, "--reader", "none.py"], 1, "none.py: no such config"),
    ):
        found, printed = run(*arguments)
        assert found == status, printed
        assert message in printed
        assert "Traceback" not in printed


@pytest.mark.parametrize("split", ["val", "test"])
def test_what_testing_a_checkpoint_writes_is_valid(
    run: Run, tool: Tool, layout: Path, folder_checkpoint: Path, tmp_path: Path, split: str
) -> None:
    options = ["--out-dir", str(tmp_path / "out"), "--split", split]
    options += ["--cfg-options", f"data_root={layout}", "reader.fallback_thresholds=(0.02,)"]
    tool("test")([str(SMALL_FOLDER), str(folder_checkpoint), *options])
    pictures = layout / {"val": "valid.json", "test": "test"}[split]
    for place in (tmp_path / "out", tmp_path / "out" / "submission.zip"):
        status, printed = run(place, pictures)
        assert status == 0, printed
        assert "0 errors" in printed


@pytest.mark.real_data
def test_the_truth_of_real_photographs_makes_a_valid_submission(
    run: Run, real_data: Path, tmp_path: Path
) -> None:
    content = json.loads((real_data / "valid.json").read_text(encoding="utf-8"))
    entries = [
        {
            "score": 0.9 if n else 0.1,
            **{key: box[key] for key in ("image_id", "bbox", "category_id")},
        }
        for n, box in enumerate(content["annotations"])
    ]
    pred = _write(tmp_path / "true.json", entries)
    for pictures in (real_data / "valid.json", real_data / "valid"):
        status, printed = run(pred, pictures, "--out", "out")
        assert status == 0, printed
        assert "0 errors, 0 warnings" in printed
    with zipfile.ZipFile(tmp_path / "out" / "submission.zip") as archive:
        assert archive.namelist() == ["pred.json", "pred.csv"]
    corners = [
        {**entry, "bbox": [x, y, x + w, y + h]}
        for entry in entries
        for x, y, w, h in [entry["bbox"]]
    ]
    status, printed = run(_write(tmp_path / "corners.json", corners), real_data / "valid")
    assert status == 1
    assert "bbox_is_xyxy" in printed

"""Analyzing the errors of saved predictions as a user does."""

import csv
import json
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure
from PIL import Image

from digitdet.analysis.error_analysis import analyze_errors
from digitdet.analysis.outputs import NAMES

Tool = Callable[[str], Callable[[list[str]], None]]
Files = tuple[Path, Path, Path]


@pytest.fixture(autouse=True)
def _no_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.fixture
def _quick_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw figures without laying them out, which takes most of their time."""
    monkeypatch.setattr(Figure, "get_layout_engine", lambda _: None)


@pytest.fixture
def _empty_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw no figure: its file is there, and empty."""
    monkeypatch.setattr(Figure, "savefig", lambda _, file, **__: file.touch())


def _json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _make(layout: Path, folder: Path) -> Files:
    """Predictions, truth and pictures: one picture right, in one a digit wrong, in one none found.

    In the last, the first digit is found twice, and something where nothing is.
    """
    ann = folder / "valid.json"
    shutil.copy(layout / "valid.json", ann)
    shutil.copytree(layout / "valid", folder / "valid")
    truth = _json(ann)
    first, wrong, missed, last = (image["id"] for image in truth["images"])
    entries = [
        {key: annotation[key] for key in ("image_id", "bbox", "category_id")} | {"score": 0.9}
        for annotation in truth["annotations"]
        if annotation["image_id"] != missed
    ]
    mistaken, doubled = (
        next(entry for entry in entries if entry["image_id"] == image_id)
        for image_id in (wrong, last)
    )
    mistaken["category_id"] = mistaken["category_id"] % 10 + 1
    entries.append({**doubled, "score": 0.8})
    entries.append({**doubled, "bbox": [0, 0, 2, 3], "score": 0.7})
    entries.append({**doubled, "image_id": first, "bbox": [0, 0, 2, 3], "score": 0.05})
    _write(folder / "pred.json", entries)
    return folder / "pred.json", ann, folder / "valid"


@pytest.fixture
def files(layout: Path, tmp_path: Path) -> Files:
    return _make(layout, tmp_path)


@pytest.fixture(scope="module")
def analyzed(layout: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Files, Path]:
    """The files, and the folder of their analysis. Not to be written to."""
    folder = tmp_path_factory.mktemp("analyzed")
    files = _make(layout, folder)
    analyze_errors(*files, folder / "out")
    return files, folder / "out"


def _run(tool: Tool, *arguments: str | Path) -> None:
    tool("analyze_errors")([str(argument) for argument in arguments])


def _refused(tool: Tool, capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    with pytest.raises(SystemExit) as ended:
        _run(tool, *arguments)
    assert ended.value.code == 1
    error = capsys.readouterr().err
    assert "Traceback" not in error
    return error


def _write(file: Path, content: Any) -> None:
    file.write_text(json.dumps(content), encoding="utf-8")


def _are_written(out: Path) -> bool:
    for name in NAMES:
        if name.endswith(".png"):
            with Image.open(out / name) as picture:
                picture.load()
    return sorted(file.name for file in out.iterdir()) == sorted(NAMES)


@pytest.mark.usefixtures("_quick_figures")
@pytest.mark.parametrize("emptied", ["predictions", "truth"])
def test_without_detections_or_truth_all_is_written_and_shown_as_a_dash(
    emptied: str, files: Files, tool: Tool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pred, ann, _ = files
    if emptied == "predictions":
        _write(pred, [])
    else:
        _write(ann, {**_json(ann), "annotations": []})
    out = tmp_path / "out"
    _run(tool, *files, "--out", out)
    assert _are_written(out)
    found = _json(out / "errors.json")
    assert found["score_threshold"] == 0
    assert found["digits"]["all"]["best"]["f1"] == -1
    assert found["digits"]["all"]["ap_50"] == (0 if emptied == "predictions" else -1)
    assert found["confused_pairs"] == []
    printed = capsys.readouterr().out
    assert "nan" not in printed
    assert "no score threshold is best" in printed


@pytest.mark.usefixtures("_quick_figures")
def test_one_picture_with_one_digit_is_enough(files: Files, tool: Tool, tmp_path: Path) -> None:
    pred, ann, _ = files
    truth = _json(ann)
    digit = truth["annotations"][0]
    truth["images"] = [image for image in truth["images"] if image["id"] == digit["image_id"]]
    _write(ann, {**truth, "annotations": [digit]})
    _write(pred, [{**digit, "score": 1.0}])
    _run(tool, *files, "--out", tmp_path / "out")
    assert _are_written(tmp_path / "out")
    found = _json(tmp_path / "out" / "errors.json")
    assert found["figures"]["map_50"] == pytest.approx(1)
    assert found["digits"]["all"]["best"]["threshold"] == 1
    assert found["calibration"]["coverage"]["best"] == 1
    assert found["calibration"]["digits"]["error"] == 0
    absent = {"0", "1"} - {str(digit["category_id"] - 1)}
    assert all(found["digits"][name]["ap_50"] == -1 for name in absent)
    assert _rows(tmp_path / "out" / "errors.csv") == []


def _agree(out: Path, metrics: Path) -> bool:
    """Whether an analysis gives exactly the figures of an evaluation."""
    evaluated, found = _json(metrics), _json(out / "errors.json")
    parts = {
        f"number_accuracy_{what}_{name}": part["share"]
        for what in ("height", "length")
        for name, part in found["numbers_by"][what].items()
    }
    parts["coverage_98"] = found["calibration"]["coverage"]["best"]
    assert found["digits"]["all"]["ap_50"] == pytest.approx(evaluated["map_50"])
    assert parts == {name: evaluated[name] for name in parts}
    del evaluated["evaluator"]
    return evaluated == {"notes": found["notes"], **found["figures"]}


def test_the_figures_are_exactly_those_of_an_evaluation(
    analyzed: tuple[Files, Path], tool: Tool, tmp_path: Path
) -> None:
    files, out = analyzed
    tool("evaluate")([*map(str, files[:2]), "--out", str(tmp_path / "metrics.json")])
    assert _agree(out, tmp_path / "metrics.json")
    found = _json(out / "errors.json")
    assert found["score_threshold"] == found["digits"]["all"]["best"]["threshold"] > 0.8
    assert found["score_threshold_by"] == "best F1"


@pytest.mark.usefixtures("_empty_figures")
def test_options_reach_the_reader_the_truth_and_what_is_counted(
    analyzed: tuple[Files, Path], tool: Tool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, out = analyzed[0], tmp_path / "out"
    options = ["--truth", "left", "--cfg-options", "reader.type=LeftToRightReader"]
    _run(tool, *files, "--out", out, "--score-threshold", "0", *options)
    assert "gives the best F1" not in capsys.readouterr().out
    tool("evaluate")([*map(str, files[:2]), "--out", str(tmp_path / "metrics.json"), *options])
    assert _agree(out, tmp_path / "metrics.json")
    found = _json(out / "errors.json")
    assert (found["truth"], found["reader"]["type"]) == ("left", "LeftToRightReader")
    assert (found["score_threshold"], found["reading_level"]) == (0, 0.7)
    assert found["score_threshold_by"] == "--score-threshold"
    for error in found["errors"]:
        assert error["count_seen"] == error["count"]
    error = _refused(tool, capsys, *files, "--out", out, "--score-threshold", "90")
    assert "--score-threshold is 0 to 1, got 90.0" in error


def test_errors_are_listed_with_what_they_break(analyzed: tuple[Files, Path]) -> None:
    files, out = analyzed
    assert _are_written(out)
    found, rows = _json(out / "errors.json"), _rows(out / "errors.csv")
    ids = [image["id"] for image in _json(files[1])["images"]]
    kinds = {image_id: [r for r in rows if int(r["image_id"]) == image_id] for image_id in ids}
    assert kinds[ids[0]] == []  # what scores too little to be read is no error of the reading
    (wrong,) = kinds[ids[1]]
    assert (wrong["kind"], wrong["breaks_number"]) == ("wrong_digit", "1")
    assert int(wrong["found_digit"]) == (int(wrong["true_digit"]) + 1) % 10
    assert wrong["file"] == _json(files[1])["images"][1]["file_name"]
    assert [float(wrong[f"true_{side}"]) for side in "xywh"] == [float(wrong[s]) for s in "xywh"]
    assert {row["kind"] for row in kinds[ids[2]]} == {"missed"}
    assert {row["breaks_number"] for row in kinds[ids[2]]} == {"1"}
    assert {(row["found_digit"], row["score"], row["x"]) for row in kinds[ids[2]]} == {("",) * 3}
    assert [row["kind"] for row in kinds[ids[3]]] == ["duplicate", "background"]
    assert {row["true_digit"] for row in kinds[ids[3]] if row["kind"] == "background"} == {""}
    for error in found["errors"]:
        assert sum(row["kind"] == error["kind"] for row in rows) == error["count_read"]
    pair = {"true": wrong["true_digit"], "found": wrong["found_digit"]}
    assert found["confused_pairs"] == [{**pair, "count": 1, "breaks_numbers": 1}]


def test_the_confusion_matrix_counts_each_digit_once(analyzed: tuple[Files, Path]) -> None:
    files, out = analyzed
    rows = _rows(out / "confusion.csv")
    names = [*map(str, range(10)), "background"]
    assert [row["true"] for row in rows] == names
    truth = _json(files[1])["annotations"]
    for row in rows[:10]:
        number = sum(digit["category_id"] - 1 == int(row["true"]) for digit in truth)
        assert sum(int(row[name]) for name in names) == number
        shares = sum(float(row[f"share_{name}"]) for name in names)
        assert shares == pytest.approx(float(number > 0), abs=1e-5)
    counts = [[int(row[name]) for name in names] for row in rows]
    assert counts == _json(out / "errors.json")["confusion"]["counts"]


@pytest.mark.usefixtures("_empty_figures")
def test_running_again_replaces_its_files_and_leaves_others(
    analyzed: tuple[Files, Path], tool: Tool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, out = analyzed[0], tmp_path / "out"
    shutil.copytree(analyzed[1], out)
    (out / "notes.txt").write_text("mine")
    _write(tmp_path / "fewer.json", [entry for entry in _json(files[0]) if entry["score"] == 0.9])
    before = {file.name: file.stat().st_mtime_ns for file in out.iterdir()}
    _run(tool, tmp_path / "fewer.json", *files[1:], "--out", out)
    assert {row["kind"] for row in _rows(out / "errors.csv")} == {"missed", "wrong_digit"}
    after = {file.name: file.stat().st_mtime_ns for file in out.iterdir()}
    assert {name for name in before if before[name] == after[name]} == {"notes.txt"}
    assert set(after) == {*NAMES, "notes.txt"}
    printed = capsys.readouterr().out
    assert f"written: {out / 'cards.html'}" in printed
    assert "A score of 0.9000 gives the best F1" in printed


def test_what_is_read_or_not_its_own_is_not_overwritten(
    files: Files, tool: Tool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    pred = files[0].rename(out / "errors.json")
    before = pred.read_bytes()
    assert "would be overwritten" in _refused(tool, capsys, pred, *files[1:], "--out", out)
    shutil.copy(pred, files[0])
    assert "is there already" in _refused(tool, capsys, *files, "--out", out)
    assert pred.read_bytes() == before
    assert list(out.iterdir()) == [pred]


def test_a_missing_folder_or_picture_is_named(
    files: Files, tool: Tool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pred, ann, images = files
    out = ["--out", tmp_path / "out"]
    error = _refused(tool, capsys, pred, ann, tmp_path / "none", *out)
    assert f"none: no such folder; IMAGE_DIR holds the pictures that {ann} names" in error
    names = [image["file_name"] for image in _json(ann)["images"]]
    for name in names[1:3]:
        (images / name).unlink()
    error = _refused(tool, capsys, *files, *out)
    assert f"2 of 4 pictures are not in {images}, the first '{names[1]}'" in error
    assert not (tmp_path / "out").exists()


def test_a_picture_that_cannot_be_read_is_named(
    files: Files, tool: Tool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = files[2] / _json(files[1])["images"][2]["file_name"]
    picture.write_bytes(picture.read_bytes()[:40])
    error = _refused(tool, capsys, *files, "--out", tmp_path / "out")
    assert f"{picture}: can't be decoded" in error
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--reader", "none.py"], "none.py: no such config"),
        (["--cfg-options", "model.min_size=3"], "only `reader` is read here"),
        (["--cfg-options", "reader.type=NoReader"], "NoReader"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(
    arguments: list[str],
    message: str,
    files: Files,
    tool: Tool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert message in _refused(tool, capsys, *files, "--out", tmp_path / "out", *arguments)

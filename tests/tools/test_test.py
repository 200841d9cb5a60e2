"""Testing a checkpoint as a user does: the deliverables, and what is refused."""

import csv
import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from contextlib import redirect_stdout
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
import torch
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

ROOT = Path(__file__).parents[2]
QUICKSTART = str(ROOT / "configs" / "experiments" / "quickstart.py")
SMALL_FOLDER = str(ROOT / "configs" / "experiments" / "frcnn_small_folder.py")
LEFT_TO_RIGHT = "reader={'_delete_':True,'type':'LeftToRightReader','score_threshold':%s}"
Tool = Callable[[str], Callable[[list[str]], None]]


def _rows(file: Path) -> list[list[str]]:
    with file.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


@pytest.fixture(scope="module")
def val(
    layout: Path, folder_checkpoint: Path, tool: Tool, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The results on the validation split, beside ``console.txt``. Not to be written to."""
    options = [f"data_root={layout}", LEFT_TO_RIGHT % 0.1]
    out = tmp_path_factory.mktemp("results") / "val"
    arguments = [SMALL_FOLDER, str(folder_checkpoint), "--out-dir", str(out), "--cfg-options"]
    with redirect_stdout(io.StringIO()) as printed:
        tool("test")([*arguments, *options])
    (out.parent / "console.txt").write_text(printed.getvalue(), encoding="utf-8")
    return out


def test_the_saved_figures_equal_pycocotools_on_the_written_file(val: Path, layout: Path) -> None:
    metrics = json.loads((val / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["evaluator"].startswith(f"hotcoco {version('hotcoco')}")
    truth = COCO(str(layout / "valid.json"))
    evaluation = COCOeval(truth, truth.loadRes(str(val / "pred.json")), "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    figures = [value for name, value in metrics.items() if name.startswith(("map", "mar"))]
    np.testing.assert_allclose(figures[:12], evaluation.stats, atol=1e-4)
    assert {f"ap_{digit}" for digit in range(10)} < set(metrics)
    printed = (val.parent / "console.txt").read_text(encoding="utf-8")
    for name in ("map", "map_50", "map_75", "map_height_12_24", "number_accuracy"):
        assert re.search(rf"{name}\W+{metrics[name]:.4f}", printed)


def test_what_is_minus_one_is_explained_in_the_file_and_on_the_console(val: Path) -> None:
    metrics = json.loads((val / "metrics.json").read_text(encoding="utf-8"))
    notes = metrics.pop("notes")
    assert notes
    assert set(notes) == {name for name, value in metrics.items() if value == -1}
    printed = (val.parent / "console.txt").read_text(encoding="utf-8")
    assert notes["map_large"] == "the split holds no digit box of at least 96 x 96 pixels"
    assert re.search(r"map_large\W+-1\W+the split holds no", printed)


def test_the_csv_holds_every_picture_once_and_reads_the_boxes_of_the_json(val: Path) -> None:
    rows = _rows(val / "pred.csv")
    assert rows[0] == ["image_id", "pred_label"]
    assert [int(row[0]) for row in rows[1:]] == [1, 2, 3, 4]
    detections = json.loads((val / "pred.json").read_text(encoding="utf-8"))
    for image_id, label in rows[1:]:
        own = [d for d in detections if d["image_id"] == int(image_id) and d["score"] >= 0.1]
        # Boxes that are cut to the picture share their left edge: then the right edge decides.
        own.sort(key=lambda d: (d["bbox"][0], d["bbox"][0] + d["bbox"][2], d["bbox"][1]))
        assert label == ("".join(str(d["category_id"] - 1) for d in own) or "-1")
    assert any(row[1] != "-1" for row in rows[1:])
    assert min(d["score"] for d in detections) < 0.1


def test_the_zip_holds_both_files_under_their_names(val: Path) -> None:
    with zipfile.ZipFile(val / "submission.zip") as archive:
        assert sorted(archive.namelist()) == ["pred.csv", "pred.json"]
        assert archive.read("pred.csv") == (val / "pred.csv").read_bytes()


def test_data_that_is_not_there_for_the_test_does_not_reach_the_validation_split(
    layout: Path, folder_checkpoint: Path, tool: Tool, tmp_path: Path
) -> None:
    options = [f"data_root={layout}", "test_dataloader.dataset.image_dir=nowhere"]
    arguments = [SMALL_FOLDER, str(folder_checkpoint), "--out-dir", str(tmp_path)]
    tool("test")([*arguments, "--cfg-options", *options])
    assert (tmp_path / "metrics.json").is_file()


def test_both_splits_are_written_in_the_category_ids_of_the_data(
    layout: Path, folder_checkpoint: Path, tool: Tool, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(layout, data)
    for name in ("train.json", "valid.json"):
        content = json.loads((data / name).read_text(encoding="utf-8"))
        for category in content["categories"]:
            category["id"] += 50
        for annotation in content["annotations"]:
            annotation["category_id"] += 50
        (data / name).write_text(json.dumps(content), encoding="utf-8")
    state = torch.load(folder_checkpoint, weights_only=True)
    ids = {label: label + 50 for label in range(1, 11)}
    trained = tmp_path / "trained.pth"
    torch.save({**state, "meta": {"dataset_meta": {"category_ids": ids}}}, trained)
    for split in ("val", "test"):
        out = tmp_path / split
        arguments = [SMALL_FOLDER, str(trained), "--split", split, "--out-dir", str(out)]
        tool("test")([*arguments, "--cfg-options", f"data_root={data}"])
        detections = json.loads((out / "pred.json").read_text(encoding="utf-8"))
        assert detections
        assert {d["category_id"] for d in detections} <= set(range(51, 61))


def test_the_test_split_gets_deliverables_but_no_figures(
    layout: Path,
    folder_checkpoint: Path,
    tool: Tool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = [SMALL_FOLDER, str(folder_checkpoint), "--split", "test"]
    tool("test")([*arguments, "--cfg-options", f"data_root={layout}"])
    out = tmp_path / "work_dirs" / "frcnn_small_folder" / "test"
    assert [row[0] for row in _rows(out / "pred.csv")] == ["image_id", "1", "2", "3"]
    assert (out / "submission.zip").is_file()
    assert not (out / "metrics.json").exists()


def test_pictures_named_by_words_get_running_numbers_and_a_list_of_names(
    layout: Path, folder_checkpoint: Path, tool: Tool, tmp_path: Path
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name, source in (("door.png", "1.png"), ("gate.png", "2.png")):
        (pictures / name).write_bytes((layout / "test" / source).read_bytes())
    arguments = [
        SMALL_FOLDER,
        str(folder_checkpoint),
        "--split",
        "test",
        "--out-dir",
        str(tmp_path / "o"),
    ]
    options = [f"data_root={tmp_path}", "test_dataloader.dataset.image_dir=pictures"]
    tool("test")([*arguments, "--cfg-options", *options])
    names = json.loads((tmp_path / "o" / "images.json").read_text(encoding="utf-8"))
    assert names == {"1": "door.png", "2": "gate.png"}


def test_a_reader_that_asks_for_what_the_model_drops_is_refused(
    layout: Path,
    folder_checkpoint: Path,
    tool: Tool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = [f"data_root={layout}", LEFT_TO_RIGHT % 0.2, "model.score_threshold=0.3"]
    arguments = [SMALL_FOLDER, str(folder_checkpoint), "--out-dir", str(tmp_path)]
    with pytest.raises(SystemExit):
        tool("test")([*arguments, "--cfg-options", *options])
    assert "reader.score_threshold is 0.2, below" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            ["model.num_classes=4"],
            "--cfg-options model.num_classes: write 11, not 4",
        ),
        (["model.head_fc_channels=[64]"], "does not fit the model"),
        (
            ["test_dataloader=None", "test_cfg=None", "test_evaluator=None", "--split", "test"],
            "no test_dataloader",
        ),
        (["data_root=nowhere"], "nowhere: no such folder"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(
    changes: list[str],
    message: str,
    layout: Path,
    folder_checkpoint: Path,
    tool: Tool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = [] if changes[0].startswith("data_root") else [f"data_root={layout}"]
    options = ["--cfg-options", *root, *changes]
    with pytest.raises(SystemExit):
        tool("test")([SMALL_FOLDER, str(folder_checkpoint), "--out-dir", str(tmp_path), *options])
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


def test_a_broken_picture_is_named_even_from_a_worker(
    folder_checkpoint: Path, tool: Tool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "test").mkdir()
    (tmp_path / "test" / "7.png").write_bytes(b"no picture")
    arguments = [SMALL_FOLDER, str(folder_checkpoint), "--split", "test"]
    out = ["--out-dir", str(tmp_path / "o")]
    with pytest.raises(SystemExit):
        tool("test")([*arguments, *out, "--cfg-options", f"data_root={tmp_path}"])
    error = capsys.readouterr().err
    assert "7.png: can't be decoded as a picture" in error
    assert "Traceback" not in error.splitlines()[0]


def test_the_prepared_model_gives_what_the_plain_one_gives(
    val: Path, layout: Path, folder_checkpoint: Path, tool: Tool, tmp_path: Path
) -> None:
    out = tmp_path / "plain"
    arguments = [SMALL_FOLDER, str(folder_checkpoint), "--plain", "--out-dir", str(out)]
    tool("test")([*arguments, "--cfg-options", f"data_root={layout}", LEFT_TO_RIGHT % 0.1])
    prepared, plain = (
        json.loads((folder / "pred.json").read_text(encoding="utf-8")) for folder in (val, out)
    )
    for key in ("image_id", "category_id"):
        assert [d[key] for d in prepared] == [d[key] for d in plain]
    for key, tolerance in (("score", 1e-3), ("bbox", 0.01)):
        values = [np.array([d[key] for d in found]) for found in (prepared, plain)]
        np.testing.assert_allclose(*values, rtol=0, atol=tolerance)
    assert prepared != plain  # BatchNorm folded rounds elsewhere
    assert (val / "pred.csv").read_bytes() == (out / "pred.csv").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--plain", "--compile"], "--plain computes as the training does"),
        (["--plain", "--precision", "bf16"], "leave it out, or --precision bf16"),
    ],
)
def test_what_is_plain_is_nothing_else(
    arguments: list[str],
    message: str,
    folder_checkpoint: Path,
    tool: Tool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, rest in (("test", []), ("predict", ["picture.png"])):
        with pytest.raises(SystemExit):
            tool(name)([SMALL_FOLDER, str(folder_checkpoint), *rest, *arguments])
        assert message in capsys.readouterr().err


@pytest.mark.skipif(torch.cuda.is_available(), reason="where there is CUDA it can be compiled")
def test_compilation_on_a_cpu_is_refused_in_words(
    layout: Path,
    folder_checkpoint: Path,
    tool: Tool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = [SMALL_FOLDER, str(folder_checkpoint), "--compile", "--out-dir", str(tmp_path)]
    with pytest.raises(SystemExit):
        tool("test")([*arguments, "--cfg-options", f"data_root={layout}"])
    assert "compilation needs a CUDA device" in capsys.readouterr().err


def test_an_average_of_weights_is_prepared_too(
    layout: Path, folder_checkpoint: Path, tool: Tool, tmp_path: Path
) -> None:
    found = []
    for name, hooks in (("none", []), ("average", [{"type": "EMAHook"}])):
        out = tmp_path / name
        arguments = [SMALL_FOLDER, str(folder_checkpoint), "--out-dir", str(out), "--cfg-options"]
        tool("test")([*arguments, f"data_root={layout}", f"custom_hooks={hooks}"])
        found.append((out / "pred.json").read_bytes())
    assert found[0] == found[1]

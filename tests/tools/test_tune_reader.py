"""Tuning a reader as a user does."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from digitdet import config

Tool = Callable[[str], Callable[[list[str]], None]]
NUM_PICTURES = 12


def _box(place: int) -> list[float]:
    return [10.0 * place, 5.0, 9.0, 20.0]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Predictions and truth of pictures whose two digits score .46 and .6."""
    monkeypatch.chdir(tmp_path)
    images = [
        {"id": n, "file_name": f"{n}.png", "height": 30, "width": 40}
        for n in range(1, NUM_PICTURES + 1)
    ]
    pairs = [(image["id"], place) for image in images for place in (0, 1)]
    truth = {
        "images": images,
        "annotations": [
            {"id": i, "image_id": n, "bbox": _box(place), "category_id": place + 1, "iscrowd": 0}
            for i, (n, place) in enumerate(pairs)
        ],
        "categories": [{"id": digit + 1, "name": str(digit)} for digit in range(10)],
    }
    found = [
        {"image_id": n, "bbox": _box(place), "category_id": place + 1, "score": (0.46, 0.6)[place]}
        for n, place in pairs
    ]
    Path("pred.json").write_text(json.dumps(found), encoding="utf-8")
    Path("truth.json").write_text(json.dumps(truth), encoding="utf-8")
    return ["pred.json", "truth.json"]


def _rewrite(file: str, change: Callable[[Any], Any]) -> None:
    content = json.loads(Path(file).read_text(encoding="utf-8"))
    Path(file).write_text(json.dumps(change(content)), encoding="utf-8")


@pytest.fixture
def left_reader(tmp_path: Path) -> str:
    file = tmp_path / "left.py"
    file.write_text("reader = dict(type='LeftToRightReader')\n", encoding="utf-8")
    return str(file)


def test_the_winner_is_told_and_written_as_a_config(
    tool: Tool, files: list[str], left_reader: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tool("tune_reader")([*files, "--reader", left_reader, "--workers", "1"])
    out = Path("work_dirs", "tune_reader", "reader.py")
    assert config.load_reader(out) == {"type": "LeftToRightReader", "score_threshold": 0.45}
    printed = capsys.readouterr().out
    for text in ("tuned, cross-validated (5 folds)", "1.0000 to 1.0000", "lies above 0", str(out)):
        assert text in printed
    comment = out.read_text(encoding="utf-8")
    for text in ("# predictions: pred.json", "# truth: truth.json", "12 pictures, 19 settings"):
        assert text in comment


def test_evaluation_with_the_winner_finds_the_accuracy_that_it_was_chosen_for(
    tool: Tool, files: list[str], left_reader: str
) -> None:
    tool("tune_reader")([*files, "--reader", left_reader, "--out", "out.py"])
    accuracies = []
    for reader in (left_reader, "out.py"):
        tool("evaluate")([*files, "--reader", reader, "--out", "metrics.json"])
        figures = json.loads(Path("metrics.json").read_text(encoding="utf-8"))
        accuracies.append(figures["number_accuracy"])
    assert accuracies == [0, 1]


def test_the_winner_is_the_default_to_beat_of_the_next_search(
    tool: Tool, files: list[str], left_reader: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for reader, out in ((left_reader, "one.py"), ("one.py", "two.py")):
        tool("tune_reader")([*files, "--reader", reader, "--out", out, "--workers", "1"])
    assert config.load_reader("two.py") == config.load_reader("one.py")
    assert "No setting reads more of these pictures than the default" in capsys.readouterr().out


def test_options_change_the_reader_and_what_is_tried(
    tool: Tool, files: list[str], left_reader: str
) -> None:
    options = ["--cfg-options", "reader.score_threshold=0.9", "--folds", "2", "--seed", "4"]
    space = ["--space", "score_threshold=0.2,0.3,0.7", "--out", "out.py", "--workers", "2"]
    tool("tune_reader")([*files, "--reader", left_reader, *options, *space])
    assert config.load_reader("out.py")["score_threshold"] == 0.3


def test_without_a_config_the_reader_of_the_experiments_is_tuned(
    tool: Tool, files: list[str]
) -> None:
    tool("tune_reader")([*files, "--out", "out.py", "--max-settings", "30", "--workers", "1"])
    assert config.load_reader("out.py")["type"] == config.load_reader()["type"]


def test_a_users_own_reader_comes_with_what_registers_it(
    tool: Tool, files: list[str], tmp_path: Path
) -> None:
    (tmp_path / "reader_of_tuning_test.py").write_text(
        "from digitdet.readers import LeftToRightReader\n"
        "from digitdet.registry import READERS\n"
        "@READERS.register_module()\n"
        "class ReaderOfTuningTest(LeftToRightReader):\n"
        "    pass\n",
        encoding="utf-8",
    )
    (tmp_path / "own.py").write_text(
        "custom_imports = dict(imports=['reader_of_tuning_test'])\n"
        "load_from = 3  # what else it states is not read\n"
        "reader = dict(type='ReaderOfTuningTest', score_threshold=0.5)\n",
        encoding="utf-8",
    )
    space = ["--space", "score_threshold=0.4,0.6"]
    tool("tune_reader")([*files, "--reader", "own.py", "--out", "out.py", *space])
    loaded = config.load("out.py")
    assert loaded.custom_imports == {"imports": ["reader_of_tuning_test"]}
    assert loaded.reader == {"type": "ReaderOfTuningTest", "score_threshold": 0.4}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--folds", "13"], "at most the number of pictures (12), got 13"),
        (["--space", "score_treshold=0.5"], "did you mean 'score_threshold'?"),
        (["--space", "score_threshold=1.5"], "score_threshold is 0 to 1, got 1.5"),
        (["--space", "score_threshold"], "--space takes ARGUMENT=VALUE,VALUE"),
        (["--out", "reader.txt"], "reader.txt: a config fragment is a Python file"),
        (["--out", "left.py"], "left.py: would replace an input"),
        (["--seed", "-1"], "seed has to be at least 0, got -1"),
        (["--workers", "0"], "workers has to be at least 1, got 0"),
        (["--reader", "none.py"], "none.py: no such config"),
    ],
)
def test_a_wrong_option_is_named(
    tool: Tool,
    files: list[str],
    left_reader: str,
    options: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as caught:
        tool("tune_reader")([*files, "--reader", left_reader, "--out", "out.py", *options])
    assert caught.value.code == 1
    assert message in capsys.readouterr().err
    assert not Path("out.py").exists()


@pytest.mark.parametrize(
    ("file", "change", "message"),
    [
        ("pred.json", lambda _: [], "pred.json: holds no detection"),
        ("truth.json", lambda content: {**content, "annotations": []}, "no picture has a digit"),
        ("pred.json", lambda found: [{**found[0], "image_id": 99}], "pred.json"),
    ],
)
def test_files_with_nothing_to_tune_on_are_refused(
    tool: Tool,
    files: list[str],
    file: str,
    change: Callable[[Any], Any],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _rewrite(file, change)
    with pytest.raises(SystemExit):
        tool("tune_reader")(files)
    assert message in capsys.readouterr().err

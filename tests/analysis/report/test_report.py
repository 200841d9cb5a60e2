"""A report shows what a run left, whatever of it there is."""

import csv
import html
import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from analysis.report.made_best import make_best
from analysis.runs.made_runs import make_run

from digitdet.analysis.report import write_report
from digitdet.analysis.report.account import account
from digitdet.analysis.report.best_epoch import read_best
from digitdet.analysis.report.curves import figure_charts, main_charts, step_charts, time_chart
from digitdet.analysis.report.headline import headline
from digitdet.analysis.report.words import duration
from digitdet.analysis.runs import read_run

FIGURES = {
    "map": [0.1, 0.3, 0.2],
    "number_accuracy": [0.5, 0.25, 0.75],
    "ap_3": [0.2, 0.3, 0.4],
    "ap_8": [-1, -1, -1],
    "number_accuracy_length_5_up": [0.0, 0.5, 0.5],
    "map_height_12_24": [0.1, 0.1, 0.2],
}
EPOCHS = [
    {"epoch": 1, "seconds": 10.0, "validation_seconds": 2.0},
    {"epoch": 2, "seconds": None, "validation_seconds": 2.0},
    {"epoch": 3, "seconds": 20.0, "validation_seconds": 3.0},
]
SESSIONS = [
    {
        "command": ["python", "tools/train.py", "a config.py"],
        "outcome": "failed",
        "error": "OSError: <disk full>",
        "first_step": 1,
        "last_step": 3,
        "seconds": 60.0,
        "peak_memory_mb": 900.0,
        "versions": {"torch": "2.6.0"},
        "git": {"commit": "abc", "has_changes": True},
    },
    {
        "command": ["python", "tools/train.py", "a config.py", "--resume"],
        "outcome": "finished",
        "first_step": 4,
        "last_step": 6,
        "seconds": 61.4,
        "peak_memory_mb": 1204.4,
        "versions": {"torch": "2.9.0"},
        "git": {"commit": "abc", "has_changes": False},
    },
]


def _figures(folder: Path) -> dict[str, tuple[str, str]]:
    return {one.name: (one.value, one.note) for one in headline(read_run(folder)).figures}


def test_a_run_before_its_first_step_has_a_report(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", losses=[], outcome="running")
    text = write_report(folder).read_text()
    assert "No epoch is over yet." in text
    assert "0 of 6 steps" in text
    assert not list(folder.glob("*.png"))


def test_a_folder_of_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="is no work folder of a run"):
        write_report(tmp_path)


def test_the_headline_is_best_last_time_memory_and_size(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", figures=FIGURES, sessions=SESSIONS, epochs=EPOCHS)
    assert _figures(folder) == {
        "best mAP, IoU .50:.95": ("0.3000", "epoch 2"),
        "number accuracy then": ("0.2500", "epoch 2"),
        "last mAP, IoU .50:.95": ("0.2000", "epoch 3"),
        "last number accuracy": ("0.7500", "epoch 3"),
        "epochs": ("3 of 3", "finished"),
        "time": ("2 min 01 s", "15.0 s of training an epoch"),
        "memory, at most": ("1,204 MB", ""),
        "parameters": ("1,000", ""),
    }


def test_the_headline_of_a_run_without_a_record_or_validation_has_its_epochs(
    tmp_path: Path,
) -> None:
    assert _figures(make_run(tmp_path / "old", record=False)) == {"epochs": ("2", "")}
    by_numbers = make_run(tmp_path / "run", figures=FIGURES, metric="number_accuracy")
    assert list(_figures(by_numbers))[:3] == [
        "best number accuracy",
        "mAP, IoU .50:.95 then",
        "last number accuracy",
    ]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0.0 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 00 s"),
        (3599.4, "59 min 59 s"),
        (3599.6, "1 h 00 min"),
        (90_000, "25 h 00 min"),
    ],
)
def test_durations_are_written_in_two_units(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_curves_are_those_of_the_files(tmp_path: Path) -> None:
    run = read_run(make_run(tmp_path / "run", figures=FIGURES, epochs=EPOCHS))
    loss, metric, accuracy = main_charts(run)
    assert [chart.name for chart in (loss, metric, accuracy)] == ["loss", "map", "number_accuracy"]
    assert loss.lines[0].y.tolist() == [3.0, 2.0, 1.0]
    assert (metric.lines[0].marked, accuracy.lines[0].marked) == (1, 2)
    digits, lengths, heights = figure_charts(run)
    # The digit that the split lacks is left out; each digit has its style in every run.
    assert [(line.name, line.style) for line in digits.lines] == [("digit 3", 3)]
    assert [line.name for line in lengths.lines] == ["5 and more"]
    assert [line.name for line in heights.lines] == ["12 to 24"]
    (seconds,) = time_chart(run)
    np.testing.assert_array_equal(seconds.lines[0].y, [10, np.nan, 20])


def test_map_and_number_accuracy_stand_beside_another_metric(tmp_path: Path) -> None:
    figures = {
        "digits_wrong": [3.0, 1.0, 2.0],
        "map": [0.1, 0.3, 0.2],
        "number_accuracy": [0, 0, 1],
    }
    folder = make_run(tmp_path / "run", figures=figures, metric="digits_wrong")
    names = ["loss", "digits_wrong", "map", "number_accuracy"]
    assert [chart.name for chart in main_charts(read_run(folder))] == names
    told = {name: value for name, (value, _) in _figures(folder).items()}
    assert (told["best digits wrong"], told["mAP, IoU .50:.95 then"]) == ("1.0000", "0.3000")
    assert (told["number accuracy then"], told["last number accuracy"]) == ("0.0000", "1.0000")


def test_processes_multiply_a_batch(tmp_path: Path) -> None:
    sessions = [{"outcome": "finished", "num_processes": 2}]
    folder = make_run(tmp_path / "run", losses=[], sessions=sessions, batch_size=4)
    assert "batches of 2 x 4, seed 0." in write_report(folder).read_text()


def test_a_figure_that_is_no_loss_and_no_rate_has_a_chart_of_its_own(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run")
    rows = [[1, 1, "train/lr", 0.1], [1, 1, "train/lr.3", 0.2], [1, 1, "train/grad_norm", 5.0]]
    rows.append([1, 1, "train/loss_classifier", 0.5])
    with (folder / "scalars.csv").open("a", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)
    names = {
        chart.name: [line.name for line in chart.lines] for chart in step_charts(read_run(folder))
    }
    assert names == {
        "train_loss": ["loss", "loss_classifier"],
        "lr": ["lr", "lr.3"],
        "train_grad_norm": ["grad_norm"],
    }


def test_sessions_tell_commands_outcomes_and_what_changed(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", sessions=SESSIONS)
    sessions, environment = account(read_run(folder))
    first, second = sessions.rows
    assert first[-1] == "python tools/train.py 'a config.py'"
    assert (first[2], first[3], second[2], second[3]) == ("failed", "1 to 3", "finished", "4 to 6")
    assert sessions.note == "Session 1 failed: OSError: <disk full>"
    assert environment.rows[0] == ["torch", "2.9.0"]
    assert environment.note.splitlines() == [
        "Session 1 had torch 2.6.0.",
        "Session 1 had git abc, with changes.",
    ]


@pytest.fixture(scope="module")
def reported(layout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run with all that a run leaves, and its report."""
    folder = tmp_path_factory.mktemp("report") / "run"
    make_run(folder, figures=FIGURES, sessions=SESSIONS, epochs=EPOCHS, num_val_pictures=4)
    (folder / "made.py").write_text("model = dict(type='A <b>')\n")
    make_best(folder, layout / "valid.json", layout / "valid")
    (folder / "epoch_10.pth").touch()
    (folder / "epoch_9.pth").touch()
    write_report(folder)
    return folder


def test_a_report_holds_its_pictures_and_names_the_files_beside(reported: Path) -> None:
    text = (reported / "report.html").read_text()
    assert text.count("data:image/jpeg;base64,") == 4
    linked = [html.unescape(link) for link in re.findall(r'<a href="\./([^"]+)"', text)]
    for name in linked:
        assert (reported / name).exists(), name
    stems = ("loss", "map", "number_accuracy")
    assert {f"{stem}.{kind}" for stem in stems for kind in ("png", "svg")} <= set(linked)
    assert {"made.py", "scalars.csv", "run.json", "confusion.png", "best/pred.json"} <= set(linked)
    assert linked.index("epoch_9.pth") < linked.index("epoch_10.pth")
    assert "model = dict(type=&#x27;A &lt;b&gt;&#x27;)" in text


def test_the_confusion_matrix_is_that_of_the_kept_predictions(reported: Path) -> None:
    """Each true box is found, and each 1 taken for a 7."""
    best = read_best(reported)
    assert best is not None
    truth = json.loads((reported / "best" / "truth.json").read_text())
    expected = np.zeros((11, 11), int)
    for box in truth["annotations"]:
        digit = box["category_id"] - 1
        expected[digit, 7 if digit == 1 else digit] += 1
    np.testing.assert_array_equal(best.matrix, expected)
    assert (best.epoch, best.min_score) == (2, pytest.approx(0.9))
    assert "Confusion matrix of epoch 2" in (reported / "report.html").read_text()


def test_samples_say_what_was_read(reported: Path) -> None:
    best = read_best(reported)
    assert best is not None
    listed = json.loads((reported / "best" / "samples.json").read_text())
    for picture, sample in zip(best.samples, listed, strict=True):
        sign = "\u2713" if sample["is_right"] else "\u2717"
        assert picture.caption.startswith(sign)
        assert sample["read"] in picture.caption
        assert sample["true"] in picture.words


def test_equal_files_give_an_equal_report(reported: Path) -> None:
    before = {file.name: file.read_bytes() for file in reported.iterdir() if file.is_file()}
    write_report(reported)
    assert {f.name: f.read_bytes() for f in reported.iterdir() if f.is_file()} == before


def test_a_best_epoch_without_digits_is_no_fault(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", losses=[])
    (folder / "best").mkdir()
    (folder / "best" / "best.json").write_text('{"epoch": 1}')
    assert read_best(folder) is None


def test_a_damaged_best_epoch_is_told_and_the_rest_is_shown(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", losses=[])
    (folder / "best").mkdir()
    (folder / "best" / "pred.json").write_text("[")
    text = write_report(folder).read_text()
    assert "What is kept of the best epoch can&#x27;t be shown" in text
    assert "Environment" in text


def test_the_tool_makes_a_report_of_a_run_that_was_stopped(
    tmp_path: Path,
    tool: Callable[[str], Callable[[list[str]], None]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = make_run(tmp_path / "run", losses=[], outcome="stopped")
    tool("report")([str(folder)])
    assert capsys.readouterr().out.splitlines()[-1] == f"report: {folder / 'report.html'}"
    assert "Stopped, 0 of 6 steps" in (folder / "report.html").read_text()


def test_the_tool_names_a_folder_that_is_not_there(
    tmp_path: Path,
    tool: Callable[[str], Callable[[list[str]], None]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        tool("report")([str(tmp_path / "none")])
    assert "no such folder; name the work folder of a run" in capsys.readouterr().err

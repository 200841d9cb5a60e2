"""Runs are read as their folders tell them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from analysis.runs.made_runs import make_run

from digitdet.analysis.runs import Best, read_run
from digitdet.analysis.runs.series import SCALARS_CSV
from digitdet.folder_lock import held_folder

FIGURES = {"map": [0.1, 0.3, 0.3], "number_accuracy": [0.5, 0.4, 0.2], "digits_missing": [9, 7, 7]}


def test_a_run_before_its_first_step_has_no_values(tmp_path: Path) -> None:
    run = read_run(make_run(tmp_path / "run", losses=[], outcome="running"))
    assert (run.series, run.best, run.num_epochs_done, run.num_steps_done) == ({}, None, 0, 0)
    assert [len(values) for values in (*run.epoch_loss, *run.per_epoch("val/map"))] == [0] * 4


def test_a_run_has_its_series_and_the_first_of_equally_good_epochs_is_best(tmp_path: Path) -> None:
    run = read_run(make_run(tmp_path / "run", figures=FIGURES))
    assert (run.name, run.metric, run.status, run.seconds) == ("made", "map", "finished", 60.0)
    assert run.series["train/loss"].steps.tolist() == [1, 2, 3, 4, 5, 6]
    assert run.series["train/loss"].epochs.tolist() == [1, 1, 2, 2, 3, 3]
    assert run.best == Best(2, 0.3)
    assert run.best_of("number_accuracy") == Best(1, 0.5)
    assert run.best_of("digits_missing") == Best(2, 7)  # the fewer, the better
    assert run.best_of("map_50") is None
    epochs, values = run.per_epoch("val/map")
    assert (epochs.tolist(), values.tolist()) == ([1, 2, 3], [0.1, 0.3, 0.3])


def test_a_line_that_is_being_written_is_left_out(tmp_path: Path) -> None:
    file = make_run(tmp_path / "run") / SCALARS_CSV
    file.write_text(file.read_text() + "7,4,train/lo")
    assert read_run(file.parent).num_steps_done == 6
    file.write_text(file.read_text() + "\n")
    with pytest.raises(ValueError, match=r"scalars\.csv: line 8 is no row .* by --resume"):
        read_run(file.parent)


def test_a_figure_that_was_not_computed_is_no_value(tmp_path: Path) -> None:
    run = read_run(make_run(tmp_path / "run", figures={"map": [-1, 0.2, -1]}))
    np.testing.assert_array_equal(run.per_epoch("val/map")[1], [np.nan, 0.2, np.nan])
    assert run.best == Best(2, 0.2)
    never = read_run(make_run(tmp_path / "never", figures={"map": [-1, -1, -1]}))
    assert never.best is None


def test_the_loss_of_epochs_without_validation_is_the_mean_of_their_steps(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", losses=[4, 2, 9], outcome="stopped")
    rows = (folder / SCALARS_CSV).read_text().replace("1,1,train/loss,4", "1,1,train/loss,5")
    (folder / SCALARS_CSV).write_text(rows.rpartition("6,3,")[0])  # epoch 3 lacks its second step
    epochs, losses = read_run(folder).epoch_loss
    assert (epochs.tolist(), losses.tolist()) == ([1, 2], [4.5, 2.0])


def test_an_old_run_without_a_record_has_the_name_of_its_folder(tmp_path: Path) -> None:
    run = read_run(make_run(tmp_path / "old", figures={"mine": [1, 2, 3]}, record=False))
    assert (run.name, run.record, run.status, run.metric) == ("old", None, "unknown", "mine")
    assert (run.seconds, run.peak_memory_mb, run.num_epochs_done) == (None, None, 3)


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is held there")
def test_a_run_that_says_it_goes_on_was_stopped_unless_it_holds_its_folder(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", outcome="running")
    old = make_run(tmp_path / "old", record=False)
    assert read_run(folder).status == "stopped"
    with held_folder(folder), held_folder(old):
        assert (read_run(folder).status, read_run(old).status) == ("running", "running")
    assert read_run(make_run(tmp_path / "bad", outcome="failed")).status == "failed"


def test_sessions_add_up(tmp_path: Path) -> None:
    sessions = [
        {"outcome": "stopped", "seconds": 0.1},  # killed before it said more than that it began
        {"outcome": "stopped", "seconds": 10, "last_step": 2, "peak_memory_mb": 700, "later": 1},
        {"outcome": "finished", "seconds": 5.5, "peak_memory_mb": None},
    ]
    run = read_run(make_run(tmp_path / "run", sessions=sessions))
    assert (run.seconds, run.peak_memory_mb, run.peak_gpu_memory_mb) == (15.5, 700, None)


def test_a_run_without_scalars_is_as_far_as_its_record_says(tmp_path: Path) -> None:
    sessions = [{"outcome": "finished", "last_step": 6}, {"outcome": "finished"}]
    folder = make_run(tmp_path / "run", sessions=sessions)
    (folder / SCALARS_CSV).unlink()
    run = read_run(folder)
    assert (run.num_steps_done, run.num_epochs_done) == (6, 3)


def test_what_is_no_run_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="missing: no such folder; name the work folder"):
        read_run(tmp_path / "missing")
    (tmp_path / "empty").mkdir()
    said = "holds neither run.json nor scalars.csv; name the folder that tools/train.py wrote to"
    with pytest.raises(FileNotFoundError, match=said):
        read_run(tmp_path / "empty")
    folder = make_run(tmp_path / "seeds" / "seed_1")
    with pytest.raises(
        FileNotFoundError, match=re.escape(f"name a run within it, such as {folder}")
    ):
        read_run(folder.parent)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not what a training writes (JSONDecodeError"),
        ("[]", "is not what a training writes (TypeError"),
        ("{}", "is not what a training writes (KeyError: 'format'); move it away"),
        (json.dumps({"format": 1, "sessions": [3]}), "is not what a training writes (Attr"),
        (json.dumps({"format": 2}), "has format 2, this version of digitdet reads 1; use"),
    ],
)
def test_a_record_that_cannot_be_read_is_refused(tmp_path: Path, content: str, said: str) -> None:
    folder = make_run(tmp_path / "run")
    (folder / "run.json").write_text(content)
    with pytest.raises(ValueError, match=re.escape(f"{folder / 'run.json'}: {said}")):
        read_run(folder)


def test_another_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / SCALARS_CSV).write_text("epoch,loss\n1,2\n")
    with pytest.raises(ValueError, match="begins with 'epoch,loss' instead of 'step,epoch,name"):
        read_run(tmp_path)


def test_reading_runs_and_comparing_them_imports_no_torch() -> None:
    program = "import sys, digitdet.analysis.runs\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "digitdet.analysis.runs.run" in done.stdout
    heavy = {"torch", "torchvision", "mmengine", "matplotlib"}
    assert not heavy & set(done.stdout.split())


def test_the_table_that_is_read_is_the_one_that_is_written(tmp_path: Path) -> None:
    from digitdet.scalars_file import begin

    file, _ = begin(tmp_path / SCALARS_CSV)
    file.append([(1, 1, "val/a, b", 0.1), (1, 1, "val/map", 1 / 3)])
    file.close()
    run = read_run(tmp_path)
    assert {name: one.values.tolist() for name, one in run.series.items()} == {
        "val/a, b": [0.1],
        "val/map": [1 / 3],
    }

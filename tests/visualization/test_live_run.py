"""What is known of a run that is shown."""

from pathlib import Path

import pytest

from digitdet.visualization import LiveRun
from digitdet.visualization.extras import check_extra
from digitdet.visualization.remembered import LIVE_FILE, recall, remember


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("work_dirs/tl3", "tl3"),
        ("work_dirs/tl3/seed_2", "tl3/seed_2"),
        ("sweep/trial_010", "sweep/trial_010"),
    ],
)
def test_a_run_is_named_by_its_folder(folder: str, name: str) -> None:
    run = LiveRun(Path(folder), {}, "")
    assert run.name == name
    assert run.home / name == run.work_dir.resolve()


def test_files_are_found_once_and_in_order(tmp_path: Path) -> None:
    (tmp_path / "best").mkdir()
    for name in ("b.png", "a.png", "epoch_1.pth", "best/a.png"):
        (tmp_path / name).touch()
    run = LiveRun(tmp_path, {}, "")
    assert run.files(()) == []
    found = run.files(("*.png", "a.*", "best/*", "best", "*.csv"))
    assert [file.relative_to(tmp_path).as_posix() for file in found] == [
        "a.png",
        "b.png",
        "best/a.png",
    ]


def test_each_backend_remembers_its_own(tmp_path: Path) -> None:
    assert recall(tmp_path / "run", "a") == {}
    remember(tmp_path / "run", "a", {"id": "1"})
    remember(tmp_path / "run", "b", {"id": "2"})
    remember(tmp_path / "run", "a", {"id": "3"})
    assert recall(tmp_path / "run", "a") == {"id": "3"}
    assert recall(tmp_path / "run", "b") == {"id": "2"}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"mlflow": 3}'])
def test_a_damaged_file_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    (tmp_path / LIVE_FILE).write_text(text)
    with pytest.raises(ValueError, match=r"live\.json: can't be read .*delete the file"):
        recall(tmp_path, "mlflow")


def test_an_extra_that_is_not_installed_is_named_with_its_command() -> None:
    check_extra("json", "Backend")
    with pytest.raises(ImportError, match=r"Backend needs no_such_tracker.*-e '\.\[no_such_trac"):
        check_extra("no_such_tracker", "Backend")

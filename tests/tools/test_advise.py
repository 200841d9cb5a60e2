"""Asking for advice as a user does."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from digitdet import config

Tool = Callable[[str], Callable[[list[str]], None]]


@pytest.fixture
def advise(
    tool: Tool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Path | None]:
    """Returns a function that runs the command and returns the experiment, if it wrote one."""
    monkeypatch.chdir(tmp_path)

    def call(root: Path, *options: str) -> Path | None:
        tool("advise")([str(root), *options])
        return next((tmp_path / "work_dirs" / "advise").glob("*.py"), None)

    return call


def test_a_folder_without_annotations_is_told(
    advise: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as info:
        advise(tmp_path / "nothing")
    assert info.value.code == 1
    assert "train.json" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--out", "mine.txt"], "name it NAME.py"),
        (["--out", "{root}/mine.py"], "never changed"),
        (["--gpu", "0"], "above 0"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_measured(
    advise: Callable[..., Path],
    layout: Path,
    options: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as info:
        advise(layout, *(option.format(root=layout) for option in options))
    assert info.value.code == 1
    assert said in capsys.readouterr().err


def test_scenes_get_an_experiment_that_the_config_check_accepts(
    advise: Callable[..., Path],
    tool: Tool,
    layout: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = tmp_path / "mine"  # annotations alone, packed
    root.mkdir()
    packed = gzip.compress((layout / "train.json").read_bytes())
    (root / "train.json.gz").write_bytes(packed)
    file = advise(root, "--gpu", "16")
    assert file.name == "mine_fast.py"
    printed = capsys.readouterr().out
    assert "6 pictures" in printed
    assert "800 / 1333" in printed
    words = file.read_text(encoding="utf-8").replace("#", "").split()
    assert "for a GPU" in " ".join(words)  # the line may end between them: the path is in it
    tool("config")(["check", str(file)])
    assert capsys.readouterr().out.endswith("OK\n")
    loaded = config.load(file)
    assert loaded.data_root == root.as_posix()
    assert loaded.train_dataloader.dataset.ann_file == "train.json.gz"

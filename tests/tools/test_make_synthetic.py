"""Writing synthetic scenes as a user does."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Tool = Callable[[str], Callable[[list[str]], None]]


def test_the_layout_of_the_homework_is_written(tool: Tool, tmp_path: Path) -> None:
    out = tmp_path / "data"
    counts = ["--num-train", "3", "--num-valid", "2", "--num-test", "1", "--seed", "5"]
    tool("make_synthetic")([str(out), *counts])
    assert sorted(p.name for p in out.iterdir()) == [
        "test",
        "train",
        "train.json",
        "valid",
        "valid.json",
    ]
    assert sorted(p.name for p in (out / "train").iterdir()) == ["1.png", "2.png", "3.png"]
    content = json.loads((out / "valid.json").read_text(encoding="utf-8"))
    assert [image["file_name"] for image in content["images"]] == ["1.png", "2.png"]


def test_a_folder_that_holds_something_is_left_alone(
    tool: Tool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(SystemExit):
        tool("make_synthetic")([str(tmp_path)])
    assert "is not an empty folder" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]

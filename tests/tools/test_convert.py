"""Converting data as a user does."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

Tool = Callable[[str], Callable[[list[str]], None]]


@pytest.fixture
def yolo(tmp_path: Path) -> Path:
    """Ten different pictures with one digit each, as YOLO, named by words."""
    root = tmp_path / "yolo"
    for number in range(10):
        for kind in ("images", "labels"):
            (root / "train" / kind).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (60, 40), (number, 0, 0)).save(root / "train" / "images" / f"{number}.png")
        label = root / "train" / "labels" / f"{number}.txt"
        label.write_text(f"{number % 2} .5 .5 .1 .5\n", encoding="utf-8")
    yaml = "train: ../train/images\nnames: ['zero', '7']\n"
    (root / "data.yaml").write_text(yaml, encoding="utf-8")
    return root


def test_a_folder_becomes_the_homeworks_layout(
    tool: Tool, yolo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    options = ["--from", "yolo", "--classes", "zero=0", "--split", "0.2", "--seed", "3"]
    tool("convert")([str(yolo), str(out), *options])
    names = sorted(path.name for path in out.iterdir())
    assert names == ["train", "train.json", "valid", "valid.json"]
    content = json.loads((out / "train.json").read_text(encoding="utf-8"))
    assert {a["category_id"] for a in content["annotations"]} == {1, 8}
    assert {tuple(a["bbox"]) for a in content["annotations"]} == {(27, 10, 6, 20)}
    printed = capsys.readouterr().out
    assert "train: 8 pictures, 8 boxes\nvalid: 2 pictures, 2 boxes\n" in printed
    assert f"written: {out}" in printed


def test_what_is_left_out_and_what_is_unlabelled_is_told(
    tool: Tool, yolo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (yolo / "train" / "labels" / "0.txt").rename(yolo / "train" / "labels" / "99.txt")
    (yolo / "test").mkdir()
    Image.new("RGB", (60, 40)).save(yolo / "test" / "1.png")
    yaml = "train: train/images\ntest: test\nnames: ['0', '7']\n"
    (yolo / "data.yaml").write_text(yaml, encoding="utf-8")
    tool("convert")([str(yolo), str(tmp_path / "out"), "--from", "yolo", "--to", "voc"])
    printed = capsys.readouterr().out
    assert "train: 10 pictures, 9 boxes\ntest: 1 pictures, no labels\n" in printed
    assert "left out: 1 annotation files without picture\n" in printed
    assert "note: 1 pictures without label file taken as without digits\n" in printed


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "classes that are no digits: 'zero' (5 boxes); map each of them: --classes zero="),
        (["--classes", "zero"], "--classes takes NAME=DIGIT"),
    ],
)
def test_an_error_is_one_message_and_nothing_is_written(
    tool: Tool,
    yolo: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    message: str,
) -> None:
    with pytest.raises(SystemExit, match="1"):
        tool("convert")([str(yolo), str(tmp_path / "out"), "--from", "yolo", *options])
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_something_is_left_alone(
    tool: Tool, yolo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").touch()
    with pytest.raises(SystemExit, match="1"):
        tool("convert")([str(yolo), str(tmp_path / "out"), "--from", "yolo", "--classes", "zero=0"])
    assert "is not a new or empty folder; nothing was written" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]

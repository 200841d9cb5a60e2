"""Looking at data as a user does."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
QUICKSTART = str(ROOT / "configs" / "experiments" / "quickstart.py")
SMALL_FOLDER = str(ROOT / "configs" / "experiments" / "frcnn_small_folder.py")
NO_TEST = ["test_dataloader=None", "test_cfg=None", "test_evaluator=None"]
Tool = Callable[[str], Callable[[list[str]], None]]


def _write_config(file: Path, layout: Path, transforms: str) -> str:
    """A config whose training data has these transforms alone."""
    file.write_text(
        f"_base_ = [{SMALL_FOLDER!r}]\ndata_root = {str(layout)!r}\n"
        f"train_dataloader = dict(dataset=dict(transforms={transforms}))\n",
        encoding="utf-8",
    )
    return str(file)


def _pixels(file: Path) -> np.ndarray:
    with Image.open(file) as picture:
        return np.asarray(picture.convert("RGB"))


def test_sheets_are_written_and_repeat_exactly(
    tool: Tool,
    layout: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    options = ["--cfg-options", f"data_root={layout}"]
    tool("browse")([SMALL_FOLDER, *options])
    sheet = Path("work_dirs/frcnn_small_folder/browse/frcnn_small_folder_train_epoch0_001.png")
    assert f"{sheet}\n" in capsys.readouterr().out
    tool("browse")([SMALL_FOLDER, "--out", "again", *options])
    assert (Path("again") / sheet.name).read_bytes() == sheet.read_bytes()
    tool("browse")([SMALL_FOLDER, "--out", "again", "--epoch", "1", *options])
    other = Path("again") / sheet.name.replace("epoch0", "epoch1")
    assert other.read_bytes() != sheet.read_bytes()


def test_a_sheet_shows_at_most_24_samples_and_says_where_they_are_from(
    tool: Tool, tmp_path: Path
) -> None:
    options = ["--split", "val", "-n", "25", "--out", str(tmp_path)]
    tool("browse")([QUICKSTART, *options])
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == ["quickstart_val_epoch0_001.png", "quickstart_val_epoch0_002.png"]
    first, second = (_pixels(tmp_path / name) for name in names)
    assert first.shape[1] <= 1920
    assert second.shape[1] < first.shape[1]


def test_pictures_without_labels_can_be_looked_at(tool: Tool, layout: Path, tmp_path: Path) -> None:
    options = ["--out", str(tmp_path), "--cfg-options", f"data_root={layout}"]
    tool("browse")([SMALL_FOLDER, "--split", "test", *options])
    assert [file.name for file in tmp_path.iterdir()] == ["frcnn_small_folder_test_epoch0_001.png"]


def test_digits_that_the_transforms_drop_are_reported(
    tool: Tool, layout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    transforms = '[dict(type="SanitizeBoundingBoxes", min_size=999)]'
    config = _write_config(tmp_path / "harsh.py", layout, transforms)
    tool("browse")([config, "--out", str(tmp_path / "out")])
    out = capsys.readouterr().out
    assert "in 6 of 6 pictures: 1.png (" in out
    assert out.rstrip().endswith("and 1 more")


def test_values_that_the_model_does_not_expect_are_pointed_out(
    tool: Tool, layout: Path, tmp_path: Path
) -> None:
    to_float = 'dict(type="ToDtype", dtype="float32", scale=True)'
    normalize = 'dict(type="Normalize", mean=[0.5] * 3, std=[0.2] * 3)'
    sheets = []
    for name, transforms in (("plain", f"[{to_float}]"), ("off", f"[{to_float}, {normalize}]")):
        config = _write_config(tmp_path / f"{name}.py", layout, transforms)
        tool("browse")([config, "--out", str(tmp_path)])
        sheets.append(_pixels(tmp_path / f"{name}_train_epoch0_001.png"))
    red = [(sheet == (176, 0, 0)).all(axis=2).sum() for sheet in sheets]
    assert red[0] == 0
    assert red[1] > 1000


def test_distributions_are_drawn_before_and_after_the_transforms(
    tool: Tool, layout: Path, tmp_path: Path
) -> None:
    options = ["--stats", "--out", str(tmp_path), "--cfg-options", f"data_root={layout}"]
    tool("browse")([SMALL_FOLDER, *options])
    file = tmp_path / "frcnn_small_folder_train_epoch0_distributions.png"
    assert _pixels(file).shape[1] > 1000


def test_several_configs_are_compared_even_if_they_have_one_name(
    tool: Tool, layout: Path, tmp_path: Path
) -> None:
    configs = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        configs.append(_write_config(tmp_path / folder / "mine.py", layout, "[]"))
    out = tmp_path / "out"
    tool("browse")([*configs, configs[0], "--out", str(out), "-n", "2"])
    assert len(list(out.iterdir())) == 2
    tool("browse")([*configs, "--stats", "--out", str(out), "-n", "2"])
    assert len(list(out.glob("*_distributions.png"))) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-n", "0"], "the number of pictures has to be at least 1, got 0"),
        (["--epoch", "-1"], "epoch has to be 0 or more, got -1"),
        (["--split", "test", "--cfg-options", *NO_TEST], "no test_dataloader"),
        (["--out", "file.txt"], "file.txt: is no folder; choose another by --out"),
        (["--cfg-options", "data_root=nowhere"], "nowhere: no such folder"),
        (["b.py", "c.py", "d.py", "e.py", "f.py", "--stats"], "at most 5 configs"),
        (["missing.py"], "missing.py: no such config"),
    ],
)
def test_what_can_not_be_shown_is_refused_in_words(
    arguments: list[str],
    message: str,
    tool: Tool,
    layout: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file.txt").write_text("mine", encoding="utf-8")
    config = _write_config(tmp_path / "mine.py", layout, "[]")
    with pytest.raises(SystemExit):
        tool("browse")([config, *arguments])
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


@pytest.mark.real_data
def test_real_photographs_are_shown_with_their_augmentation(
    tool: Tool, real_data: Path, tmp_path: Path
) -> None:
    arguments = [SMALL_FOLDER, "-n", "24", "--out", str(tmp_path)]
    tool("browse")([*arguments, "--cfg-options", f"data_root={real_data}"])
    sheet = _pixels(tmp_path / "frcnn_small_folder_train_epoch0_001.png")
    assert 1800 < sheet.shape[1] <= 1920

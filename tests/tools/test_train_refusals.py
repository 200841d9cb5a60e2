"""What a training refuses before its first step."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from small_trainings import EXPERIMENTS, QUICKSTART, SMALL

TL3 = str(EXPERIMENTS / "frcnn_tl3.py")
SMALL_FOLDER = str(EXPERIMENTS / "frcnn_small_folder.py")
Tool = Callable[[str], Callable[[list[str]], None]]


def test_a_loop_without_epochs_is_refused(
    tmp_path: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    loop = ["train_cfg._delete_=True", "train_cfg.by_epoch=False", "train_cfg.max_iters=2"]
    options = [option for option in SMALL if not option.startswith("train_cfg")]
    with pytest.raises(SystemExit):
        tool("train")([QUICKSTART, "--work-dir", str(tmp_path), "--cfg-options", *options, *loop])
    assert "SampleSeedHook needs train_cfg=dict(by_epoch=True" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([TL3], "data/nycu-hw2-data: no such folder"),
        ([TL3, "--resume", "none.pth"], "none.pth: no such checkpoint"),
        (
            [SMALL_FOLDER],
            "digitdet/pretrained/reader.safetensors: no such checkpoint to start from",
        ),
        (["none.py"], "none.py: no such config"),
        ([QUICKSTART, "--cfg-options", "epochs=3"], "epochs"),
        ([QUICKSTART, "--cfg-options", "model.backbone.type=Resnet"], "Resnet"),
        pytest.param(
            [QUICKSTART, "--amp"],
            "--amp needs a CUDA device",
            marks=pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device"),
        ),
    ],
)
def test_bad_input_gives_one_message_and_no_traceback(
    arguments: list[str],
    message: str,
    tool: Tool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        tool("train")(arguments)
    assert stopped.value.code == 1
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


def test_errors_before_the_first_step_are_told_all_at_once(
    layout: Path, tmp_path: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Boxes that are corners, and floats of 0 to 255."""
    content = json.loads((layout / "train.json").read_text(encoding="utf-8"))
    for annotation in content["annotations"]:
        x, y, width, height = annotation["bbox"]
        annotation["bbox"] = [x, y, x + width, y + height]
    corners = tmp_path / "corners.json"
    corners.write_text(json.dumps(content), encoding="utf-8")
    config = tmp_path / "wrong.py"
    config.write_text(
        f"_base_ = {SMALL_FOLDER!r}\n"
        "load_from = None\n"
        f"train_dataloader = dict(num_workers=0, dataset=dict(ann_file={str(corners)!r},"
        " transforms=[dict(type='ToDtype', dtype='float32')]))\n"
    )
    work_dir = tmp_path / "run"
    arguments = [str(config), "--work-dir", str(work_dir), "--cfg-options", f"data_root={layout}"]
    with pytest.raises(SystemExit) as stopped:
        tool("train")(arguments)
    assert stopped.value.code == 1
    error = capsys.readouterr().err
    assert "preflight found 2 errors" in error
    assert "data: boxes hold two corners" in error
    assert "input: train: images are floats" in error
    assert not list(work_dir.glob("*.pth"))


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"PK\x03\x04 torn"])
def test_a_file_that_is_no_checkpoint_is_refused_by_name(
    content: bytes, tmp_path: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "torn.pth"
    file.write_bytes(content)
    options = [*SMALL, f"load_from={file}"]
    with pytest.raises(SystemExit):
        tool("train")([QUICKSTART, "--work-dir", str(tmp_path), "--cfg-options", *options])
    assert "torn.pth: can't be loaded as a checkpoint" in capsys.readouterr().err

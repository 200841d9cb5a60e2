"""Steps that went wrong, run again as a user runs them."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image

ROOT = Path(__file__).parents[2]
QUICKSTART = str(ROOT / "configs" / "experiments" / "quickstart.py")
SMALL = [
    "train_dataloader.dataset.num_scenes=8",
    "train_dataloader.batch_size=4",
    "train_dataloader.num_workers=0",
    "val_dataloader.num_workers=0",
    "val_dataloader.dataset.num_scenes=4",
    "train_cfg.max_epochs=1",
    "default_hooks.report=None",
    "model.min_size=32",
    "model.max_size=96",
]
MODULE = """
from digitdet.registry import TRANSFORMS


@TRANSFORMS.register_module()
class Overflow:
    def __call__(self, image, target):
        image = image.float() / 255
        return (image * float("inf") if target["source"].endswith(":5") else image), target
"""
Tool = Callable[[str], Callable[[list[str]], None]]


def train(tool: Tool, config: str, work_dir: Path, *options: str) -> Path:
    """Train until it stops; return the folder that it recorded."""
    arguments = [config, "--no-preflight", "--work-dir", str(work_dir), "--cfg-options", *SMALL]
    with pytest.raises(SystemExit):
        tool("train")([*arguments, *options])
    (folder,) = (work_dir / "non_finite").iterdir()
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, tool: Tool) -> Path:
    """Of a batch of four, whose second picture is of infinite values."""
    home = tmp_path_factory.mktemp("overflow")
    (home / "overflow_transform.py").write_text(MODULE)
    (home / "overflow.py").write_text(
        f"_base_ = {QUICKSTART!r}\n"
        "custom_imports = dict(imports='overflow_transform')\n"
        "train_dataloader = dict(dataset=dict(transforms=[dict(type='Overflow')]))\n"
    )
    return train(tool, str(home / "overflow.py"), home / "run")


def test_a_step_is_reproduced_bit_for_bit_and_the_picture_at_fault_is_named(
    folder: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert folder.name == "iter_2"
    tool("replay")([str(folder)])
    said = capsys.readouterr().out
    assert "step 2 (epoch 1), on cpu, recorded on cpu: the loss was not finite" in said
    assert "reproduced bit for bit" in said
    assert "first not finite: the batch itself, images[1]" in said
    assert "not finite alone: synthetic:0:5\n" in said
    assert "48 of 48 parameters have some that are not finite" in said
    drawn = sorted((folder / "pictures").iterdir())
    assert [file.name for file in drawn] == ["0.png", "1.png", "2.png", "3.png"]
    report = json.loads((folder / "report.json").read_text())
    assert report["sources"] == [f"synthetic:0:{index}" for index in (4, 5, 6, 7)]
    batch = torch.load(folder / "batch.pth", weights_only=True)
    with Image.open(drawn[0]) as picture:
        assert picture.width % batch["images"][0].shape[-1] == 0


def test_without_the_picture_at_fault_the_batch_is_finite(
    folder: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    tool("replay")([str(folder), "--without", "1", "3"])
    said = capsys.readouterr().out
    assert "without pictures 1, 3: finite" in said
    assert "alone is finite" not in said
    assert [f"│       {number} │" in said for number in range(4)] == [True, False, True, False]


def test_mixed_precision_is_run_again_as_such(
    folder: Path, tool: Tool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    losses = []
    for autocast in (None, "bfloat16"):
        copy = tmp_path / str(autocast)
        shutil.copytree(folder, copy)
        report = json.loads((copy / "report.json").read_text())
        (copy / "report.json").write_text(json.dumps({**report, "autocast": autocast}))
        tool("replay")([str(copy), "--without", "1"])
        losses += re.findall(r"loss +│ +nan │ +([\d.]+)", capsys.readouterr().out)
    assert len(losses) == 2
    assert losses[0] != losses[1]
    assert float(losses[0]) == pytest.approx(float(losses[1]), rel=0.05)


def test_weights_that_exploded_are_told_from_a_bad_picture(
    tool: Tool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = train(tool, QUICKSTART, tmp_path, "optim_wrapper.optimizer.lr=1e30")
    assert "step 2 (epoch 1): the loss is not finite" in capsys.readouterr().err
    tool("replay")([str(folder)])
    said = capsys.readouterr().out
    assert "reproduced bit for bit" in said
    assert "first not finite: the output of the module backbone.stem." in said
    assert "no picture alone is finite: the weights are at fault" in said
    with pytest.warns(UserWarning, match="Error detected in"):
        tool("replay")([str(folder), "--anomaly"])
    said = capsys.readouterr().out
    assert "anomaly: Function '" in said
    assert "reproduced: losses are those recorded bit for bit\n" in said


def empty(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (shutil.rmtree, "copy: no such folder; a training writes them to WORK_DIR/non_finite"),
        (empty, "is no replay folder, it lacks report.json, config.json, batch.pth, weights.pth"),
        (lambda f: (f / "report.json").write_text("{"), "report.json: can't be read as JSON"),
        (lambda f: (f / "report.json").write_text("[]"), "report.json: holds a list"),
        (lambda f: (f / "report.json").write_text("{}"), "report.json: is no report: cause: "),
        (
            lambda f: (f / "report.json").write_text(
                (f / "report.json").read_text().replace('"autocast": null', '"autocast": "int8"')
            ),
            "report.json: is no report: autocast: Input should be 'float16' or 'bfloat16'",
        ),
        (lambda f: (f / "config.json").write_text("{}"), "config.json: states no model"),
        (lambda f: (f / "batch.pth").write_text("torn"), "batch.pth: can't be loaded"),
        (lambda f: torch.save([1], f / "batch.pth"), "batch.pth: holds no batch, got list"),
        (lambda f: (f / "weights.pth").write_bytes(b""), "weights.pth: can't be loaded"),
        (lambda f: torch.save({"a": torch.zeros(1)}, f / "weights.pth"), "does not fit the model"),
    ],
)
def test_a_folder_that_cannot_be_read_is_refused_in_one_message(
    spoil: Callable[[Path], object],
    said: str,
    folder: Path,
    tool: Tool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    spoil(tmp_path / "copy")
    with pytest.raises(SystemExit) as stopped:
        tool("replay")([str(tmp_path / "copy")])
    assert stopped.value.code == 1
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--without", "4"], "--without: the batch has pictures 0 to 3, got 4"),
        (["--without", "0", "1", "2", "3"], "--without: no picture is left"),
        (["--device", "abacus"], "--device: no device 'abacus'"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(
    arguments: list[str],
    said: str,
    folder: Path,
    tool: Tool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stopped:
        tool("replay")([str(folder), *arguments])
    assert stopped.value.code == 1
    assert said in capsys.readouterr().err

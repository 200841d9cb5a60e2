"""Training as a user runs it, on scenes and models made small."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from small_trainings import NO_REPORT, NO_WORKERS, QUICKSTART, SMALL, scalars

TRAIN = Path(__file__).parents[2] / "tools" / "train.py"
Tool = Callable[[str], Callable[[list[str]], None]]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The work folder and the console of a run of two epochs, in a process of its own."""
    work_dir = tmp_path_factory.mktemp("trained")
    command = [sys.executable, str(TRAIN), QUICKSTART]
    options = [option for option in SMALL if option != NO_REPORT]
    command += ["--work-dir", str(work_dir), "--cfg-options", *options]
    done = subprocess.run(command, capture_output=True, text=True, cwd=work_dir, timeout=300)
    assert done.returncode == 0, done.stderr
    return work_dir, done.stdout + done.stderr


def test_the_console_shows_a_line_an_epoch_and_the_table(trained: tuple[Path, str]) -> None:
    _, output = trained
    for epoch in (1, 2):
        assert f"epoch {epoch}/2  loss " in output
    assert "best checkpoint: " in output
    assert "map_75" in output
    assert len(output.splitlines()) < 20


def test_a_run_ends_with_a_report_of_its_best_epoch(trained: tuple[Path, str]) -> None:
    work_dir, output = trained
    assert f"report: {work_dir / 'report.html'}" in output.splitlines()
    text = (work_dir / "report.html").read_text(encoding="utf-8")
    assert "Finished, 4 of 4 steps, 8 training pictures, 4 validation pictures" in text
    best = json.loads((work_dir / "best" / "best.json").read_text(encoding="utf-8"))
    assert f"Validation pictures as epoch {best['epoch']} reads them" in text
    assert text.count("data:image/jpeg;base64,") == 4
    for name in ("loss.svg", "map.svg", "number_accuracy.png", "confusion.png"):
        assert (work_dir / name).is_file()


def test_no_warning_is_shown_or_logged(trained: tuple[Path, str]) -> None:
    work_dir, output = trained
    (log,) = work_dir.glob("*/*.log")
    assert "System environment" in log.read_text(encoding="utf-8")
    for text in (output, log.read_text(encoding="utf-8")):
        assert "warning" not in text.lower()


def test_scalars_are_written_as_a_table_and_for_tensorboard(trained: tuple[Path, str]) -> None:
    work_dir, _ = trained
    for name in ("val/map", "epoch/loss"):
        assert [row[:2] for row in scalars(work_dir, name)] == [(2, 1), (4, 2)]
    for name in ("train/lr", "train/loss", "train/loss_rpn_box_reg"):
        assert [row[:2] for row in scalars(work_dir, name)] == [(1, 1), (2, 1), (3, 2), (4, 2)]
    losses = [value for _, _, value in scalars(work_dir, "train/loss")]
    means = [value for _, _, value in scalars(work_dir, "epoch/loss")]
    assert means == pytest.approx([sum(losses[:2]) / 2, sum(losses[2:]) / 2])
    assert list(work_dir.glob("*/vis_data/events.out.tfevents.*"))


def test_the_merged_config_lies_beside_the_checkpoints(trained: tuple[Path, str]) -> None:
    config = Config.fromfile(trained[0] / "quickstart.py")
    assert config.train_cfg.max_epochs == 2
    assert config.default_hooks.scalars.type == "ScalarsHook"


def test_the_best_and_each_epoch_are_kept_as_safe_checkpoints(trained: tuple[Path, str]) -> None:
    work_dir, _ = trained
    assert len(list(work_dir.glob("best_map_epoch_*.pth"))) == 1
    for epoch in (1, 2):
        checkpoint = torch.load(work_dir / f"epoch_{epoch}.pth", weights_only=True)
        assert checkpoint["meta"]["epoch"] == epoch
        assert json.loads(checkpoint["meta"]["cfg"])["model"]["type"] == "FasterRCNN"
        history = checkpoint["message_hub"]["runtime_info"]["evaluation_history"]
        assert [result["epoch"] for result in history] == list(range(1, epoch + 1))


def _go_on(tool: Tool, work_dir: Path) -> None:
    arguments = ["--work-dir", str(work_dir), "--resume", "--no-preflight", "--cfg-options"]
    tool("train")([QUICKSTART, *arguments, *SMALL, *NO_WORKERS])


def test_a_resumed_run_equals_one_that_was_never_stopped(
    trained: tuple[Path, str], tmp_path: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    straight, _ = trained
    (tmp_path / "epoch_1.pth").write_bytes((straight / "epoch_1.pth").read_bytes())
    capsys.readouterr()
    _go_on(tool, tmp_path)
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("epoch 2/2")]
    assert not [line for line in lines if line.startswith("epoch 1/2")]
    one = torch.load(straight / "epoch_2.pth", weights_only=True)
    other = torch.load(tmp_path / "epoch_2.pth", weights_only=True)
    assert other["meta"]["iter"] == one["meta"]["iter"] == 4
    assert one["state_dict"].keys() == other["state_dict"].keys()
    for name, value in one["state_dict"].items():
        assert torch.equal(value, other["state_dict"][name]), name
    first, second = (
        checkpoint["message_hub"]["runtime_info"]["evaluation_history"]
        for checkpoint in (one, other)
    )
    assert [result["epoch"] for result in first] == [1, 2]
    assert first == second


def test_a_run_stopped_in_a_validation_makes_up_for_it(
    trained: tuple[Path, str], tmp_path: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a kill leaves: the epoch's checkpoint as it was before its validation."""
    checkpoint = torch.load(trained[0] / "epoch_2.pth", weights_only=True)
    info = checkpoint["message_hub"]["runtime_info"]
    first = info["evaluation_history"][:1]
    info.update(validated_epoch=1, evaluation_history=first, best_score=-1.0)
    torch.save(checkpoint, tmp_path / "epoch_2.pth")
    (tmp_path / "epoch_1.pth").write_bytes((trained[0] / "epoch_1.pth").read_bytes())
    (tmp_path / "epoch_3.pth.part").write_bytes(b"torn")
    capsys.readouterr()
    _go_on(tool, tmp_path)
    assert "epoch 2/2  loss" in capsys.readouterr().out
    again = torch.load(tmp_path / "epoch_2.pth", weights_only=True)
    history = again["message_hub"]["runtime_info"]["evaluation_history"]
    unbroken = torch.load(trained[0] / "epoch_2.pth", weights_only=True)
    assert history == unbroken["message_hub"]["runtime_info"]["evaluation_history"]
    assert (tmp_path / "best_map_epoch_2.pth").is_file()


def test_neither_workers_nor_the_preflight_change_a_weight(
    trained: tuple[Path, str], tmp_path: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "checks passed" in trained[1]
    arguments = ["--work-dir", str(tmp_path), "--no-preflight", "--cfg-options"]
    capsys.readouterr()
    tool("train")([QUICKSTART, *arguments, *SMALL, *NO_WORKERS])
    assert "preflight" not in capsys.readouterr().out
    one = torch.load(trained[0] / "epoch_2.pth", weights_only=True)["state_dict"]
    other = torch.load(tmp_path / "epoch_2.pth", weights_only=True)["state_dict"]
    for name, value in one.items():
        assert torch.equal(value, other[name]), name


def test_a_checkpoint_of_another_model_is_refused_before_training(
    trained: tuple[Path, str], tmp_path: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    content = torch.load(trained[0] / "epoch_1.pth", weights_only=True)
    for name in ("cls_score.weight", "cls_score.bias"):
        key = f"roi_heads.box_predictor.{name}"
        content["state_dict"][key] = content["state_dict"][key][:4]
    torch.save(content, tmp_path / "other.pth")
    options = [*SMALL, f"load_from={tmp_path / 'other.pth'}"]
    for way in ([], ["--no-preflight"]):
        with pytest.raises(SystemExit):
            tool("train")(
                [QUICKSTART, "--work-dir", str(tmp_path), *way, "--cfg-options", *options]
            )
        assert "trained for 4 classes" in capsys.readouterr().err


def test_a_dry_run_leaves_nothing_behind(
    tmp_path: Path,
    tool: Tool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    here, scratch = tmp_path / "here", tmp_path / "scratch"
    here.mkdir()
    scratch.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    tool("train")([QUICKSTART, "--dry-run", "--seeds", "0", "1", "--cfg-options", *SMALL])
    output = capsys.readouterr().out
    for name in ("labels", "data", "input", "evaluation", "step", "metrics", "disk", "memory"):
        assert f"│ {name} " in output
    assert "epoch 1/2" not in output
    assert list(here.iterdir()) == []
    assert not list(scratch.glob("digitdet-*"))


def test_a_dry_run_says_whether_a_checkpoint_fits(
    trained: tuple[Path, str], tmp_path: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "epoch_1.pth").write_bytes((trained[0] / "epoch_1.pth").read_bytes())
    arguments = [QUICKSTART, "--work-dir", str(tmp_path), "--dry-run", "--resume", "--cfg-options"]
    tool("train")([*arguments, *SMALL])
    shown = capsys.readouterr().out.replace("│", " ")
    assert "goes on after epoch 1" in " ".join(shown.split())
    groups = "optim_wrapper.paramwise_cfg={'norm_decay_mult':0.0}"
    with pytest.raises(SystemExit):
        tool("train")([*arguments, *SMALL, groups])
    assert "its optimizer does not fit the config's" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["epoch_1.pth"]

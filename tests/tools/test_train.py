"""Training as a user runs it, on scenes and models made small."""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

ROOT = Path(__file__).parents[2]
QUICKSTART = str(ROOT / "configs" / "experiments" / "quickstart.py")
TL3 = str(ROOT / "configs" / "experiments" / "frcnn_tl3.py")
SMALL_FOLDER = str(ROOT / "configs" / "experiments" / "frcnn_small_folder.py")
NO_REPORT = "default_hooks.report=None"
SMALL = [
    "train_dataloader.dataset.num_scenes=8",
    "train_dataloader.batch_size=4",
    "val_dataloader.dataset.num_scenes=4",
    "train_cfg.max_epochs=2",
    NO_REPORT,
    "model.min_size=32",
    "model.max_size=96",
    "param_scheduler.0.end=4",
    "param_scheduler.1.T_max=2",
]
ONE_EPOCH = [*(o for o in SMALL if "max_epochs" not in o), "train_cfg.max_epochs=1"]
Tool = Callable[[str], Callable[[list[str]], None]]


def _scalars(work_dir: Path, name: str) -> list[tuple[int, int, float]]:
    """Step, epoch and value of each row of a name."""
    with (work_dir / "scalars.csv").open(newline="", encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["name"] == name]
    return [(int(row["step"]), int(row["epoch"]), float(row["value"])) for row in rows]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The work folder and the console of a run of two epochs, in a process of its own."""
    work_dir = tmp_path_factory.mktemp("trained")
    command = [sys.executable, str(ROOT / "tools" / "train.py"), QUICKSTART]
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
        assert [row[:2] for row in _scalars(work_dir, name)] == [(2, 1), (4, 2)]
    for name in ("train/lr", "train/loss", "train/loss_rpn_box_reg"):
        assert [row[:2] for row in _scalars(work_dir, name)] == [(1, 1), (2, 1), (3, 2), (4, 2)]
    losses = [value for _, _, value in _scalars(work_dir, "train/loss")]
    means = [value for _, _, value in _scalars(work_dir, "epoch/loss")]
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


def test_a_resumed_run_equals_one_that_was_never_stopped(
    trained: tuple[Path, str], tmp_path: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    straight, _ = trained
    (tmp_path / "epoch_1.pth").write_bytes((straight / "epoch_1.pth").read_bytes())
    capsys.readouterr()
    tool("train")([QUICKSTART, "--work-dir", str(tmp_path), "--resume", "--cfg-options", *SMALL])
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
    tool("train")([QUICKSTART, "--work-dir", str(tmp_path), "--resume", "--cfg-options", *SMALL])
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
    options = [*SMALL, "train_dataloader.num_workers=0", "val_dataloader.num_workers=0"]
    arguments = ["--work-dir", str(tmp_path), "--no-preflight", "--cfg-options", *options]
    capsys.readouterr()
    tool("train")([QUICKSTART, *arguments])
    assert "preflight" not in capsys.readouterr().out
    one = torch.load(trained[0] / "epoch_2.pth", weights_only=True)["state_dict"]
    other = torch.load(tmp_path / "epoch_2.pth", weights_only=True)["state_dict"]
    for name, value in one.items():
        assert torch.equal(value, other[name]), name


def test_a_training_without_validation_keeps_its_epochs(tmp_path: Path, tool: Tool) -> None:
    options = [option for option in SMALL if not option.startswith("val_")]
    options += ["val_dataloader=None", "val_evaluator=None", "val_cfg=None"]
    tool("train")([QUICKSTART, "--work-dir", str(tmp_path), "--cfg-options", *options])
    assert sorted(file.name for file in tmp_path.glob("*.pth")) == ["epoch_1.pth", "epoch_2.pth"]


def test_a_loop_without_epochs_is_refused(
    tmp_path: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    loop = ["train_cfg._delete_=True", "train_cfg.by_epoch=False", "train_cfg.max_iters=2"]
    options = [option for option in SMALL if not option.startswith("train_cfg")]
    with pytest.raises(SystemExit):
        tool("train")([QUICKSTART, "--work-dir", str(tmp_path), "--cfg-options", *options, *loop])
    assert "SampleSeedHook needs train_cfg=dict(by_epoch=True" in capsys.readouterr().err


def test_resuming_an_empty_folder_starts_from_the_beginning_and_says_so(
    tmp_path: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--work-dir", str(tmp_path), "--resume", "--cfg-options", *ONE_EPOCH]
    tool("train")([QUICKSTART, *arguments])
    assert "starts from the beginning" in capsys.readouterr().out
    assert (tmp_path / "epoch_1.pth").is_file()


def test_the_report_setting_completes_an_epoch_on_a_cpu_without_weights(
    layout: Path, tmp_path: Path, tool: Tool
) -> None:
    options = [f"data_root={layout}", "model.weights=None", "train_cfg.max_epochs=1", NO_REPORT]
    options += ["model.min_size=64", "model.max_size=128", "train_dataloader.batch_size=3"]
    options += ["train_dataloader.num_workers=0", "model.rois_per_image=32"]
    options += ["model.proposals_train=64", "model.proposals_test=16"]
    arguments = ["--work-dir", str(tmp_path), "--no-preflight", "--cfg-options", *options]
    tool("train")([TL3, *arguments])
    assert [epoch for _, epoch, _ in _scalars(tmp_path, "val/map")] == [1]


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


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")
def test_two_processes_train_and_validate_together(tmp_path: Path) -> None:
    command = ["bash", str(ROOT / "tools" / "dist_train.sh"), QUICKSTART, "2", "--auto-scale-lr"]
    command += ["--work-dir", str(tmp_path), "--cfg-options", *ONE_EPOCH]
    own = {**os.environ, "PYTHON": sys.executable}
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, timeout=300, env=own
    )
    assert done.returncode == 0, done.stderr
    assert "8 pictures (a batch of 4 x 2 processes), the rate is for 16" in done.stdout
    assert "it is multiplied by 0.5" in done.stdout
    assert done.stdout.count("epoch 1/1  loss") == 1
    assert torch.load(tmp_path / "epoch_1.pth", weights_only=True)["meta"]["iter"] == 1
    assert [row[:2] for row in _scalars(tmp_path, "train/loss")] == [(1, 1)]


def test_the_number_accuracy_can_decide_which_epoch_is_best(
    tmp_path: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "by_numbers.py"
    config.write_text(
        f"_base_ = {QUICKSTART!r}\n"
        "val_evaluator = [dict(type='DigitMetric'), dict(type='NumberMetric')]\n"
        "default_hooks = dict(checkpoint=dict(save_best='number_accuracy'))\n"
        "custom_hooks = [dict(type='EvaluationHook', metric='number_accuracy',"
        " columns=('map', 'number_accuracy'))]\n"
    )
    tool("train")([str(config), "--work-dir", str(tmp_path), "--cfg-options", *ONE_EPOCH])
    output = capsys.readouterr().out
    assert len(list(tmp_path.glob("best_number_accuracy_epoch_1.pth"))) == 1
    assert "best_number_accuracy_epoch_1.pth" in output
    assert "epoch 1/1  loss " in output
    ((_, _, accuracy),) = _scalars(tmp_path, "val/number_accuracy")
    assert f"number_accuracy {accuracy:.4f}" in output
    ((_, _, coverage),) = _scalars(tmp_path, "val/coverage_98")
    assert 0 <= coverage <= 1

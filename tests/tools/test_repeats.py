"""``tools/train.py --seeds``, on scenes and a model made small."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

QUICKSTART = str(Path(__file__).parents[2] / "configs" / "experiments" / "quickstart.py")
SMALL = [
    "train_dataloader.dataset.num_scenes=2",
    "train_dataloader.num_workers=0",
    "train_dataloader.batch_size=2",
    "val_dataloader.dataset.num_scenes=2",
    "val_dataloader.num_workers=0",
    "train_cfg.max_epochs=1",
    "param_scheduler.0.end=1",
    "param_scheduler.1.T_max=1",
    "model.min_size=32",
    "model.max_size=96",
]
Tool = Callable[[str], Callable[[list[str]], None]]


def test_seeds_are_trained_reported_and_added_to(
    tmp_path: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str) -> str:
        command = [QUICKSTART, "--work-dir", str(tmp_path), *arguments, "--cfg-options", *SMALL]
        tool("train")(command)
        return capsys.readouterr().out

    output = run("--seeds", "0", "1")
    assert [f"seed {seed} ({seed + 1} of 2): in " in output for seed in (0, 1)] == [True, True]
    assert output.count("checks passed") == 1
    assert output.index("best epoch by map") < output.index("last epoch")
    assert "deviation" in output
    output = run("--seeds", "0", "1", "2", "--resume")
    assert "seed 1 (2 of 3): finished" in output
    assert output.count("epoch 1/1") == 1
    content = json.loads((tmp_path / "seeds.json").read_text(encoding="utf-8"))
    assert content["summary"]["seeds"] == [0, 1, 2]
    assert sorted(folder.name for folder in tmp_path.glob("seed_*")) == [
        "seed_0",
        "seed_1",
        "seed_2",
    ]


def test_a_run_that_fails_is_named(
    tmp_path: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [QUICKSTART, "--work-dir", str(tmp_path), "--seeds", "4", "--no-preflight"]
    with pytest.raises(SystemExit) as stopped:
        tool("train")([*command, "--cfg-options", *SMALL, "load_from=none.pth"])
    assert stopped.value.code == 1
    error = capsys.readouterr().err
    assert "error: seed 4: none.pth: no such checkpoint to start from" in error
    assert "--resume goes on from there" in error

"""``tools/train.py --seeds``, on scenes and a model made small."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from digitdet import config
from digitdet.hooks.evaluation_hook import EpochResult
from digitdet.seed_results import SeedResult, to_setting, write_results

QUICKSTART = str(Path(__file__).parents[2] / "configs" / "experiments" / "quickstart.py")
SMALL = [
    "train_dataloader.dataset.num_scenes=2",
    "train_dataloader.num_workers=0",
    "train_dataloader.batch_size=2",
    "val_dataloader.dataset.num_scenes=2",
    "val_dataloader.num_workers=0",
    "train_cfg.max_epochs=1",
    "default_hooks.report=None",
    "param_scheduler.0.end=1",
    "param_scheduler.1.T_max=1",
    "model.min_size=32",
    "model.max_size=96",
]
Tool = Callable[[str], Callable[[list[str]], None]]


def test_finished_seeds_are_reported_again(
    tmp_path: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    setting = to_setting(config.load(QUICKSTART, SMALL).to_dict(), amp=False)
    epochs = [
        EpochResult(epoch=1, loss=0.5, metrics={"map": value, "map_50": value})
        for value in (0.25, 0.75)
    ]
    runs = {seed: SeedResult(seed, epochs[seed], epochs[seed], None) for seed in (0, 1)}
    write_results(tmp_path / "seeds.json", runs, [0, 1], setting)
    command = [QUICKSTART, "--work-dir", str(tmp_path), "--seeds", "1", "0", "--resume"]
    tool("train")([*command, "--cfg-options", *SMALL])
    output = capsys.readouterr().out
    assert "seed 1 (1 of 2): finished" in output
    assert "seed 0 (2 of 2): finished" in output
    assert output.index("best epoch by map") < output.index("last epoch")
    for figure in ("mean", "0.5000", "deviation", "0.3536"):
        assert figure in output
    content = json.loads((tmp_path / "seeds.json").read_text(encoding="utf-8"))
    assert content["summary"]["seeds"] == [1, 0]
    assert [run["seed"] for run in content["runs"]] == [0, 1]


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

"""The best trial as a config: it loads to what the trial was trained with."""

from pathlib import Path

import pytest

from digitdet import config as configs
from digitdet.overrides import parse_overrides
from digitdet.sweeps.best_config import nested, write_experiment

QUICKSTART = Path(__file__).parents[2] / "configs" / "experiments" / "quickstart.py"


def test_no_overrides_state_nothing() -> None:
    assert nested({}, QUICKSTART) == {}


@pytest.mark.parametrize(
    "options",
    [
        ["optim_wrapper.optimizer.lr=0.004", "train_dataloader.batch_size=8"],
        ["param_scheduler.0.end=7", "model.min_size=96", "param_scheduler.1.T_max=4"],
        ["optim_wrapper.optimizer={'type': 'AdamW', 'lr': 0.001, '_delete_': True}"],
        ["train_cfg={'max_epochs': 3}", "train_cfg.val_interval=3", "optim_wrapper.clip_grad=None"],
    ],
)
def test_the_config_equals_the_overridden_one(options: list[str], tmp_path: Path) -> None:
    file = tmp_path / "deep" / "best.py"
    file.parent.mkdir()
    write_experiment(file, QUICKSTART, parse_overrides(options), ["Trial 3, the best."])
    written, wanted = configs.load(file).to_dict(), configs.load(QUICKSTART, options).to_dict()
    assert written.pop("work_dir") == "work_dirs/best"
    assert wanted.pop("work_dir") == "work_dirs/quickstart"
    assert written == wanted
    assert file.read_text(encoding="utf-8").startswith("# Trial 3, the best.\n")


def test_overrides_stay_as_they_were() -> None:
    overrides = parse_overrides(["train_cfg={'max_epochs': 3}", "train_cfg.val_interval=3"])
    nested(overrides, QUICKSTART)
    assert overrides["train_cfg"] == {"max_epochs": 3}

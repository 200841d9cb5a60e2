from pathlib import Path

import pytest
import torch

from digitdet.determinism import prepare_cublas
from digitdet.training import train

QUICKSTART = Path(__file__).parents[1] / "configs" / "experiments" / "quickstart.py"
SMALL = [
    "train_dataloader.dataset.num_scenes=8",
    "train_dataloader.num_workers=0",
    "train_dataloader.batch_size=2",
    "train_dataloader.sampler.shuffle=True",
    "val_dataloader.dataset.num_scenes=2",
    "val_dataloader.num_workers=0",
    "train_cfg.max_epochs=2",
    "param_scheduler.0.end=4",
    "param_scheduler.1.T_max=2",
    "model.min_size=32",
    "model.max_size=96",
]


def test_an_environment_that_says_nothing_gets_a_workspace_that_repeats() -> None:
    environment: dict[str, str] = {}
    prepare_cublas(environment)
    assert environment == {"CUBLAS_WORKSPACE_CONFIG": ":4096:8"}


def test_a_workspace_that_repeats_is_left() -> None:
    environment = {"CUBLAS_WORKSPACE_CONFIG": ":16:8"}
    prepare_cublas(environment)
    assert environment == {"CUBLAS_WORKSPACE_CONFIG": ":16:8"}


@pytest.mark.parametrize("value", ["", ":0:0", ":4096:2:16:8"])
def test_a_workspace_that_does_not_repeat_is_refused_with_the_remedy(value: str) -> None:
    with pytest.raises(ValueError, match=r"unset the variable, or set it to :4096:8 or :16:8"):
        prepare_cublas({"CUBLAS_WORKSPACE_CONFIG": value})


def test_a_run_without_a_seed_says_the_one_it_drew_and_repeats_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = train(
        QUICKSTART, work_dir=str(tmp_path / "1"), options=[*SMALL, "randomness.seed=None"]
    )
    drawn = f"randomness.seed={first.seed}"
    assert f"this run's is {first.seed}: to repeat it, `--cfg-options {drawn}`" in (
        capsys.readouterr().out
    )
    train(QUICKSTART, work_dir=str(tmp_path / "2"), options=[*SMALL, drawn])
    assert "the config sets no seed" not in capsys.readouterr().out
    _check_equal(tmp_path / "1" / "epoch_2.pth", tmp_path / "2" / "epoch_2.pth")


def test_a_resumed_run_keeps_the_seed_that_was_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = [*SMALL, "randomness.seed=None"]
    train(QUICKSTART, work_dir=str(tmp_path / "1"), options=options)
    (tmp_path / "2").mkdir()
    (tmp_path / "2" / "epoch_1.pth").write_bytes((tmp_path / "1" / "epoch_1.pth").read_bytes())
    capsys.readouterr()
    train(QUICKSTART, work_dir=str(tmp_path / "2"), options=options, resume=True)
    assert "the config sets no seed" not in capsys.readouterr().out
    _check_equal(tmp_path / "1" / "epoch_2.pth", tmp_path / "2" / "epoch_2.pth")


def _check_equal(one: Path, other: Path) -> None:
    first, second = (torch.load(file, weights_only=True)["state_dict"] for file in (one, other))
    assert first.keys() == second.keys()
    for name, value in first.items():
        assert torch.equal(value, second[name]), name

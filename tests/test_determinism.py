"""Same seed, same run, on a CPU."""

from pathlib import Path

import pytest
import torch

from digitdet.determinism import prepare_cublas
from digitdet.runner import Runner
from digitdet.training import train

EXPERIMENTS = Path(__file__).parents[1] / "configs" / "experiments"
QUICKSTART = EXPERIMENTS / "quickstart.py"
SMALL = [
    "train_dataloader.dataset.num_scenes=8",
    "train_dataloader.num_workers=0",
    "train_dataloader.batch_size=2",
    "train_dataloader.sampler.shuffle=True",
    "val_dataloader.dataset.num_scenes=2",
    "val_dataloader.num_workers=0",
    "train_cfg.max_epochs=2",
    "default_hooks.report=None",
    "param_scheduler.0.end=4",
    "param_scheduler.1.T_max=2",
    "model.min_size=32",
    "model.max_size=96",
    "model.rois_per_image=16",
    "model.proposals_train=32",
    "model.proposals_test=16",
    "model.backbone.widths=[24,48,96]",
]
PHOTOGRAPHS = [
    "load_from=None",
    "train_dataloader.batch_size=2",
    "train_dataloader.dataset.indices=6",
    "val_dataloader.dataset.indices=2",
    "train_cfg.max_epochs=2",
    "default_hooks.report=None",
    "param_scheduler.0.T_max=2",
    "model.min_size=64",
    "model.max_size=128",
    "model.score_threshold=0.0",
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
    first = _train(tmp_path / "1", "randomness.seed=None")
    drawn = f"randomness.seed={first.seed}"
    assert f"this run's is {first.seed}: to repeat it, `--cfg-options {drawn}`" in (
        capsys.readouterr().out
    )
    _train(tmp_path / "2", drawn)
    _check_equal(tmp_path / "1" / "epoch_2.pth", tmp_path / "2" / "epoch_2.pth")
    (tmp_path / "3").mkdir()
    (tmp_path / "3" / "epoch_1.pth").write_bytes((tmp_path / "1" / "epoch_1.pth").read_bytes())
    _train(tmp_path / "3", "randomness.seed=None", resume=True)
    _check_equal(tmp_path / "1" / "epoch_2.pth", tmp_path / "3" / "epoch_2.pth")
    assert "the config sets no seed" not in capsys.readouterr().out


@pytest.mark.real_data
def test_a_seed_gives_the_same_bits_with_or_without_preflight_and_workers(
    real_data: Path, tmp_path: Path
) -> None:
    def run(name: str, *changes: str, preflight: bool = False) -> Path:
        options = [*PHOTOGRAPHS, f"data_root={real_data}", *changes]
        file = EXPERIMENTS / "frcnn_small_folder.py"
        train(file, work_dir=str(tmp_path / name), options=options, preflight=preflight)
        return tmp_path / name / "epoch_2.pth"

    first = run("first", "train_dataloader.num_workers=0", preflight=True)
    workers = run("workers", "train_dataloader.num_workers=2", "val_dataloader.num_workers=2")
    other = run("other", "train_dataloader.num_workers=0", "randomness.seed=1")
    losses = [row for row in _scalars(first) if ",train/loss," in row]
    assert len(losses) == 6
    _check_equal(first, workers)
    assert _scalars(first) == _scalars(workers)
    with pytest.raises(AssertionError):
        _check_equal(first, other)
    assert losses != [row for row in _scalars(other) if ",train/loss," in row]


def _train(folder: Path, *changes: str, resume: bool = False) -> Runner:
    options = [*SMALL, *changes]
    return train(QUICKSTART, work_dir=str(folder), options=options, resume=resume, preflight=False)


def _scalars(checkpoint: Path) -> list[str]:
    """The losses, rates and figures that a run logged."""
    return (checkpoint.parent / "scalars.csv").read_text(encoding="utf-8").splitlines()


def _check_equal(one: Path, other: Path) -> None:
    first, second = (torch.load(file, weights_only=True)["state_dict"] for file in (one, other))
    assert first.keys() == second.keys()
    for name, value in first.items():
        assert torch.equal(value, second[name]), name

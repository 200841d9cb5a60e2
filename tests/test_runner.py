"""The Runner's own additions to mmengine's."""

import os
import warnings
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

from digitdet.launchers import set_rank_variables
from digitdet.runner import Runner


def test_a_launcher_whose_variables_are_missing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLURM_PROCID", raising=False)
    with pytest.raises(ValueError, match="--launcher slurm needs SLURM_PROCID, which is not set"):
        set_rank_variables("slurm")


@pytest.mark.parametrize(
    ("launcher", "given"),
    [
        ("slurm", {"SLURM_PROCID": "5", "SLURM_LOCALID": "1", "SLURM_NTASKS": "8"}),
        (
            "mpi",
            {
                "OMPI_COMM_WORLD_RANK": "5",
                "OMPI_COMM_WORLD_LOCAL_RANK": "1",
                "OMPI_COMM_WORLD_SIZE": "8",
            },
        ),
    ],
)
def test_the_ranks_of_a_launcher_reach_torch(
    launcher: str, given: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
    for name in names:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    set_rank_variables(launcher)
    assert [os.environ.get(name) for name in names[:3]] == ["5", "1", "8"]
    assert all(os.environ.get(name) for name in names[3:])


@pytest.mark.parametrize("num_workers", [0, 1])
def test_a_loader_without_workers_needs_no_other_override(num_workers: int) -> None:
    loader = Runner.build_dataloader(
        dict(
            batch_size=2,
            num_workers=num_workers,
            persistent_workers=True,
            prefetch_factor=4,
            dataset=dict(type="digitdet.SyntheticDigits", num_scenes=3),
            sampler=dict(type="DefaultSampler", shuffle=False),
            collate_fn=dict(type="digitdet.collate"),
        ),
        seed=0,
    )
    assert isinstance(loader, DataLoader)
    assert loader.persistent_workers == (num_workers > 0)
    assert [len(batch["images"]) for batch in loader] == [2, 1]


def test_two_runs_of_the_same_second_share_nothing(tmp_path: Path) -> None:
    first, second = (Runner(nn.Linear(1, 1), str(tmp_path), default_scope=None) for _ in range(2))
    first.message_hub.update_info("of the first", 1)
    assert "of the first" not in second.message_hub.runtime_info
    assert first.logger.log_file != second.logger.log_file


def test_old_names_within_mmengine_are_not_warned_of_and_others_are(tmp_path: Path) -> None:
    Runner(nn.Linear(1, 1), str(tmp_path), default_scope=None)
    with warnings.catch_warnings(record=True) as caught:
        torch.cuda.amp.GradScaler(enabled=False)
        warnings.warn("`broadcast_buffers` is deprecated. Use another", FutureWarning, stacklevel=1)
        torch.cuda.amp.autocast(enabled=False)
    assert [str(warning.message)[:25] for warning in caught] == ["`torch.cuda.amp.autocast("]


def test_what_mmengine_says_of_names_that_nobody_reads_is_not_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runner = Runner(nn.Linear(1, 1), str(tmp_path), default_scope=None)
    runner.logger.warning("Dataset Own has no metainfo. ``dataset_meta`` will be None.")
    runner.logger.warning("The prefix is not set in metric class Own.")
    runner.logger.warning("shown")
    shown = capsys.readouterr()
    (line,) = (shown.out + shown.err).splitlines()
    assert line.endswith("shown")

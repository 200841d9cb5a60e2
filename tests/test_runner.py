"""The Runner's own additions to mmengine's."""

import warnings
from pathlib import Path

import pytest
import torch
from tiny_runs import make_runner, make_samples
from torch import nn
from torch.utils.data import DataLoader

from digitdet.hooks import RunRecordHook, ScalarsHook
from digitdet.runner import Runner


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


def test_any_hook_that_stands_under_a_name_is_left_out_by_none(tmp_path: Path) -> None:
    hooks = {"scalars": ScalarsHook(), "record": RunRecordHook(), "logger": None}
    kinds: dict[bool, set[str]] = {True: set(), False: set()}
    for is_whole, kept in kinds.items():
        left_out = {} if is_whole else {"scalars": None, "finite_loss": None}
        runner = make_runner(
            tmp_path / str(is_whole), make_samples(2), default_hooks=hooks | left_out
        )
        kept |= {type(hook).__name__ for hook in runner.hooks}
    assert kinds[True] - kinds[False] == {"ScalarsHook", "FiniteLossHook"}
    assert "LoggerHook" not in kinds[True]

"""Losses and gradients that are not finite; the oracle is a training loop written by hand."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.logging import MMLogger
from mmengine.optim import OptimWrapper, OptimWrapperDict
from torch import nn
from torch.utils.data import default_collate

from digitdet.hooks import FiniteLossHook
from digitdet.hooks.finite_loss_hook import NonFiniteError
from digitdet.replay.recording import read_recording

OPTIMIZERS = {
    "SGD": {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01},
    "AdamW": {"lr": 0.1, "weight_decay": 0.1},
}


def train_by_hand(
    model: Any,
    samples: list[Any],
    bad: Sequence[int],
    optimizer: str = "SGD",
    max_norm: float | None = None,
    counts: int = 1,
    drops_window: bool = False,
    num_epochs: int = 2,
) -> dict[str, torch.Tensor]:
    """Train without the batches of ``bad``, as if they had never been there."""
    step = getattr(torch.optim, optimizer)(model.parameters(), **OPTIMIZERS[optimizer], fused=True)
    model.train()
    for _ in range(num_epochs):
        for index, start in enumerate(range(0, len(samples), 2)):
            if index in bad:
                if drops_window:
                    step.zero_grad()
            else:
                batch = default_collate(samples[start : start + 2])
                total = sum(model(**batch, mode="loss").values())
                (total / counts).backward()
            if (index + 1) % counts == 0:
                if max_norm:
                    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
                step.step()
                step.zero_grad()
    return dict(model.state_dict())


def assert_equal(one: Any, other: Any) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        assert torch.equal(value, other[name]), name


@pytest.mark.parametrize(
    ("arguments", "said"),
    [({"max_skips": -1}, "max_skips is 0 or more"), ({"num_replays_kept": 0}, "is 1 or more")],
)
def test_arguments_out_of_range_are_refused(arguments: dict[str, int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        FiniteLossHook(**arguments)


@pytest.mark.parametrize("max_skips", [0, 5])
def test_a_run_of_finite_losses_is_as_without_the_hook(
    max_skips: int, tiny: Any, tiny_runner: Any, samples: Any, tmp_path: Path
) -> None:
    data = samples(6)
    wrapper = {"optimizer": {"type": "SGD", **OPTIMIZERS["SGD"]}}
    runner = tiny_runner("run", data, max_skips=max_skips, optim_wrapper=wrapper)
    runner.train()
    assert_equal(runner.model.state_dict(), train_by_hand(tiny(), data, bad=[]))
    assert not (tmp_path / "run" / "non_finite").exists()
    assert not runner.model._forward_hooks
    left = runner.optim_wrapper.optimizer._optimizer_step_pre_hooks.values()
    assert {type(hook).__module__ for hook in left} == {"digitdet.optimizers"}


@pytest.mark.parametrize("kind", ["bad", "trapped"])
def test_the_run_stops_with_the_weights_before_the_step(
    kind: str, tiny: Any, tiny_runner: Any, samples: Any, tmp_path: Path
) -> None:
    data = samples(6, **{kind: [3]})
    wrapper = {"optimizer": {"type": "SGD", **OPTIMIZERS["SGD"]}}
    runner = tiny_runner("run", data, optim_wrapper=wrapper)
    with pytest.raises(NonFiniteError) as caught:
        runner.train()
    before = train_by_hand(tiny(), data[:2], bad=[], num_epochs=1)
    assert_equal(runner.model.state_dict(), before)
    folder = tmp_path / "run" / "non_finite" / "iter_2"
    message = str(caught.value)
    assert message.startswith("step 2 (epoch 1): the ")
    assert f"`python tools/replay.py {folder}`" in message
    assert "The weights are as they were before the step." in message
    recording = read_recording(folder)
    assert recording.report.cause == ("loss" if kind == "bad" else "gradients")
    assert_equal(recording.weights, before)
    assert torch.equal(recording.batch["inputs"], torch.stack([d["inputs"] for d in data[2:4]]))
    assert set(recording.report.losses) == {"loss", "loss_square", "loss_root"}
    norms = recording.report.gradient_norms
    assert set(norms) == {name for name, _ in runner.model.named_parameters()}
    assert norms["head.weight"] != norms["head.weight"]  # NaN
    json.loads((folder / "report.json").read_text(), parse_constant=pytest.fail)


@pytest.mark.parametrize("kind", ["bad", "trapped"])
@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
@pytest.mark.parametrize("max_norm", [None, 0.5])
@pytest.mark.parametrize("counts", [1, 2])
def test_a_skipped_batch_contributes_nothing(
    kind: str,
    optimizer: str,
    max_norm: float | None,
    counts: int,
    tiny: Any,
    tiny_runner: Any,
    samples: Any,
) -> None:
    # Batches 1 (ends a window of two), 4 (begins one) and 6, 7 (a whole window).
    bad = [1, 4, 6, 7]
    data = samples(16, **{kind: [3, 8, 12, 15]})
    wrapper = {"optimizer": {"type": optimizer, **OPTIMIZERS[optimizer]}}
    wrapper.update(clip_grad={"max_norm": max_norm} if max_norm else None)
    wrapper["accumulative_counts"] = counts
    runner = tiny_runner("run", data, max_skips=8, optim_wrapper=wrapper)
    runner.train()
    expected = train_by_hand(
        tiny(), data, bad, optimizer, max_norm, counts, drops_window=kind == "trapped"
    )
    assert_equal(runner.model.state_dict(), expected)
    assert runner.message_hub.get_info("skipped_steps") == [2, 5, 7, 8, 10, 13, 15, 16]
    losses, _ = runner.message_hub.get_scalar("train/loss").data
    assert len(losses) == 8
    assert all(torch.isfinite(torch.tensor(losses)))


def test_the_limit_holds_for_the_whole_run_and_after_a_resume(
    tiny_runner: Any, samples: Any, tmp_path: Path
) -> None:
    data = samples(6, bad=[0])
    tiny_runner("first", data, max_skips=1, num_epochs=1).train()
    checkpoint = str(tmp_path / "first" / "epoch_1.pth")
    again = tiny_runner("again", data, max_skips=1, load_from=checkpoint, resume=True)
    with pytest.raises(NonFiniteError, match=r"^step 4 \(epoch 2\).*\n.* 1 batches were skipped"):
        again.train()
    more = tiny_runner("more", data, max_skips=2, load_from=checkpoint, resume=True)
    more.train()
    assert more.message_hub.get_info("skipped_steps") == [1, 4]


def test_a_skip_is_warned_of_and_only_the_newest_records_are_kept(
    tiny_runner: Any, samples: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    runner = tiny_runner("run", samples(6, bad=[0, 2]), max_skips=4, num_replays_kept=2)
    logger = MMLogger.get_current_instance()
    logger.setLevel(logging.WARNING)
    logger.addHandler(caplog.handler)
    runner.train()
    warned = [message for message in caplog.messages if "The batch is skipped" in message]
    assert [message.split()[1] for message in warned] == ["1", "2", "4", "5"]
    assert "(4 of at most 4)" in warned[-1]
    kept = {folder.name for folder in (tmp_path / "run" / "non_finite").iterdir()}
    assert kept == {"iter_4", "iter_5"}


def test_a_step_that_cannot_be_kept_is_told_with_the_loss(
    tiny_runner: Any, samples: Any, tmp_path: Path
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "non_finite").write_text("no folder")
    with pytest.raises(NonFiniteError, match=r"the loss is not finite: .* could not be kept"):
        tiny_runner("run", samples(6, bad=[3])).train()


@pytest.mark.parametrize("kind", ["bad", "trapped"])
def test_a_model_with_two_optimizers_is_watched_too(
    kind: str, tiny_runner: Any, samples: Any
) -> None:
    runner = tiny_runner("run", samples(6, **{kind: [3]}))
    model = runner.model
    wrapper = OptimWrapperDict(
        body=OptimWrapper(torch.optim.SGD(model.body.parameters(), lr=0.1)),
        head=OptimWrapper(torch.optim.SGD(model.head.parameters(), lr=0.1)),
    )

    def train_step(data: Any, optim_wrapper: Any) -> Any:
        total, terms = model.parse_losses(model(**data, mode="loss"))
        total.backward()
        for part in optim_wrapper.values():
            part.step()
            part.zero_grad()
        return terms

    model.train_step, runner.optim_wrapper = train_step, wrapper
    with pytest.raises(NonFiniteError, match=r"^step 2 \(epoch 1\)"):
        runner.train()
    assert all(torch.isfinite(value).all() for value in model.parameters())


def test_a_rate_that_explodes_is_stopped(tiny_runner: Any, samples: Any) -> None:
    wrapper = {"optimizer": {"type": "SGD", "lr": 1e20}}
    runner = tiny_runner("run", samples(16), num_epochs=9, optim_wrapper=wrapper)
    with pytest.raises(NonFiniteError, match="not finite"):
        runner.train()
    assert all(torch.isfinite(value).all() for value in runner.model.parameters())


def test_a_distributed_run_skips_on_all_processes(
    tiny: Any, tiny_runner: Any, samples: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In one process, through the wrapper that several would have."""
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{tmp_path / 'store'}", rank=0, world_size=1
    )
    try:
        # The threads are mmengine's own choice, which would outlive the test.
        for name in ("WORLD_SIZE", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
            monkeypatch.setenv(name, "1")
        for name in ("RANK", "LOCAL_RANK"):
            monkeypatch.setenv(name, "0")
        data = samples(6, bad=[2])
        wrapper = {"optimizer": {"type": "SGD", **OPTIMIZERS["SGD"]}}
        runner = tiny_runner("run", data, max_skips=2, optim_wrapper=wrapper, launcher="pytorch")
        runner.train()
        assert_equal(runner.bare_model.state_dict(), train_by_hand(tiny(), data, bad=[1]))
    finally:
        torch.distributed.destroy_process_group()

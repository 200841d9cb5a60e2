"""Averaged weights, against the formula written out."""

from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.hooks import Hook
from torch import Tensor, nn
from torch.utils.data import DataLoader, default_collate

from digitdet.hooks import EMAHook
from digitdet.runner import Runner


def average_by_hand(
    model: Any, samples: list[Any], momentum: float, num_epochs: int, interval: int = 1
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Train with plain SGD; return the weights, and their average."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    average: dict[str, Tensor] = {}
    model.train()
    step = 0
    for _ in range(num_epochs):
        for start in range(0, len(samples), 2):
            batch = default_collate(samples[start : start + 2])
            sum(model(**batch, mode="loss").values()).backward()
            optimizer.step()
            optimizer.zero_grad()
            for name, value in model.named_parameters():
                new = value.detach().clone()
                if step == 0:
                    average[name] = new
                elif step % interval == 0:
                    average[name] = average[name] + momentum * (new - average[name])
            step += 1
    return dict(model.state_dict()), {**model.state_dict(), **average}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"momentum": 0}, "momentum is above 0 and below 1, got 0"),
        ({"momentum": 1.0}, "momentum is above 0 and below 1, got 1.0"),
        ({"begin_epoch": -1}, "begin_epoch is 0 or more"),
        ({"interval": 0}, "interval is 1 or more"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        EMAHook(**arguments)


def test_an_average_that_would_never_begin_is_refused(tiny_runner: Any, samples: Any) -> None:
    with pytest.raises(ValueError, match="begin_epoch is 3, but training ends with epoch 2"):
        tiny_runner("run", samples(4), EMAHook(begin_epoch=3)).train()


@pytest.mark.parametrize("interval", [1, 2])
def test_checkpoints_hold_the_average_as_their_weights(
    interval: int, tiny: Any, tiny_runner: Any, samples: Any, tmp_path: Path
) -> None:
    data = samples(6)
    tiny_runner("run", data, EMAHook(momentum=0.25, interval=interval)).train()
    weights, average = average_by_hand(tiny(), data, 0.25, num_epochs=2, interval=interval)
    saved = torch.load(tmp_path / "run" / "epoch_2.pth", weights_only=True)
    for name, value in weights.items():
        torch.testing.assert_close(saved["state_dict"][name], average[name])
        assert torch.equal(saved["ema_state_dict"][f"module.{name}"], value), name
    assert not torch.allclose(weights["head.weight"], average["head.weight"])


def test_validation_and_test_score_the_average(
    tiny: Any, tiny_runner: Any, samples: Any, tmp_path: Path
) -> None:
    data = samples(6)
    runner = tiny_runner("run", data, EMAHook(momentum=0.25), validated=True)
    runner.train()
    weights, average = average_by_hand(tiny(), data, 0.25, num_epochs=2)
    scored = runner.message_hub.get_scalar("val/mean").current()
    assert scored == pytest.approx(_mean(tiny(), average, samples(4)), rel=1e-5)
    assert scored != pytest.approx(_mean(tiny(), weights, samples(4)), rel=1e-2)
    for name, value in runner.model.state_dict().items():  # it goes on from its own weights
        assert torch.equal(value, weights[name]), name
    for hooks in ([], [EMAHook(momentum=0.25)]):
        tester = Runner(
            model=tiny(),
            work_dir=str(tmp_path / "test"),
            test_dataloader=DataLoader(samples(4), batch_size=2),
            test_cfg={},
            test_evaluator=runner.val_evaluator.metrics,
            default_hooks={"checkpoint": None, "logger": None},
            custom_hooks=hooks,
            load_from=str(tmp_path / "run" / "epoch_2.pth"),
            experiment_name=f"{tmp_path.name}_test_{len(hooks)}",
            log_level="ERROR",
        )
        assert tester.test() == {"mean": pytest.approx(scored, rel=1e-6)}


def _mean(model: nn.Module, state: dict[str, Tensor], samples: list[Any]) -> float:
    """The mean output of a model with certain weights in evaluation, over batches of two."""
    model.load_state_dict(state)
    model.eval()
    halves = [default_collate(samples[:2]), default_collate(samples[2:])]
    return sum(float(model(**half)[0].mean()) for half in halves) / 2


@pytest.mark.parametrize("begin_epoch", [0, 2])
@pytest.mark.parametrize("stopped_after", [1, 2])
def test_a_resumed_average_equals_one_that_was_never_interrupted(
    stopped_after: int, begin_epoch: int, tiny_runner: Any, samples: Any, tmp_path: Path
) -> None:
    data = samples(6)
    run: dict[str, Any] = {"num_epochs": 3}
    tiny_runner("straight", data, EMAHook(0.25, begin_epoch), **run).train()
    checkpoint = str(tmp_path / "straight" / f"epoch_{stopped_after}.pth")
    run.update(load_from=checkpoint, resume=True)
    tiny_runner("resumed", data, EMAHook(0.25, begin_epoch), **run).train()
    one, other = (
        torch.load(tmp_path / name / "epoch_3.pth", weights_only=True)
        for name in ("straight", "resumed")
    )
    for part in ("state_dict", "ema_state_dict"):
        for name, value in one[part].items():
            assert torch.equal(value, other[part][name]), (part, name)
    assert one["ema_state_dict"]["steps"] == (9 if begin_epoch == 0 else 6)


class Savings(Hook):
    """Saves before the average takes the weights' place for a validation, and in its middle."""

    priority = "VERY_HIGH"

    def before_val_epoch(self, runner: Any) -> None:
        runner.save_checkpoint(runner.work_dir, "before.pth", by_epoch=False)

    def after_val_iter(self, runner: Any, *_: Any, **__: Any) -> None:
        runner.save_checkpoint(runner.work_dir, "within.pth", by_epoch=False)


def test_in_a_validation_the_same_is_saved_as_before_it(
    tiny_runner: Any, samples: Any, tmp_path: Path
) -> None:
    tiny_runner("run", samples(6), EMAHook(momentum=0.25), Savings(), validated=True).train()
    before, within = (
        torch.load(tmp_path / "run" / f"{name}.pth", weights_only=True)
        for name in ("before", "within")
    )
    for part in ("state_dict", "ema_state_dict"):
        assert before[part].keys() == within[part].keys()
        for name, value in before[part].items():
            assert torch.equal(value, within[part][name]), (part, name)
    weight, average = (before[part] for part in ("ema_state_dict", "state_dict"))
    assert not torch.equal(weight["module.head.weight"], average["head.weight"])

"""The rate of a run beside the batch that its config states it for."""

from pathlib import Path
from typing import Any

import pytest
from mmengine.optim import OptimWrapper, OptimWrapperDict
from tiny_runs import make_runner, make_samples
from torch import nn
from torch.utils.data import BatchSampler, DataLoader, SequentialSampler

from digitdet import config
from digitdet.learning_rates import GlobalBatch, adapt_rates
from digitdet.registry import OPTIM_WRAPPER_CONSTRUCTORS

EXPERIMENTS = sorted((Path(__file__).parents[1] / "configs" / "experiments").glob("*.py"))
SAMPLES = make_samples(8)


def _wrapper(counts: int = 1, **options: Any) -> OptimWrapper:
    """Of two layers; the first has a tenth of the rate 0.1."""
    model = nn.Sequential(nn.Linear(1, 1), nn.Linear(1, 1))
    groups = {"custom_keys": {"0": {"lr_mult": 0.1}}}
    optimizer = {"type": "SGD", "lr": 0.1}
    build = OPTIM_WRAPPER_CONSTRUCTORS.get("DefaultOptimWrapperConstructor")
    settings = {"optimizer": optimizer, "accumulative_counts": counts, **options}
    wrapper: OptimWrapper = build(settings, groups)(model)
    return wrapper


def _rates(wrapper: OptimWrapper) -> list[float]:
    return [group["lr"] for group in wrapper.optimizer.param_groups]


@pytest.mark.parametrize("stated", [None, {}])
def test_a_config_that_names_no_batch_says_nothing(stated: Any) -> None:
    wrapper = _wrapper()
    assert adapt_rates(wrapper, stated, DataLoader(SAMPLES, batch_size=4), 2) == ""
    assert sorted(set(_rates(wrapper))) == pytest.approx([0.01, 0.1])


@pytest.mark.parametrize(
    ("pictures", "processes", "counts", "factor"),
    [(8, 1, 1, 1), (4, 2, 1, 1), (4, 1, 2, 1), (2, 1, 1, 0.25), (8, 4, 2, 8)],
)
def test_the_rate_of_each_group_goes_with_the_pictures_of_an_update(
    pictures: int, processes: int, counts: int, factor: float
) -> None:
    wrapper = _wrapper(counts)
    loader = DataLoader(SAMPLES, batch_size=pictures)
    said = adapt_rates(wrapper, {"enable": True, "base_batch_size": 8}, loader, processes)
    expected = [rate * factor for rate in _rates(_wrapper())]
    assert _rates(wrapper) == pytest.approx(expected)
    assert wrapper.get_lr()["base_lr"] == pytest.approx([0.1 * factor])  # what the log shows
    assert said.endswith(f"multiplied by {factor:g}") == (factor != 1)


def test_where_it_is_not_enabled_a_line_says_that_the_batch_is_another() -> None:
    wrapper = _wrapper(2)
    said = adapt_rates(wrapper, {"base_batch_size": 16}, DataLoader(SAMPLES, batch_size=4), 3)
    assert said == (
        "an update is made of 24 pictures (a batch of 4 x 3 processes x 2 batches accumulated), "
        "the rate is for 16: --auto-scale-lr would multiply it by 1.5"
    )
    assert _rates(wrapper) == _rates(_wrapper())


def test_a_batch_sampler_says_how_large_its_batches_are() -> None:
    sampler = BatchSampler(SequentialSampler(SAMPLES), batch_size=4, drop_last=False)
    wrapper = _wrapper()
    loader = DataLoader(SAMPLES, batch_sampler=sampler)
    adapt_rates(wrapper, {"enable": True, "base_batch_size": 8}, loader, 1)
    assert max(_rates(wrapper)) == pytest.approx(0.05)


def test_batches_of_unknown_size_are_refused_only_if_the_rate_is_to_follow_them() -> None:
    loader: Any = DataLoader(SAMPLES, batch_sampler=[[0, 1], [2]])
    assert adapt_rates(_wrapper(), {"base_batch_size": 8}, loader, 1) == ""
    with pytest.raises(ValueError, match="list has no `batch_size`"):
        adapt_rates(_wrapper(), {"enable": True, "base_batch_size": 8}, loader, 1)


def test_several_optimizers_are_scaled_alike() -> None:
    parts = {"one": _wrapper(), "other": _wrapper()}
    loader = DataLoader(SAMPLES, batch_size=4)
    adapt_rates(OptimWrapperDict(**parts), {"enable": True, "base_batch_size": 2}, loader, 1)
    assert [max(_rates(part)) for part in parts.values()] == pytest.approx([0.2, 0.2])


def test_schedules_begin_with_the_scaled_rate_and_a_resumed_run_scales_nothing_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Batches of 2, where the rate is for 1; halved after each of the first two epochs."""
    schedule = {"type": "MultiStepLR", "milestones": [1, 2], "gamma": 0.5, "end": 10}
    for epochs, resume in ((1, False), (3, True)):
        runner = make_runner(
            tmp_path / "run",
            make_samples(4),
            num_epochs=epochs,
            auto_scale_lr={"enable": True, "base_batch_size": 1},
            param_scheduler=[schedule],
            resume=resume,
        )
        runner.train()
        said = capsys.readouterr().out
        assert ("multiplied by 2" in said) == (not resume)
    assert runner.optim_wrapper.get_lr()["lr"] == pytest.approx([0.1 * 2 * 0.25])


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda file: file.stem)
def test_each_experiment_states_the_batch_that_its_rate_is_for(experiment: Path) -> None:
    stated = config.load(experiment)
    accumulated = stated.optim_wrapper.get("accumulative_counts", 1)
    loader = stated.train_dataloader
    pictures = loader.get("batch_size") or loader.batch_sampler.batch_size
    size = GlobalBatch(pictures, accumulated=accumulated).size
    assert size == stated.auto_scale_lr.base_batch_size
    assert not stated.auto_scale_lr.enable

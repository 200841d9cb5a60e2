"""What loaders take of a data set."""

from typing import Any

import pytest
from config_checks.checking import check

from digitdet.config_checks.loaders import check_loaders

ENDLESS = {"type": "InfiniteSampler", "shuffle": True}
BY_STEPS = {"_delete_": True, "by_epoch": False, "max_iters": 10}


@pytest.mark.parametrize("name", ["train_dataloader", "val_dataloader", "test_dataloader"])
def test_an_epoch_and_an_evaluation_have_an_end(name: str) -> None:
    key = f"{name}.sampler"
    found = check(check_loaders, {key: ENDLESS})
    assert list(found) == [f"{key}.type"]
    assert "write type='DefaultSampler'" in found[f"{key}.type"].message


def test_a_training_by_steps_may_go_on_for_ever() -> None:
    assert not check(check_loaders, {"train_cfg": BY_STEPS, "train_dataloader.sampler": ENDLESS})
    assert check(check_loaders, {"train_cfg": BY_STEPS, "val_dataloader.sampler": ENDLESS})


@pytest.mark.parametrize(
    ("below", "value"),
    [
        ("drop_last", True),
        ("num_batch_per_epoch", 3),
        ("batch_sampler", {"type": "AspectRatioBatchSampler", "drop_last": True}),
    ],
)
def test_an_evaluation_sees_all_pictures(below: str, value: Any) -> None:
    for name in ("val_dataloader", "test_dataloader"):
        (key,) = check(check_loaders, {f"{name}.{below}": value})
        assert key.startswith(f"{name}.{below}")
    assert not check(check_loaders, {f"train_dataloader.{below}": value})
    assert not check(check_loaders, {"val_dataloader.drop_last": False})

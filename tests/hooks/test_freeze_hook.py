from typing import Any

import pytest
import torch

from digitdet.hooks import FreezeHook


@pytest.mark.parametrize(
    ("modules", "num_epochs", "said"),
    [
        ([], None, "modules is a list of names"),
        ("body", None, r"such as \['backbone'\], got 'body'"),
        (["body"], 0, "num_epochs is 1 or more, got 0"),
    ],
)
def test_arguments_out_of_range_are_refused(modules: Any, num_epochs: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        FreezeHook(modules, num_epochs)


@pytest.mark.parametrize(
    ("modules", "said"),
    [
        ([""], "no module ''"),
        (["boddy"], "no module 'boddy'; did you mean 'body'?"),
        (["body", "body.7"], "no module 'body.7'; did you mean 'body.1'?"),
        (["body", "head"], "leave nothing to train"),
    ],
)
def test_names_that_make_no_sense_are_refused(
    modules: list[str], said: str, tiny_runner: Any, samples: Any
) -> None:
    with pytest.raises(ValueError, match=said.replace("?", r"\?")):
        tiny_runner("run", samples(4), FreezeHook(modules)).train()


@pytest.mark.parametrize("num_epochs", [None, 1])
def test_frozen_modules_keep_weights_and_statistics(
    num_epochs: int | None, tiny: Any, tiny_runner: Any, samples: Any, tmp_path: Any
) -> None:
    before = tiny().state_dict()
    wrapper = {"optimizer": {"type": "SGD", "lr": 0.1, "momentum": 0.9, "weight_decay": 0.1}}
    hook = FreezeHook(["body"], num_epochs)
    tiny_runner("run", samples(6), hook, optim_wrapper=wrapper).train()
    first, second = (
        torch.load(tmp_path / "run" / f"epoch_{epoch}.pth", weights_only=True)["state_dict"]
        for epoch in (1, 2)
    )
    for name, value in before.items():
        in_body = name.startswith("body.")
        assert torch.equal(first[name], value) == in_body, name
        assert torch.equal(second[name], first[name]) == (in_body and num_epochs is None), name


def test_what_the_model_froze_stays_frozen(tiny: Any, tiny_runner: Any, samples: Any) -> None:
    runner = tiny_runner("run", samples(6), FreezeHook(["body"], num_epochs=1))
    runner.model.body[0].bias.requires_grad_(False)
    runner.train()
    assert not runner.model.body[0].bias.requires_grad
    assert runner.model.body[0].weight.requires_grad
    assert torch.equal(runner.model.body[0].bias, tiny().body[0].bias)

"""A model's buffers are given back as they were."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from digitdet.hooks.kept_buffers import KeptBuffers


class Buffers(nn.Module):
    """Buffers of all kinds."""

    matrix: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("matrix", torch.arange(6.0).view(2, 3))
        pictures = torch.rand(2, 3, 4, 5).to(memory_format=torch.channels_last)
        self.register_buffer("channels_last", pictures)
        self.register_buffer("empty", torch.zeros(0, 4))
        self.register_buffer("none", None)
        self.register_buffer("flag", torch.tensor(True))
        self.register_buffer("unsaved", torch.rand(3, dtype=torch.float64), persistent=False)
        self.norms = nn.Sequential(nn.BatchNorm2d(3), nn.BatchNorm2d(5))


def _copies(model: nn.Module) -> Mapping[str, Tensor]:
    return {name: buffer.clone() for name, buffer in model.named_buffers()}


def _spoil(model: nn.Module) -> None:
    for buffer in model.buffers():
        buffer.copy_(~buffer if buffer.dtype == torch.bool else buffer * 2 + 1)


def _assert_equal(model: nn.Module, expected: Mapping[str, Tensor]) -> None:
    found = dict(model.named_buffers())
    assert found.keys() == expected.keys()
    for name, buffer in found.items():
        assert torch.equal(buffer, expected[name]), name
        assert buffer.dtype == expected[name].dtype


def test_a_model_without_buffers_has_nothing_to_be_kept() -> None:
    kept = KeptBuffers(nn.Linear(2, 2))
    kept.keep()
    kept.restore()


def test_all_kinds_are_given_back() -> None:
    model = Buffers()
    kept, before = KeptBuffers(model), _copies(model)
    kept.keep()
    _spoil(model)
    assert not torch.equal(model.matrix, before["matrix"])
    kept.restore()
    _assert_equal(model, before)


def test_the_last_step_counts() -> None:
    model = Buffers()
    kept = KeptBuffers(model)
    kept.keep()
    _spoil(model)
    before = _copies(model)
    kept.keep()
    _spoil(model)
    kept.restore()
    _assert_equal(model, before)


def test_buffers_that_are_replaced_are_kept_from_then_on() -> None:
    model = Buffers()
    kept = KeptBuffers(model)
    kept.keep()
    model.matrix = torch.ones(4, 4, dtype=torch.float64)
    model.none = torch.tensor([2])
    before = _copies(model)
    kept.keep()
    _spoil(model)
    kept.restore()
    _assert_equal(model, before)


def test_buffers_that_a_step_replaces_are_put_back() -> None:
    model = Buffers()
    kept, before = KeptBuffers(model), _copies(model)
    kept.keep()
    model.matrix = model.matrix * 0.9 + 1
    model.none = torch.tensor([2])
    model.norms[0].running_mean = torch.full((3,), torch.nan)
    kept.restore()
    _assert_equal(model, before)


def test_what_training_does_to_batch_norm_is_undone() -> None:
    model = nn.Sequential(nn.Conv2d(1, 4, 1), nn.BatchNorm2d(4)).train()
    kept, before = KeptBuffers(model), _copies(model)
    kept.keep()
    model(torch.full((2, 1, 3, 3), torch.nan))
    assert any(buffer.isnan().any() for buffer in model.buffers())
    kept.restore()
    _assert_equal(model, before)

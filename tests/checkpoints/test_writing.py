"""Checkpoints are written whole, durably and compactly, or not at all."""

import os
import tracemalloc
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from digitdet import config
from digitdet.checkpoints.reading import load_file
from digitdet.checkpoints.writing import write_checkpoint
from digitdet.registry import MODELS

ROOT = Path(__file__).parents[2]


def test_an_empty_checkpoint_comes_back(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "new" / "folder" / "a.pth", {})
    assert load_file(tmp_path / "new" / "folder" / "a.pth") == {}


@pytest.mark.parametrize(
    "dtype",
    [torch.float32, torch.float64, torch.bfloat16, torch.int64, torch.uint8, torch.complex64],
    ids=str,
)
@pytest.mark.parametrize("shape", [(0, 4), (), (3, 5)])
def test_tensors_come_back_bit_for_bit(
    tmp_path: Path, dtype: torch.dtype, shape: tuple[int, ...]
) -> None:
    value = (torch.rand(shape) * 9).to(dtype)
    write_checkpoint(tmp_path / "a.pth", {"a": [value, (value,)]})
    (read, (again,)) = load_file(tmp_path / "a.pth")["a"]
    for tensor in (read, again):
        assert tensor.dtype == dtype
        assert tensor.shape == shape
        assert torch.equal(tensor, value)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (OrderedDict(a=(1, [None, True, -(2**70), 1e-300, "ä", b"\0"])), None),
        ({1: {(2, "b"): []}}, None),
        (np.float32(0.5), 0.5),
        (np.int64(-3), -3),
        (np.bool_(True), True),
        (np.zeros((0, 2)), []),
        (np.arange(4).reshape(2, 2), [[0, 1], [2, 3]]),
        ({np.int64(3): np.array(7)}, {3: 7}),
    ],
)
def test_plain_values_come_back_and_those_of_numpy_as_pythons(
    tmp_path: Path, given: Any, read: Any
) -> None:
    write_checkpoint(tmp_path / "a.pth", {"a": given})
    assert load_file(tmp_path / "a.pth") == {"a": given if read is None else read}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"hook": {"best": [1, Path("a")]}}, r"a\.pth\['hook'\]\['best'\]\[1\] is a pathlib\."),
        ({"dtype": torch.float32}, r"a\.pth\['dtype'\] is a torch\.dtype"),
        ({"set": {1}}, r"a\.pth\['set'\] is a builtins\.set"),
        ({"a": np.array([None, Path("a")])}, r"a\.pth\['a'\]\[1\] is a pathlib\."),
        ({Path("a"): 1}, r"a key of a\.pth is a pathlib\."),
    ],
)
def test_what_could_not_be_loaded_again_is_refused_by_its_place(
    tmp_path: Path, given: dict[Any, Any], said: str
) -> None:
    with pytest.raises(TypeError, match=f"^{said}.* a checkpoint holds tensors and plain values"):
        write_checkpoint(tmp_path / "a.pth", given)
    assert list(tmp_path.iterdir()) == []


def test_a_part_of_a_larger_tensor_is_written_without_the_rest(tmp_path: Path) -> None:
    large = torch.rand(1000, 1000)
    parts = {"row": large[7], "column": large[:, 3], "again": large[7], "none": large[:0]}
    write_checkpoint(tmp_path / "a.pth", parts)
    assert (tmp_path / "a.pth").stat().st_size < 3 * 4000
    read = load_file(tmp_path / "a.pth")
    assert all(torch.equal(read[name], value) for name, value in parts.items())
    assert read["row"].data_ptr() == read["again"].data_ptr()
    assert torch.equal(large[7], parts["row"])


def test_tensors_that_share_memory_are_written_once(tmp_path: Path) -> None:
    tensor = torch.rand(10_000)
    write_checkpoint(tmp_path / "a.pth", {"a": tensor, "tied": tensor.view(100, 100)})
    assert (tmp_path / "a.pth").stat().st_size < 1.2 * tensor.nbytes


def test_a_parameter_is_written_as_its_value_alone(tmp_path: Path) -> None:
    parameter = torch.nn.Parameter(torch.rand(3))
    parameter.grad = torch.rand(3)
    write_checkpoint(tmp_path / "a.pth", {"a": parameter, "twice": parameter * 2})
    read = load_file(tmp_path / "a.pth")
    assert type(read["a"]) is torch.Tensor
    assert not read["twice"].requires_grad
    assert torch.equal(read["twice"], parameter.detach() * 2)


def test_a_checkpoint_takes_hardly_more_than_its_weights_and_its_optimizer(tmp_path: Path) -> None:
    model = MODELS.build(config.load(ROOT / "configs" / "experiments" / "quickstart.py").model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    state, momenta = model.state_dict(), optimizer.state_dict()
    buffers = [entry["momentum_buffer"] for entry in momenta["state"].values()]
    assert len(buffers) == len(list(model.parameters()))
    num_bytes = sum(tensor.nbytes for tensor in [*state.values(), *buffers])
    write_checkpoint(tmp_path / "a.pth", {"state_dict": state, "optimizer": momenta})
    assert num_bytes < (tmp_path / "a.pth").stat().st_size <= 1.02 * num_bytes


def test_writing_holds_no_copy_of_the_tensors(tmp_path: Path) -> None:
    content = {str(number): torch.zeros(2_000_000) for number in range(4)}  # 8 MB each
    tracemalloc.start()
    try:
        write_checkpoint(tmp_path / "a.pth", content)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000
    assert (tmp_path / "a.pth").stat().st_size > 32_000_000


@contextmanager
def largest_file(num_bytes: int) -> Iterator[None]:
    """Let no file of this process become larger, as on a full disk."""
    resource = pytest.importorskip("resource", reason="no limits of files on this platform")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (num_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


# Before the first byte; in the first tensor; in the second; in the list of records at the end.
@pytest.mark.parametrize("num_bytes", [0, 500_000, 1_300_000, 2_400_900])
def test_a_full_disk_says_how_to_go_on_and_leaves_what_was_there(
    tmp_path: Path, num_bytes: int
) -> None:
    file, content = tmp_path / "epoch_2.pth", {"a": torch.ones(300_000), "b": torch.ones(300_000)}
    write_checkpoint(file, {"a": torch.zeros(3)})
    with largest_file(num_bytes), pytest.raises(OSError, match="epoch_2") as caught:
        write_checkpoint(file, content)
    said = str(caught.value)
    assert said.startswith(f"{file}: can't be written, as it exceeds the size that a file may have")
    for part in (
        "takes about 2.4 MB",
        "MB are free",
        "are untouched",
        "--resume",
        "max_keep_ckpts",
    ):
        assert part in said
    assert os.listdir(tmp_path) == ["epoch_2.pth"]  # noqa: PTH208
    assert torch.equal(load_file(file)["a"], torch.zeros(3))
    write_checkpoint(file, content)
    assert torch.equal(load_file(file)["b"], torch.ones(300_000))


def test_another_error_of_the_system_is_told_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / f"{'a' * 250}.pth"
    with pytest.raises(OSError, match=r"pth: can't be written \(File name too long\)"):
        write_checkpoint(file, {"a": torch.zeros(1)})
    assert list(tmp_path.iterdir()) == []

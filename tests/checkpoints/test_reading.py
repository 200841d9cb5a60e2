"""Checkpoints are read as they were written, to the last bit, or refused."""

import re
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor

from digitdet.checkpoints.reading import existing_checkpoint, load_file, read_meta, state_dict_of
from digitdet.checkpoints.writing import write_checkpoint

CONTENT: dict[str, Any] = {
    "meta": {"format": "digitdet", "epoch": 3, "cfg": '{"a": [1, null]}', "is_stopover": False},
    "state_dict": {
        "weight": torch.linspace(-1, 1, 3000).reshape(60, 50),
        "half": torch.arange(7, dtype=torch.bfloat16),
        "steps": torch.tensor(12),
        "none": torch.zeros(0, 4),
    },
    "optimizer": {"state": {0: {"momentum_buffer": torch.full((60, 50), torch.nan)}}},
    "random_states": [{"python": (3, (1, 2**31, 624), None)}],
}


def is_same(one: Any, other: Any) -> bool:
    """Whether two nested values are the same, bit for bit."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(is_same, one, other))
    if not isinstance(one, Tensor):
        return bool(one == other)
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    bits = (value.contiguous().view(-1).view(torch.uint8) for value in (one, other))
    return torch.equal(*bits)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a checkpoint."""
    file = tmp_path_factory.mktemp("whole") / "epoch_3.pth"
    write_checkpoint(file, CONTENT)
    return file.read_bytes()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a damaged one is put."""
    return tmp_path_factory.mktemp("damaged") / "epoch_3.pth"


def flip(content: bytes, start: int, bit: int) -> bytes:
    return content[:start] + bytes([content[start] ^ 1 << bit]) + content[start + 1 :]


def zero(content: bytes, start: int, length: int) -> bytes:
    return content[:start] + bytes(len(content[start : start + length])) + content[start + length :]


DAMAGES: dict[str, Callable[[bytes, int, int], bytes]] = {
    "a flipped bit": lambda content, start, length: flip(content, start, length % 8),
    "an end that is missing": lambda content, start, _: content[:start],
    "zeros": zero,
    "zeros to the end": lambda content, start, _: zero(content, start, len(content)),
    "a block that is missing": lambda c, start, length: c[:start] + c[start + length :],
    "a block that stands twice": lambda c, start, length: c[: start + length] + c[start:],
    "a block of an earlier place": lambda c, start, n: c[:start] + c[:n] + c[start + n :],
    "something before": lambda c, start, length: c[start : start + length] + c,
    "something after": lambda c, start, length: c + c[start : start + length],
}


@pytest.mark.parametrize("name", DAMAGES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_checkpoint_is_refused_by_name_or_gives_the_same_bits(
    whole: bytes, place: Path, name: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(whole) - 1), "start")
    length = data.draw(st.sampled_from([1, 2, 7, 64, 512, 4096, len(whole)]), "length")
    place.write_bytes(DAMAGES[name](whole, start, length))
    try:
        content = load_file(place)
    except ValueError as error:
        assert str(error).startswith(f"{place}: ")  # noqa: PT017
    else:
        assert is_same(content, CONTENT)


def test_every_byte_of_the_tensors_counts(whole: bytes, place: Path) -> None:
    weight = CONTENT["state_dict"]["weight"].numpy().tobytes()
    start = whole.index(weight)
    for position in (start, start + 1, start + len(weight) // 2, start + len(weight) - 1):
        place.write_bytes(flip(whole, position, 0))
        with pytest.raises(ValueError, match="it is damaged: archive/data/0 is not what was"):
            load_file(place)


@pytest.mark.parametrize("num_bytes", [4, 600, 20000, -1])
def test_a_torn_checkpoint_is_refused_with_what_to_do(
    whole: bytes, place: Path, num_bytes: int
) -> None:
    place.write_bytes(whole[:num_bytes])
    with pytest.raises(ValueError, match=r"it is torn or damaged \(.*; copy it again, or take"):
        load_file(place)


def test_two_checkpoints_in_one_file_are_refused(whole: bytes, place: Path) -> None:
    place.write_bytes(whole + whole)
    with pytest.raises(ValueError, match="it is damaged, or was changed after torch"):
        load_file(place)


def test_what_a_checkpoint_says_of_itself_is_read_without_its_tensors(
    whole: bytes, place: Path
) -> None:
    weight = whole.index(CONTENT["state_dict"]["weight"].numpy().tobytes())
    place.write_bytes(flip(whole, weight, 3))
    assert read_meta(place) == CONTENT["meta"]
    said = whole.index(b"is_stopover")
    place.write_bytes(flip(whole, said, 3))
    with pytest.raises(ValueError, match=re.escape(f"{place}: can't be loaded as a checkpoint")):
        read_meta(place)


@pytest.mark.parametrize("content", [{}, {"a": torch.zeros(1)}, {"meta": 3}, {"meta": {}}])
def test_a_file_that_says_nothing_of_itself_has_an_empty_meta(
    tmp_path: Path, content: dict[str, Any]
) -> None:
    write_checkpoint(tmp_path / "a.pth", content)
    assert read_meta(tmp_path / "a.pth") == {}


@pytest.mark.parametrize("read", [existing_checkpoint, load_file, read_meta])
def test_a_missing_file_and_a_folder_are_named(
    tmp_path: Path, read: Callable[[Path], object]
) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.pth: no such checkpoint"):
        read(tmp_path / "none.pth")
    with pytest.raises(ValueError, match=re.escape(f"{tmp_path}: is a folder; name a checkpoint")):
        read(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        {},
        [],
        None,
        {"state_dict": {}},
        {"epoch": 3},
        {"state_dict": {"a": 1}},
        {"state_dict": torch.zeros(1)},
        {3: torch.zeros(1)},
    ],
)
def test_a_file_without_a_state_dict_is_refused(tmp_path: Path, content: Any) -> None:
    file = tmp_path / "other.pth"
    torch.save(content, file)
    with pytest.raises(ValueError, match=re.escape(f"{file}: holds no state dict")):
        state_dict_of(load_file(file), str(file))


class Large:
    """Unpickled, it asks for more memory than any machine has."""

    def __reduce__(self) -> tuple[Any, ...]:
        return bytearray, (2**48,)


@pytest.mark.parametrize("read", [load_file, read_meta])
def test_a_file_that_takes_more_memory_than_there_is_is_refused_by_name(
    tmp_path: Path, read: Callable[[Path], object]
) -> None:
    file = tmp_path / "epoch_1.pth"
    torch.save({"state_dict": {"a": torch.zeros(1)}, "b": Large()}, file)
    with pytest.raises(ValueError, match=re.escape(f"{file}: can't be loaded")) as caught:
        read(file)
    assert "it takes more memory than there is" in str(caught.value)


class Extended(Namespace):
    """Pickled as a known class whose object is then called upon, as no program writes it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Namespace, (), None, iter([1]), None


def test_a_foreign_object_that_can_not_be_left_out_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "model.pth"
    torch.save({"state_dict": {"a": torch.zeros(1)}, "args": Extended()}, file)
    with pytest.raises(ValueError, match=r"holds Python objects \(argparse\.Namespace\)"):
        load_file(file)


@pytest.mark.parametrize("wrap", [lambda s: s, lambda s: {"meta": {}, "state_dict": s}])
@pytest.mark.parametrize("suffix", ["pth", "safetensors", "weights"])
def test_a_state_dict_is_read_bare_or_within_a_checkpoint_under_any_name(
    tmp_path: Path, wrap: Callable[[Any], Any], suffix: str
) -> None:
    state = {"a": torch.rand(2, 3)}
    file = tmp_path / f"a.{suffix}"
    torch.save(wrap(state), file)
    assert is_same(state_dict_of(load_file(file), str(file)), state)

"""Weights as safetensors: what is written comes back, and what was changed is refused."""

import ast
import hashlib
import inspect
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given
from safetensors import safe_open
from safetensors.torch import load_file, save, save_file
from torch import Tensor, nn

from digitdet.checkpoints.safetensors_files import (
    hashed_name,
    is_safetensors,
    pack_safetensors,
    read_safetensors,
    read_safetensors_meta,
)

TYPES = (
    torch.float32,
    torch.float64,
    torch.float16,
    torch.bfloat16,
    torch.int64,
    torch.int32,
    torch.uint8,
    torch.bool,
)
META = {"epoch": 3, "classes": ["0", "1"], "metrics": {"map": 0.1}, "cfg": '{"ü": "\\n"}'}
STATE = {"a": torch.arange(6.0).reshape(2, 3), "b": torch.tensor([7, 8])}


def bits(tensor: Tensor) -> tuple[torch.dtype, torch.Size, bytes]:
    """What two tensors share only if they are equal bit for bit, NaN included."""
    plain = tensor.flatten().clone(memory_format=torch.contiguous_format)
    return tensor.dtype, tensor.shape, bytes(plain.view(torch.uint8).tolist())


def write(file: Path, state: dict[str, Tensor], meta: dict[str, Any] | None = None) -> Path:
    file.write_bytes(pack_safetensors(state, meta or {}, "a.pth"))
    return file


def published(folder: Path) -> Path:
    """A file with its hash in its name."""
    content = pack_safetensors(STATE, META, "a.pth")
    file = folder / hashed_name("detector", content)
    file.write_bytes(content)
    return file


@st.composite
def tensors(draw: st.DrawFn) -> Tensor:
    """A tensor of any bits: NaN of each kind, empty, without dimensions, not contiguous, a view."""
    kind = draw(st.sampled_from(TYPES))
    shape = draw(st.lists(st.integers(0, 4), max_size=3))
    size = torch.Size(shape).numel() * kind.itemsize
    raw = draw(st.binary(min_size=size, max_size=size))
    if kind == torch.bool:
        raw = bytes(byte % 2 for byte in raw)
    tensor = torch.tensor(list(raw), dtype=torch.uint8).view(kind).reshape(shape)
    how = draw(st.sampled_from(["as it is", "transposed", "every second", "part of a larger one"]))
    if how == "transposed":
        return tensor.permute(list(range(tensor.dim()))[::-1])
    if how == "every second" and tensor.dim():
        return tensor[::2]
    if how == "part of a larger one" and tensor.dim():
        return torch.cat([tensor, tensor, tensor])[len(tensor) : 2 * len(tensor)]
    return tensor


def test_no_tensor_is_read_back_as_none(tmp_path: Path) -> None:
    assert read_safetensors(write(tmp_path / "a", {})) == {"state_dict": {}, "meta": {}}


@given(state=st.dictionaries(st.text(max_size=5).filter(lambda n: n != "__metadata__"), tensors()))
def test_tensors_come_back_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, state: dict[str, Tensor]
) -> None:
    file = write(tmp_path_factory.getbasetemp() / "round.safetensors", state, META)
    read = read_safetensors(file)
    assert read["meta"] == META
    assert read_safetensors_meta(file) == META
    assert {k: bits(v) for k, v in read["state_dict"].items()} == {
        k: bits(v) for k, v in state.items()
    }


def test_tensors_that_share_memory_come_back_under_each_name(tmp_path: Path) -> None:
    whole = torch.arange(12.0)
    state = {"whole": whole, "same": whole, "part": whole[3:6], "turned": whole.view(3, 4).t()}
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    model[1].weight = model[0].weight
    state |= model.state_dict()
    read = read_safetensors(write(tmp_path / "a.safetensors", state))["state_dict"]
    assert {k: bits(v) for k, v in read.items()} == {k: bits(v) for k, v in state.items()}
    assert len({value.data_ptr() for value in read.values()}) == len(read)


def test_parameters_are_read_back_as_plain_tensors(tmp_path: Path) -> None:
    state = {"a": nn.Parameter(torch.ones(2))}
    read = read_safetensors(write(tmp_path / "a.safetensors", state))["state_dict"]["a"]
    assert type(read) is Tensor
    assert not read.requires_grad


@pytest.mark.parametrize(
    ("tensor", "message"),
    [
        (
            torch.zeros(2, dtype=torch.complex128),
            r"a\.pth: safetensors hold no tensor of torch.complex128",
        ),
        (torch.eye(2).to_sparse(), r"a\.pth: a: safetensors hold no tensor of torch.sparse_coo"),
    ],
)
def test_tensors_that_the_format_does_not_know_are_refused(tensor: Tensor, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pack_safetensors({"a": tensor}, {}, "a.pth")


def test_safetensors_own_reader_reads_what_is_written(tmp_path: Path) -> None:
    file = write(tmp_path / "a.safetensors", STATE, META)
    assert {k: bits(v) for k, v in load_file(file).items()} == {
        k: bits(v) for k, v in STATE.items()
    }
    with safe_open(file, framework="pt") as content:
        assert json.loads(content.metadata()["digitdet"]) == META


def _names_and_digest() -> tuple[list[str], str]:
    """Names in the order of this process's sets, and what a state of them becomes."""
    names = set("abcdefghijklmnopqrstuvwxyz")  # no two processes have one order of so many
    state = {name: torch.full((2,), float(ord(name))) for name in names}
    meta = {name: dict.fromkeys(names, 1) for name in names}
    return list(names), hashlib.sha256(pack_safetensors(state, meta, "a")).hexdigest()


def test_equal_content_gives_equal_bytes_in_each_process() -> None:
    code = (
        "import hashlib, torch\n"
        "from digitdet.checkpoints.safetensors_files import pack_safetensors\n"
        f"{inspect.getsource(_names_and_digest)}\n"
        "print(_names_and_digest())\n"
    )
    other = os.environ.get("PYTHONHASHSEED") == "1"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "2" if other else "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    there, here = ast.literal_eval(done.stdout), _names_and_digest()
    assert there[0] != here[0], "the order of the names has to differ"
    assert there[1] == here[1]


@pytest.mark.parametrize("metadata", [None, {"format": "pt"}])
def test_files_of_other_programs_are_weights_without_a_word(
    tmp_path: Path, metadata: dict[str, str] | None
) -> None:
    file = tmp_path / "resnet50-20240131.safetensors"
    save_file(STATE, file, metadata)
    read = read_safetensors(file)
    assert read["meta"] == {}
    assert {k: bits(v) for k, v in read["state_dict"].items()} == {
        k: bits(v) for k, v in STATE.items()
    }


def test_what_was_read_does_not_change_with_the_file(tmp_path: Path) -> None:
    file = write(tmp_path / "a.safetensors", STATE)
    read = read_safetensors(file)["state_dict"]
    size = file.stat().st_size
    with file.open("r+b") as stream:
        stream.seek(size - 40)
        stream.write(b"\x01" * 40)
    assert {k: bits(v) for k, v in read.items()} == {k: bits(v) for k, v in STATE.items()}


def test_the_name_of_a_published_file_begins_its_sha_256(tmp_path: Path) -> None:
    file = published(tmp_path)
    digits = hashlib.sha256(file.read_bytes()).hexdigest()[:8]
    assert file.name == f"detector-{digits}.safetensors"
    assert read_safetensors(file)["meta"] == META


@pytest.mark.parametrize("position", [12, 60, -1])
def test_one_changed_bit_is_refused_by_name(tmp_path: Path, position: int) -> None:
    file = published(tmp_path)
    content = bytearray(file.read_bytes())
    content[position] ^= 1
    file.write_bytes(content)
    with pytest.raises(ValueError, match=rf"{file.name}: .* copy or download it again"):
        read_safetensors(file)


def test_a_changed_file_is_told_both_hashes_and_what_to_do(tmp_path: Path) -> None:
    file = published(tmp_path)
    other = file.rename(tmp_path / "detector-20240131.safetensors")
    with pytest.raises(ValueError, match=rf"begins with {file.name[9:17]}, not with 20240131") as e:
        read_safetensors(other)
    assert str(e.value).endswith("call it detector.safetensors)")
    assert read_safetensors(other.rename(tmp_path / "detector.safetensors"))["meta"] == META


def test_each_beginning_of_a_file_is_refused(tmp_path: Path) -> None:
    content, file = pack_safetensors(STATE, META, "a.pth"), tmp_path / "a.safetensors"
    for length in range(len(content)):
        file.write_bytes(content[:length])
        with pytest.raises(ValueError, match=r"a\.safetensors: is damaged or cut short"):
            read_safetensors(file)
        with pytest.raises(ValueError, match=r"a\.safetensors: is damaged or cut short"):
            read_safetensors_meta(file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "can't be read as JSON"),
        ("{'a': 1}", "can't be read as JSON"),
        ("[" * 100_000, "can't be read as JSON"),
        ("[1]", "hold a list, not an object"),
        ("null", "hold a NoneType, not an object"),
    ],
)
def test_metadata_that_are_no_object_are_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "a.safetensors"
    file.write_bytes(save(STATE, {"digitdet": text}))
    for read in (read_safetensors, read_safetensors_meta):
        with pytest.raises(
            ValueError, match=rf"a\.safetensors: its metadata 'digitdet' .*{message}"
        ):
            read(file)


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    for read in (read_safetensors, read_safetensors_meta, is_safetensors):
        with pytest.raises(FileNotFoundError):
            read(tmp_path / "none.safetensors")


def test_files_are_told_by_what_is_in_them(tmp_path: Path) -> None:
    file = tmp_path / "a.pth"
    for content, expected in (
        (b"", False),
        (b"{}", False),
        (pack_safetensors({}, {}, "a.pth"), True),
        (pack_safetensors(STATE, META, "a.pth"), True),
        (pack_safetensors(STATE, META, "a.pth")[:50], True),
        (b"\xff" * 8 + b"{", False),
        (b"{" * 9, False),
    ):
        file.write_bytes(content)
        assert is_safetensors(file) is expected, content
    for new in (True, False):
        torch.save(STATE, file, _use_new_zipfile_serialization=new)
        assert not is_safetensors(file)

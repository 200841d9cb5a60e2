"""Files of other programs are loaded as weights, or refused in words that say what they are."""

import gzip
import io
import pickle
import re
import tarfile
import zipfile
from argparse import Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import Tensor, nn
from torchvision.models.detection import fasterrcnn_resnet50_fpn_v2

from digitdet.checkpoints.reading import load_file, read_meta, state_dict_of
from digitdet.models import FasterRCNN


class Line(BaseModel):
    """The smallest model that mmengine trains."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(2, 1)

    def forward(self, inputs: list[Tensor], mode: str = "tensor") -> dict[str, Tensor]:
        assert mode == "loss"
        return {"loss": self.layer(torch.stack(inputs)).square().mean()}


@pytest.fixture
def of_mmengine(tmp_path: Path) -> tuple[Path, Mapping[str, Tensor]]:
    """A checkpoint that mmengine's own Runner and CheckpointHook wrote, and its weights."""
    rows = [{"inputs": torch.tensor([1.0, row])} for row in range(4)]
    runner = Runner(
        Line(),
        str(tmp_path),
        train_dataloader={"batch_size": 2, "dataset": rows, "sampler": {"type": "DefaultSampler"}},
        train_cfg={"by_epoch": True, "max_epochs": 2},
        optim_wrapper={"optimizer": {"type": "SGD", "lr": 0.1, "momentum": 0.9}},
        param_scheduler={"type": "MultiStepLR", "milestones": [1]},
        default_scope="mmengine",
        log_level="ERROR",
    )
    runner.train()
    return tmp_path / "epoch_2.pth", runner.model.state_dict()


def test_of_a_checkpoint_of_plain_mmengine_the_weights_alone_are_loaded(
    of_mmengine: tuple[Path, Mapping[str, Tensor]],
) -> None:
    file, weights = of_mmengine
    with pytest.raises(pickle.UnpicklingError, match="HistoryBuffer"):
        torch.load(file, weights_only=True)
    allowed = torch.serialization.get_safe_globals()
    content = load_file(file)
    assert content.keys() == {"state_dict"}
    assert torch.serialization.get_safe_globals() == allowed
    read = state_dict_of(content, str(file))
    assert read.keys() == weights.keys()
    assert all(torch.equal(read[name], value) for name, value in weights.items())
    assert read_meta(file) == {}


def test_weights_of_torchvision_are_loaded_into_the_model_of_their_shape(tmp_path: Path) -> None:
    weights = fasterrcnn_resnet50_fpn_v2(
        weights=None, weights_backbone=None, num_classes=11
    ).state_dict()
    file = tmp_path / "fasterrcnn_resnet50_fpn_v2.pth"
    torch.save(weights, file)
    model = FasterRCNN(
        num_classes=11,
        backbone={"type": "ResNetFPN", "depth": 50},
        anchor_sizes=[[32], [64], [128], [256], [512]],
        weights=str(file),
    )
    loaded = model.state_dict()
    assert loaded.keys() == weights.keys()
    assert all(torch.equal(loaded[name], value) for name, value in weights.items())


def test_of_a_checkpoint_of_torchvisions_scripts_the_weights_alone_are_loaded(
    tmp_path: Path,
) -> None:
    weights, file = nn.Linear(2, 1).state_dict(), tmp_path / "model_3.pth"
    content = {"model": weights, "optimizer": {}, "args": Namespace(lr=0.1), "epoch": 3}
    torch.save(content, file)
    read = state_dict_of(load_file(file), str(file))
    assert all(torch.equal(read[name], value) for name, value in weights.items())


def test_weights_that_an_old_torch_wrote_are_loaded(tmp_path: Path) -> None:
    weights, file = nn.Linear(2, 1).state_dict(), tmp_path / "old.pth"
    torch.save(weights, file, _use_new_zipfile_serialization=False)
    read = state_dict_of(load_file(file), str(file))
    assert all(torch.equal(read[name], value) for name, value in weights.items())
    file.write_bytes(file.read_bytes()[:-3])
    with pytest.raises(ValueError, match=re.escape(f"{file}: can't be loaded as a checkpoint")):
        load_file(file)


def saved(content: Any) -> bytes:
    stream = io.BytesIO()
    torch.save(content, stream)
    return stream.getvalue()


def zipped(**records: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in records.items():
            archive.writestr(name, content)
    return stream.getvalue()


def tarred() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("weights.pth"))
    return stream.getvalue()


def arrays() -> bytes:
    stream = io.BytesIO()
    np.savez(stream, a=np.zeros(2), b=np.ones(1))
    return stream.getvalue()


def script() -> bytes:
    stream = io.BytesIO()
    torch.jit.save(torch.jit.script(nn.Linear(2, 1)), stream)
    return stream.getvalue()


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
SAVE = "have the program that wrote it save the weights alone: torch.save(model.state_dict(), FILE)"
OBJECTS = r"it holds Python objects \(torch\.nn\.modules\..*\), which could run anything; "
FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "an empty file": (lambda: b"", "it is empty; copy or download it again"),
    "zeros": (lambda: bytes(4096), "it begins with zeros, as a file that was never written"),
    "a web page": (lambda: b"\n<!DOCTYPE html><html>Log in", "it is a web page, perhaps one that"),
    "another web page": (lambda: b"<html><body>404", "it is a web page"),
    "a pointer of git-lfs": (lambda: POINTER, "it is a pointer of Git LFS.*; get .* by `git lfs"),
    "a text": (lambda: b"model = dict()\n", "it is a text; take a checkpoint of tools/train.py"),
    "a text with a cut letter": (lambda: b"a" * 511 + "ä".encode(), "it is a text"),
    "JSON": (lambda: b'{"state_dict": {}}', "it is a text"),
    "a tar": (tarred, "it is a tar archive; unpack it"),
    "a compressed checkpoint": (lambda: gzip.compress(saved({})), "it is compressed; unpack it"),
    "a zip": (lambda: zipped(**{"weights.pth": b""}), "it is a zip, but none of torch.save's"),
    "a zip of nothing": (zipped, "it begins with the bytes 50 4b 05 06, as none does"),
    "arrays": (arrays, "it is an archive of NumPy arrays"),
    "a compressed zip of torch's names": (
        lambda: zipped(**{"archive/data.pkl": pickle.dumps({}, 2)}),
        "it is damaged, or was changed after torch.save wrote it",
    ),
    "HDF5": (lambda: b"\x89HDF\r\n\x1a\n" + bytes(99), "it is an HDF5 file; take weights of torch"),
    "a picture": (lambda: b"\xff\xd8\xff\xe0" + bytes(99), "it begins with the bytes ff d8 ff e0"),
    "a pickle": (lambda: pickle.dumps({}), f"it is a pickle, .*; {re.escape(SAVE)}$"),
    "TorchScript": (script, f"it is a TorchScript archive, which .*; {re.escape(SAVE)}$"),
    "a whole model": (lambda: saved(nn.Linear(2, 1)), OBJECTS + re.escape(SAVE)),
    "a checkpoint of Ultralytics' kind": (
        lambda: saved({"epoch": 3, "model": nn.Linear(2, 1).half(), "ema": None}),
        OBJECTS + re.escape(SAVE),
    ),
    "a NumPy array": (lambda: saved(np.zeros(2)), "holds no state dict of tensors"),
}


@pytest.mark.filterwarnings("ignore:.*torch.jit")
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("read", [load_file, read_meta])
def test_another_file_is_refused_with_what_it_is(
    tmp_path: Path, name: str, read: Callable[[Path], object]
) -> None:
    make, said = FILES[name]
    file = tmp_path / "weights.pth"
    file.write_bytes(make())
    with pytest.raises(ValueError, match=said) as caught:
        read(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert len(str(caught.value)) < len(str(file)) + 400
    assert "\n" not in str(caught.value)

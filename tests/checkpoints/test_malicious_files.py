"""Files that run something when they are loaded carelessly run nothing here."""

import contextlib
import io
import json
import os
import pickle
import sys
import tarfile
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mmengine.config import Config
from safetensors import safe_open
from safetensors.torch import save as safetensors_of
from torch import nn

from digitdet.checkpoints.finding import newest_checkpoint
from digitdet.checkpoints.reading import load_file, read_meta, state_dict_of
from digitdet.runner import Runner

ROOT = Path(__file__).parents[2]
QUICKSTART = str(ROOT / "configs" / "experiments" / "quickstart.py")
SMALL = [
    "train_dataloader.dataset.num_scenes=8",
    "train_dataloader.num_workers=0",
    "val_dataloader.dataset.num_scenes=4",
    "val_dataloader.num_workers=0",
    "train_cfg.max_epochs=1",
    "default_hooks.report=None",
]
WEIGHTS = dict(nn.Linear(2, 1).state_dict())
MODULE = "digitdet_canary"


class Call:
    """Unpickled, it calls a function."""

    def __init__(self, function: Callable[..., Any], argument: Any) -> None:
        self.function = function
        self.argument = argument

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self.function, (self.argument,)


def source(canary: Path) -> str:
    return f"__import__('pathlib').Path({str(canary)!r}).touch()\n"


def shell(canary: Path) -> dict[str, Any]:
    return {"state_dict": WEIGHTS, "meta": Call(os.system, f"touch '{canary}'")}


def saved(content: Any, **options: Any) -> bytes:
    stream = io.BytesIO()
    torch.save(content, stream, **options)
    return stream.getvalue()


class Scripted(nn.Module):
    """TorchScript that makes a file when it is loaded."""

    def __init__(self, file: str) -> None:
        super().__init__()
        self.file = file
        self.training = True
        self.made = torch.zeros(1)

    @torch.jit.export
    def __getstate__(self) -> tuple[str, bool]:
        return (self.file, self.training)

    @torch.jit.export
    def __setstate__(self, state: tuple[str, bool]) -> None:
        self.file = state[0]
        self.training = state[1]
        self.made = torch.from_file(self.file, True, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


def script(canary: Path) -> bytes:
    stream = io.BytesIO()
    torch.jit.save(torch.jit.script(Scripted(str(canary))), stream)
    return stream.getvalue()


def tar(canary: Path) -> bytes:
    """The form that torch.save had first."""
    stream, content = io.BytesIO(), pickle.dumps(shell(canary)["meta"], 2)
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name in ("storages", "tensors", "pickle"):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def importing(canary: Path) -> bytes:
    """A checkpoint that only names a class; what it is imported from is the attack."""
    module = types.ModuleType(MODULE)
    module.Best = type("Best", (), {"__module__": MODULE})  # type: ignore[attr-defined]
    sys.modules[MODULE] = module
    content = saved({"state_dict": WEIGHTS, "best": module.Best()})
    del sys.modules[MODULE]
    (canary.parent / f"{MODULE}.py").write_text(source(canary))
    return content


def objects(canary: Path) -> Any:
    return np.array([shell(canary)["meta"]], dtype=object)


def array_file(canary: Path) -> bytes:
    stream = io.BytesIO()
    np.save(stream, objects(canary), allow_pickle=True)
    return stream.getvalue()


def config_of(content: dict[str, Any]) -> None:
    """What mmengine does with the config of a checkpoint that is resumed from."""
    Config.fromstring(content["meta"]["config"], file_format=".py")


def meta_of_safetensors(file: Path) -> dict[str, Any]:
    with safe_open(file, framework="pt") as content:
        return {"meta": json.loads(content.metadata()["digitdet"])}


def unsafe(file: Path) -> Any:
    return torch.load(file, weights_only=False)


def unpickle(file: Path) -> Any:
    return pickle.loads(file.read_bytes())


def with_imports(canary: Path) -> bytes:
    (canary.parent / f"{MODULE}.py").write_text(source(canary))
    meta = {"cfg": json.dumps({"custom_imports": {"imports": [MODULE]}})}
    return saved({"state_dict": WEIGHTS, "meta": meta})


def safetensors_with_source(canary: Path) -> bytes:
    meta = {"config": source(canary), "cfg": source(canary)}
    return safetensors_of(WEIGHTS, {"digitdet": json.dumps(meta)})


Make = Callable[[Path], bytes]
CALL, SOURCE = "a call in a checkpoint", "a checkpoint whose config is source"
# How each is made, and what is careless with it.
REFUSED: dict[str, tuple[Make, Callable[[Path], object]]] = {
    CALL: (lambda c: saved(shell(c)), unsafe),
    "a call in a checkpoint of an old torch": (
        lambda c: saved(shell(c), _use_new_zipfile_serialization=False),
        unsafe,
    ),
    "a call in a checkpoint of a new pickle": (
        lambda c: saved(shell(c), pickle_protocol=5),
        unsafe,
    ),
    "source that is executed": (
        lambda c: saved({"state_dict": WEIGHTS, "meta": Call(exec, source(c))}),
        unsafe,
    ),
    "an import": (importing, unsafe),
    "an array of objects": (lambda c: saved({"state_dict": WEIGHTS, "a": objects(c)}), unsafe),
    "a pickle": (lambda c: pickle.dumps(shell(c)), unpickle),
    "a pickle as text": (
        lambda c: pickle.dumps(shell(c), 0),
        unpickle,
    ),
    "TorchScript": (script, torch.jit.load),
    "a tar of the oldest torch": (tar, unsafe),
    "a file of NumPy": (array_file, lambda f: np.load(f, allow_pickle=True)),
}
# These are loaded: what they hold is text.
LOADED: dict[str, tuple[Make, Callable[[Path], object]]] = {
    "a pickle in a checkpoint": (
        lambda c: saved({"state_dict": WEIGHTS, "meta": {"a": pickle.dumps(shell(c))}}),
        lambda f: pickle.loads(load_file(f)["meta"]["a"]),
    ),
    SOURCE: (
        lambda c: saved({"state_dict": WEIGHTS, "meta": {"config": source(c), "cfg": source(c)}}),
        lambda f: config_of(load_file(f)),
    ),
    "a checkpoint whose config imports": (
        with_imports,
        lambda f: Config.fromstring(load_file(f)["meta"]["cfg"], ".json"),
    ),
    "safetensors whose config is source": (
        safetensors_with_source,
        lambda f: config_of(meta_of_safetensors(f)),
    ),
}
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit", "ignore:Detected pickle protocol")


@pytest.fixture
def canary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that must not appear, in a folder of modules."""
    (tmp_path / "modules").mkdir()
    monkeypatch.syspath_prepend(tmp_path / "modules")
    monkeypatch.delitem(sys.modules, MODULE, raising=False)
    return tmp_path / "modules" / "canary"


def put(tmp_path: Path, canary: Path, name: str) -> Path:
    make, _ = {**REFUSED, **LOADED}[name]
    file = tmp_path / "epoch_1.pth"
    file.write_bytes(make(canary))
    assert not canary.exists()
    return file


@pytest.mark.parametrize("name", [*REFUSED, *LOADED])
def test_who_is_careless_runs_it(tmp_path: Path, canary: Path, name: str) -> None:
    file = put(tmp_path, canary, name)
    _, careless = {**REFUSED, **LOADED}[name]
    with contextlib.suppress(Exception):  # after it ran
        careless(file)
    assert canary.exists()


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_by_name_and_runs_nothing(tmp_path: Path, canary: Path, name: str) -> None:
    file = put(tmp_path, canary, name)
    for read in (load_file, read_meta):
        with pytest.raises(ValueError, match="can't be loaded as a checkpoint: it ") as caught:
            read(file)
        assert str(caught.value).startswith(f"{file}: ")
    with pytest.raises(ValueError, match=r"epoch_1\.pth"):
        newest_checkpoint(tmp_path)
    assert not canary.exists()


@pytest.mark.parametrize("name", LOADED)
def test_text_in_a_checkpoint_stays_text(tmp_path: Path, canary: Path, name: str) -> None:
    file = put(tmp_path, canary, name)
    assert state_dict_of(load_file(file), str(file)).keys() == WEIGHTS.keys()
    read_meta(file)
    newest_checkpoint(tmp_path)
    assert not canary.exists()


Main = Callable[[str], Callable[[list[str]], None]]


@pytest.mark.parametrize("name", [*REFUSED, SOURCE])
def test_the_evaluation_runs_nothing(
    tmp_path: Path, canary: Path, name: str, tool: Main, capsys: pytest.CaptureFixture[str]
) -> None:
    file = put(tmp_path, canary, name)
    options = ["--out", str(tmp_path / "out"), "--cfg-options", *SMALL]
    with pytest.raises(SystemExit):
        tool("test")([QUICKSTART, str(file), *options])
    assert f"{file}: " in capsys.readouterr().err
    assert not canary.exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (CALL, ["--resume", "FILE"]),
        (CALL, ["--resume"]),
        (CALL, ["load_from=FILE"]),
        (CALL, ["model.weights=FILE"]),
        (SOURCE, ["--resume", "FILE"]),
    ],
)
def test_no_way_into_a_training_runs_anything(
    tmp_path: Path, canary: Path, name: str, words: list[str], tool: Main
) -> None:
    file = put(tmp_path, canary, name)
    words = [word.replace("FILE", str(file)) for word in words]
    ahead, behind = (words, []) if words[0] == "--resume" else ([], words)
    command = [QUICKSTART, "--work-dir", str(tmp_path), *ahead, "--cfg-options", *SMALL, *behind]
    with pytest.raises(SystemExit):
        tool("train")(command)
    assert not canary.exists()


@pytest.mark.parametrize("name", [*REFUSED, *LOADED])
def test_publishing_runs_nothing(tmp_path: Path, canary: Path, name: str, tool: Main) -> None:
    file = put(tmp_path, canary, name)
    with pytest.raises(SystemExit) if name in REFUSED else contextlib.nullcontext():
        tool("publish")([str(file)])
    assert not canary.exists()


@pytest.mark.parametrize("key", ["cfg", "config"])
def test_a_config_in_a_checkpoint_is_not_executed_when_a_run_goes_on(
    tmp_path: Path, canary: Path, key: str, line_run: Callable[..., Runner]
) -> None:
    line_run("run").train()
    content = load_file(tmp_path / "run" / "epoch_1.pth")
    (canary.parent / f"{MODULE}.py").write_text(source(canary))
    for planted in (source(canary), json.dumps({"custom_imports": {"imports": [MODULE]}})):
        content["meta"][key] = planted
        file = tmp_path / "planted.pth"
        torch.save(content, file)
        with contextlib.suppress(ValueError):
            line_run("run", load_from=str(file), resume=True).train()
        assert not canary.exists()

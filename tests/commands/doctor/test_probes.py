"""What digitdet is made of is tried, and what fails is told."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from digitdet import pretrained
from digitdet.checkpoints.safetensors_files import pack_safetensors
from digitdet.commands.doctor import probes
from digitdet.commands.doctor.findings import Finding
from digitdet.commands.doctor.probes import plain_scene, try_all

# A process that imports nothing heavy.
SPEAKING = """
import os
from digitdet.commands.doctor import probes
from digitdet.commands.doctor.findings import well

def speak():
    print("a library speaks", flush=True)
    os.write(1, b"a C library speaks\\n")
    yield well("a", "b")

probes.PROBES.clear()
probes.PROBES["first"] = speak, ""
probes.main()
"""


def only(*names: str) -> Finding:
    (finding,) = try_all(names)
    return finding


def test_this_environment_is_well() -> None:
    findings = list(try_all(["torch, torchvision", "opencv", "modules"]))
    assert [(finding.kind, finding.remedy) for finding in findings] == [("ok", "")] * 3


def test_devices_are_named() -> None:
    first, *others = try_all(["devices"])
    assert first.what == "CPU"
    assert first.said.endswith("cores may be used")
    assert len([each for each in others if each.what != "mps"]) == torch.cuda.device_count()


def test_graphics_cards_are_told_with_their_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    class Properties:
        total_memory = 24 * 2**30

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda index: f"Card {index}")
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: Properties)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    _, first, second = try_all(["devices"])
    assert (first.what, first.said) == ("cuda:0", "Card 0, 24 GiB")
    assert second.said.startswith("Card 1")


def test_a_card_that_torch_can_not_use_is_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    monkeypatch.setattr(probes, "NVIDIA", tmp_path)
    *_, note = try_all(["devices"])
    assert (note.kind, note.what) == ("note", "cuda")
    assert "can't use the NVIDIA GPU" in note.said


def test_an_error_that_names_its_remedy_is_told_alone_and_others_with_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setitem(probes.PROBES, "torch, torchvision", (fail, probes.PAIR))
    for error, expected in (
        (ImportError("Install a pair:\n`pip install torch`."), ""),
        (RuntimeError("operator torchvision::nms does not exist"), probes.PAIR),
        (OSError(), probes.PAIR),
    ):
        finding = only("torch, torchvision")
        assert finding.kind == "wrong"
        assert finding.remedy == expected
        assert finding.said == (" ".join(str(error).split()) or "OSError")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "w.safetensors"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is damaged or cut short"),
        (pack_safetensors({"w": torch.tensor([torch.nan])}, {}, ""), "w is not finite"),
        (pack_safetensors({"w": torch.zeros(9)}, {}, "")[:-8], "is damaged or cut short"),
    ],
)
def test_weights_that_are_missing_or_damaged_are_wrong(
    content: bytes | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "w.safetensors"
    monkeypatch.setattr(pretrained, "READER_FILE", file)
    if content is not None:
        file.write_bytes(content)
    finding = only("weights")
    assert finding.kind == "wrong"
    assert said in finding.said
    assert finding.remedy == probes.REINSTALL


def test_weights_that_are_others_than_were_installed_are_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert only("weights").kind == "ok"
    where = "digitdet.commands.doctor.recorded_files.differs_from_record"
    monkeypatch.setattr(where, lambda _: True)
    assert "is not the file that was installed" in only("weights").said


def test_the_reader_reads_plain_scenes() -> None:
    finding = only("reading")
    assert finding.kind == "ok", finding.said
    assert "of 4 plain scenes are read" in finding.said


def test_a_reader_that_misreads_plain_scenes_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    blank = np.full((40, 80, 3), 128, np.uint8)

    class Scene:
        image = blank

    monkeypatch.setattr(probes, "plain_scene", lambda _: (Scene, "x"))
    finding = only("reading")
    assert finding.kind == "wrong"
    assert "0 of 4 plain scenes are read: " in finding.said
    assert " for x, " in finding.said


def test_a_plain_scene_is_always_the_same() -> None:
    scene, painted = plain_scene(0)
    assert len(painted) == 3
    assert np.array_equal(scene.image, plain_scene(0)[0].image)
    assert not np.array_equal(scene.image, plain_scene(1)[0].image)


def test_findings_are_lines_of_json_and_nothing_else_is() -> None:
    done = subprocess.run([sys.executable, "-c", SPEAKING], capture_output=True, check=True)
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        "first",
        {"kind": "ok", "what": "a", "said": "b", "remedy": ""},
    ]
    assert sorted(done.stderr.splitlines()) == [b"a C library speaks", b"a library speaks"]

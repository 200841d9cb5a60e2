"""What is published of a checkpoint, under which name, and what is never written over."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from digitdet.checkpoints.publishing import publish
from digitdet.checkpoints.safetensors_files import read_safetensors
from digitdet.console import console

STATE = {"a": torch.arange(6.0).reshape(2, 3), "n": torch.tensor(7)}
CONFIG = {
    "model": {"type": "FasterRCNN"},
    "work_dir": "/home/ada/work_dirs/strong",
    "load_from": "start.pth",
    "resume": True,
    "launcher": "slurm",
    "randomness": {"seed": 3},
}
META: dict[str, Any] = {
    "format": "digitdet",
    "format_version": 1,
    "epoch": 12,
    "iter": 4800,
    "epoch_step": 0,
    "batches_per_epoch": 400,
    "seed": 3,
    "experiment_name": "strong_20250930_101112",
    "time": "20250930_121314",
    "cfg": json.dumps(CONFIG),
    "classes": [str(digit) for digit in range(10)],
    "dataset_meta": {"category_ids": {label: label + 50 for label in range(1, 11)}},
    "versions": {"digitdet": "0.1", "torch": "2.6.0"},
    "git": {"commit": "abc", "has_changes": False},
    "metrics": {"map": 0.4153, "map_50": 0.77},
    "is_stopover": False,
}
CALIBRATION = {"kind": "logistic", "slope": 1.5, "offset": 0.0, "num_numbers": 9, "num_right": 4}
STALE = {"optimizer": {"state": {0: {"momentum": torch.ones(1000)}}}, "message_hub": {}}


def save(file: Path, **changes: Any) -> Path:
    """A checkpoint as a training writes it."""
    torch.save({"meta": {**META, **changes}, "state_dict": STATE, **STALE}, file)
    return file


def same(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(
        one[name].dtype == other[name].dtype and torch.equal(one[name], other[name]) for name in one
    )


def text_of(*arguments: Any, **named: Any) -> str:
    """What publishing says on the console."""
    with console.capture() as captured:
        publish(*arguments, **named)
    return captured.get()


@pytest.mark.parametrize("content", [{}, [], {"state_dict": {}}, {"meta": {}, "state_dict": []}])
def test_a_checkpoint_without_weights_is_refused(tmp_path: Path, content: Any) -> None:
    torch.save(content, tmp_path / "none.pth")
    with pytest.raises(ValueError, match=r"none\.pth"):
        publish(tmp_path / "none.pth")
    assert [file.name for file in tmp_path.iterdir()] == ["none.pth"]


def test_weights_and_what_has_to_be_known_of_them_are_kept_and_nothing_else(
    tmp_path: Path,
) -> None:
    read = read_safetensors(publish(save(tmp_path / "epoch_12.pth")))
    assert same(read["state_dict"], STATE)
    meta = read["meta"]
    assert json.loads(meta.pop("cfg")) == {
        "model": {"type": "FasterRCNN"},
        "randomness": {"seed": 3},
    }
    assert meta == {
        "format": "digitdet",
        "format_version": 1,
        "experiment_name": "strong",
        "epoch": 12,
        "iter": 4800,
        "seed": 3,
        "classes": [str(digit) for digit in range(10)],
        "dataset_meta": {"category_ids": {str(label): label + 50 for label in range(1, 11)}},
        "versions": {"digitdet": "0.1", "torch": "2.6.0"},
        "git": {"commit": "abc", "has_changes": False},
        "metrics": {"map": 0.4153, "map_50": 0.77},
    }


@pytest.mark.parametrize(
    ("experiment", "expected"),
    [
        ("", "epoch_12"),
        ("20250930_101112", "epoch_12"),
        ("20250930_101112_2", "epoch_12"),
        ("strong", "strong"),
        ("strong_20250930_101112", "strong"),
        ("strong_20250930_101112_3", "strong"),
        ("run_2025_20250930_101112", "run_2025"),
    ],
)
def test_the_name_is_the_experiments_without_the_second_of_its_start(
    tmp_path: Path, experiment: str, expected: str
) -> None:
    file = publish(save(tmp_path / "epoch_12.pth", experiment_name=experiment))
    assert file.parent == tmp_path
    assert file.name.removesuffix(file.name[-21:]) == expected


def test_runs_that_differ_in_place_and_time_alone_give_the_same_file(tmp_path: Path) -> None:
    first = publish(save(tmp_path / "a.pth"), tmp_path / "one")
    config = {**CONFIG, "work_dir": "/elsewhere", "load_from": None}
    other = dict(
        experiment_name="strong_20260101_000000", time="20260101_000001", cfg=json.dumps(config)
    )
    second = publish(save(tmp_path / "b.pth", **other), tmp_path / "two")
    assert first.name == second.name
    assert first.read_bytes() == second.read_bytes()
    third = publish(save(tmp_path / "c.pth", seed=4), tmp_path / "three")
    assert third.name != first.name


def test_publishing_again_writes_nothing_and_says_so(tmp_path: Path) -> None:
    checkpoint = save(tmp_path / "epoch_12.pth")
    first = publish(checkpoint)
    before = first.stat().st_mtime_ns
    assert f"was there already: {first}" in text_of(checkpoint)
    assert first.stat().st_mtime_ns == before
    assert len(list(tmp_path.iterdir())) == 2


def test_a_published_file_is_published_as_it_is(tmp_path: Path) -> None:
    first = publish(save(tmp_path / "epoch_12.pth"))
    second = publish(first, tmp_path / "other")
    assert second.name == first.name
    assert second.read_bytes() == first.read_bytes()
    assert publish(first) == first


def test_weights_that_were_not_validated_have_no_figures(tmp_path: Path) -> None:
    checkpoint = save(tmp_path / "iter_4801.pth", metrics={}, is_stopover=True)
    assert "no figures, as they were not validated" in text_of(checkpoint)
    assert read_safetensors(publish(checkpoint))["meta"]["metrics"] == {}


@pytest.mark.parametrize("meta", [None, {}, {"mmengine_version": "0.10.7", "cfg": "import os"}])
def test_weights_of_another_origin_are_published_alone(
    tmp_path: Path, meta: dict[str, Any] | None
) -> None:
    content = STATE if meta is None else {"meta": meta, "state_dict": STATE}
    torch.save(content, tmp_path / "resnet50-0676ba61.pth")
    assert "weights of another origin" in text_of(tmp_path / "resnet50-0676ba61.pth")
    file = publish(tmp_path / "resnet50-0676ba61.pth")
    assert file.name.startswith("resnet50-")
    assert len(file.name) == len("resnet50-1a2b3c4d.safetensors")
    read = read_safetensors(file)
    assert same(read["state_dict"], STATE)
    assert read["meta"] == {}


def test_the_console_says_what_was_written(tmp_path: Path) -> None:
    checkpoint = save(tmp_path / "epoch_12.pth")
    said = text_of(checkpoint, tmp_path / "new" / "folder", "mine")
    (file,) = (tmp_path / "new" / "folder").iterdir()
    assert file.name.startswith("mine-")
    assert "strong, epoch 12, step 4800, seed 3; map 0.4153, map_50 0.7700\n" in said
    assert f"written: {file}" in said
    assert f"SHA-256 {file.name[5:13]}" in said
    share = f"{file.stat().st_size / checkpoint.stat().st_size:.0%}"
    assert f"{share} of the" in said
    assert "no hash" not in said


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        (
            {"map": 0.5, "ap_1": 0.1, "number_accuracy": -1.0},
            "0.5000, number_accuracy -1.0000 and 1 more",
        ),
        ({f"own_{n}": 0.1 for n in range(6)}, "own_3 0.1000 and 2 more figures"),
        ({"own": 2.0}, "own 2.0000\n"),
    ],
)
def test_of_many_figures_a_few_are_shown(
    tmp_path: Path, metrics: dict[str, float], expected: str
) -> None:
    assert expected in text_of(save(tmp_path / "a.pth", metrics=metrics))


def test_a_file_takes_the_given_name(tmp_path: Path) -> None:
    checkpoint, file = save(tmp_path / "a.pth"), tmp_path / "new" / "b.safetensors"
    assert "its name holds no hash" in text_of(checkpoint, file)
    assert same(read_safetensors(file)["state_dict"], STATE)


def test_another_file_is_never_replaced(tmp_path: Path) -> None:
    checkpoint = save(tmp_path / "a.pth")
    other = tmp_path / "other.safetensors"
    other.write_bytes(b"mine")
    with pytest.raises(ValueError, match=r"other\.safetensors: is there already and holds"):
        publish(checkpoint, other)
    assert other.read_bytes() == b"mine"
    damaged = publish(checkpoint)
    damaged.write_bytes(b"damaged")
    with pytest.raises(ValueError, match=rf"{damaged.name}: is there already and holds"):
        publish(checkpoint)
    assert damaged.read_bytes() == b"damaged"


@pytest.mark.parametrize("name", ["a/b", "../a", "/a"])
def test_a_name_with_folders_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"--name: has to be a name without folders"):
        publish(save(tmp_path / "a.pth"), tmp_path, name)


@pytest.mark.parametrize("cfg", ["model = 1", "[]", 3])
def test_a_config_that_is_no_json_is_refused(tmp_path: Path, cfg: Any) -> None:
    checkpoint = save(tmp_path / "a.pth", cfg=cfg)
    with pytest.raises(ValueError, match=r"a\.pth: its config can't be read as JSON"):
        publish(checkpoint)
    assert len(list(tmp_path.iterdir())) == 1


def calibration_file(file: Path, **changes: Any) -> Path:
    """A calibration as tools/calibrate.py writes it."""
    content = {"calibration": {**CALIBRATION, **changes}, "figures": {"numbers": 9}}
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def test_a_calibration_is_carried_and_kept_until_another_is_given(tmp_path: Path) -> None:
    file = calibration_file(tmp_path / "calibration.json")
    first = publish(save(tmp_path / "a.pth"), tmp_path / "one", calibration=file)
    assert read_safetensors(first)["meta"]["calibration"] == CALIBRATION
    again = publish(first, tmp_path / "two")
    assert again.read_bytes() == first.read_bytes()
    other = publish(first, tmp_path, calibration=calibration_file(file, slope=2.0))
    assert read_safetensors(other)["meta"]["calibration"] == {**CALIBRATION, "slope": 2.0}
    assert other.name != first.name


def test_a_calibration_that_is_none_is_refused(tmp_path: Path) -> None:
    file = calibration_file(tmp_path / "calibration.json", slope="steep")
    with pytest.raises(ValueError, match=r"calibration\.json: calibration: slope: has to be a num"):
        publish(save(tmp_path / "a.pth"), calibration=file)
    with pytest.raises(ValueError, match=r"b\.pth: calibration: kind: is missing"):
        publish(save(tmp_path / "b.pth", calibration={}))
    assert not list(tmp_path.glob("*.safetensors"))


@pytest.mark.parametrize("content", [STATE, {"state_dict": STATE, "meta": {**META, "cfg": "{}"}}])
def test_weights_without_a_config_take_no_calibration(tmp_path: Path, content: Any) -> None:
    torch.save(content, tmp_path / "a.pth")
    file = calibration_file(tmp_path / "calibration.json")
    with pytest.raises(ValueError, match=r"a\.pth: --calibration is for a checkpoint of digitdet"):
        publish(tmp_path / "a.pth", calibration=file)


READER = {"type": "LineReader", "score_threshold": 0.4}
LINES = json.dumps({**CONFIG, "reader": {"type": "LineReader"}})


def reader_file(file: Path, more: str = "") -> Path:
    """A fragment as tools/tune_reader.py writes it."""
    file.write_text(f"{more}\nreader = {READER}\n", encoding="utf-8")
    return file


def carried(file: Path) -> Any:
    return json.loads(read_safetensors(file)["meta"]["cfg"])


def test_another_reader_takes_the_place_of_the_configs(tmp_path: Path) -> None:
    checkpoint, file = save(tmp_path / "a.pth", cfg=LINES), reader_file(tmp_path / "reader.py")
    first, other = publish(checkpoint), publish(checkpoint, reader=file)
    assert carried(other) == {**carried(first), "reader": READER}
    assert f"with the reader of {file}; the fig" in text_of(checkpoint, reader=file)
    assert publish(other, reader=file) == other


def test_what_a_reader_imports_is_carried_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "own_lines.py").write_text("")
    file = reader_file(tmp_path / "reader.py", 'custom_imports = dict(imports="own_lines")')
    assert carried(publish(save(tmp_path / "a.pth"), reader=file))["custom_imports"] == {
        "imports": ["own_lines"]
    }
    own = {"imports": ["own_lines", "own_model"], "allow_failed_imports": False}
    both = save(tmp_path / "b.pth", cfg=json.dumps({**CONFIG, "custom_imports": own}))
    assert carried(publish(both, reader=file))["custom_imports"] == own


def test_a_calibration_does_not_stay_with_another_reader(tmp_path: Path) -> None:
    file = reader_file(tmp_path / "reader.py")
    checkpoint = save(tmp_path / "a.pth", cfg=LINES, calibration=CALIBRATION)
    with pytest.raises(ValueError, match=r"a\.pth: its calibration was fitted with the reader"):
        publish(checkpoint, reader=file)
    calibration = calibration_file(tmp_path / "old.json")
    content = json.loads(calibration.read_text())
    content["origin"] = {"reader": {"type": "LineReader"}}
    calibration.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r"old\.json: its calibration was fitted .*0\.4.*by --cal"):
        publish(checkpoint, reader=file, calibration=calibration)
    assert not list(tmp_path.glob("*.safetensors"))
    content["origin"] = {"reader": READER}
    calibration.write_text(json.dumps(content))
    fitted = publish(checkpoint, reader=file, calibration=calibration)
    assert carried(fitted)["reader"] == READER
    assert publish(fitted, reader=file) == fitted


def test_a_reader_that_is_none_is_refused(tmp_path: Path) -> None:
    checkpoint, file = save(tmp_path / "a.pth", cfg=LINES), tmp_path / "reader.py"
    with pytest.raises(FileNotFoundError, match=r"reader\.py: no such config"):
        publish(checkpoint, reader=file)
    file.write_text('reader = dict(type="LineReader", score_treshold=0.4)')
    with pytest.raises(ValueError, match=r"score_treshold"):
        publish(checkpoint, reader=file)
    torch.save(STATE, tmp_path / "b.pth")
    with pytest.raises(ValueError, match=r"b\.pth: --reader is for a checkpoint of digitdet"):
        publish(tmp_path / "b.pth", reader=reader_file(file))
    assert not list(tmp_path.glob("*.safetensors"))


def test_rounded_weights_say_so_and_are_published_as_they_are(tmp_path: Path) -> None:
    checkpoint = save(tmp_path / "a.pth")
    whole, rounded = publish(checkpoint), publish(checkpoint, tmp_path / "half", half=True)
    read = read_safetensors(rounded)
    assert read["meta"] == {**read_safetensors(whole)["meta"], "rounded_to": "float16"}
    assert {name: value.dtype for name, value in read["state_dict"].items()} == {
        "a": torch.float16,
        "n": torch.int64,
    }
    assert torch.equal(read["state_dict"]["a"].float(), STATE["a"])
    for half in (False, True):
        assert publish(rounded, tmp_path / str(half), half=half).read_bytes() == (
            rounded.read_bytes()
        )
    assert "weights rounded to float16" in text_of(rounded)


def test_rounded_weights_of_another_origin_say_so_too(tmp_path: Path) -> None:
    torch.save(STATE, tmp_path / "a.pth")
    rounded = publish(tmp_path / "a.pth", half=True)
    assert read_safetensors(rounded)["meta"] == {"rounded_to": "float16"}
    said = text_of(rounded, tmp_path / "other")
    assert "weights of another origin" in said
    (again,) = (tmp_path / "other").iterdir()
    assert again.read_bytes() == rounded.read_bytes()


def test_a_value_that_rounding_would_lose_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    torch.save({"meta": META, "state_dict": {**STATE, "b": torch.tensor(1e5)}}, tmp_path / "a.pth")
    with pytest.raises(ValueError, match=r"a\.pth: b: holds 100000, but float16 ends at 65504"):
        publish(tmp_path / "a.pth", half=True)
    assert len(list(tmp_path.iterdir())) == 1

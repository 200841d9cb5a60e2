"""Publishing a checkpoint as a user does, and giving the file to each tool."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from digitdet import DigitReader, config
from digitdet.checkpoints.reading import load_file
from digitdet.checkpoints.safetensors_files import read_safetensors
from digitdet.registry import MODELS
from digitdet.runner import Runner

ROOT = Path(__file__).parents[2]
QUICKSTART = str(ROOT / "configs" / "experiments" / "quickstart.py")
SMALL = [
    "train_dataloader.dataset.num_scenes=8",
    "train_dataloader.batch_size=4",
    "val_dataloader.dataset.num_scenes=4",
    "train_cfg.max_epochs=1",
    "default_hooks.report=None",
    "model.min_size=32",
    "model.max_size=96",
    "param_scheduler.0.end=1",
    "param_scheduler.1.T_max=1",
    "custom_hooks=[{'type':'EvaluationHook'},{'type':'ProgressHook'},{'type':'EMAHook'}]",
]
READ_ALL = ["model.score_threshold=0.001", "reader.score_threshold=0.001"]
Tool = Callable[[str], Callable[[list[str]], None]]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, tool: Tool) -> tuple[Path, Path]:
    """The checkpoint of a run with averaged weights, and what is published of it."""
    work_dir = tmp_path_factory.mktemp("trained")
    arguments = [QUICKSTART, "--work-dir", str(work_dir), "--no-preflight"]
    tool("train")([*arguments, "--cfg-options", *SMALL])
    tool("publish")([str(work_dir / "epoch_1.pth")])
    (published,) = work_dir.glob("*.safetensors")
    return work_dir / "epoch_1.pth", published


def _outputs(folder: Path) -> dict[str, bytes]:
    """All files of a folder, without its logs."""
    names = ("pred.json", "pred.csv", "predictions.json", "metrics.json")
    found = {file.name: file.read_bytes() for file in folder.iterdir() if file.name in names}
    assert found
    return {name: content.replace(bytes(folder), b"") for name, content in found.items()}


def test_the_weights_are_those_that_validation_scored(pair: tuple[Path, Path]) -> None:
    checkpoint, published = pair
    assert published.name.startswith("quickstart-")
    whole, read = load_file(checkpoint), read_safetensors(published)
    assert "ema_state_dict" in whole
    assert read["state_dict"].keys() == whole["state_dict"].keys()
    for name, value in whole["state_dict"].items():
        assert torch.equal(value, read["state_dict"][name]), name
    assert read["meta"]["metrics"] == whole["meta"]["metrics"]
    assert "map" in read["meta"]["metrics"]
    assert "work_dir" not in json.loads(read["meta"]["cfg"])
    assert published.stat().st_size < checkpoint.stat().st_size / 2


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("test", ["--cfg-options", *SMALL, *READ_ALL]),
        ("predict", ["--cfg-options", *READ_ALL]),
        ("predict", ["--cfg-options", *READ_ALL, "--tta-method", "nms", "--tta", "1", "1.2"]),
    ],
)
def test_a_published_file_predicts_the_same_bit_for_bit(
    pair: tuple[Path, Path],
    tool: Tool,
    layout: Path,
    tmp_path: Path,
    name: str,
    arguments: list[str],
) -> None:
    found = []
    for number, file in enumerate(pair):
        out = tmp_path / str(number)
        place = ["--out-dir" if name == "test" else "--out", str(out)]
        what = [str(layout / "test" / "1.png")] if name == "predict" else []
        tool(name)([QUICKSTART, str(file), *what, *place, *arguments])
        found.append(_outputs(out))
    assert found[0] == found[1]
    detections: Any = json.loads(found[0].get("pred.json") or found[0]["predictions.json"])
    assert detections


def test_a_published_reader_is_the_one_that_reads(
    pair: tuple[Path, Path], tool: Tool, layout: Path, tmp_path: Path
) -> None:
    """A reader of no more than one digit gives no longer number."""
    file, out = tmp_path / "reader.py", tmp_path / "short.safetensors"
    file.write_text('reader = dict(type="LineReader", score_threshold=0.05, max_digits=1)\n')
    tool("publish")([str(pair[0]), "--reader", str(file), "--out", str(out)])
    longest = []
    for each in (pair[1], out):
        readings = DigitReader(checkpoint=each, options=READ_ALL)(layout / "train")
        longest.append(max(len(reading.text) for reading in readings))
    assert longest[0] > 1
    assert longest[1] == 1


def test_a_training_starts_from_a_published_file_as_from_its_checkpoint(
    pair: tuple[Path, Path],
    tool: Tool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    expected = load_file(pair[0])["state_dict"]
    options = [*SMALL, f"load_from={pair[1]}"]
    loaded = config.load(QUICKSTART, [o for o in options if "EMAHook" not in o])
    loaded.work_dir = str(tmp_path)
    runner = Runner.from_cfg(loaded)
    runner.load_or_resume()
    built = MODELS.build(config.load(QUICKSTART, [f"model.weights={pair[1]}"]).model)
    for model in (runner.bare_model, built):
        assert all(torch.equal(value, expected[k]) for k, value in model.state_dict().items())
    tool("train")([QUICKSTART, "--dry-run", "--cfg-options", *options])
    assert "fits the model" in capsys.readouterr().out


def test_rounded_weights_are_half_as_large_and_compute_in_float32(
    pair: tuple[Path, Path], tool: Tool, layout: Path, tmp_path: Path
) -> None:
    calibration = {"kind": "logistic", "slope": 2.0, "offset": 0.5, "num_numbers": 1}
    file = tmp_path / "calibration.json"
    content = {"calibration": {**calibration, "num_right": 1}}
    file.write_text(json.dumps(content), encoding="utf-8")
    more = ["--half", "--calibration", str(file), "--out", str(tmp_path / "half")]
    tool("publish")([str(pair[0]), *more])
    (rounded,) = (tmp_path / "half").iterdir()
    assert read_safetensors(rounded)["meta"]["calibration"] == content["calibration"]
    assert 0.45 < rounded.stat().st_size / pair[1].stat().st_size < 0.55
    built = MODELS.build(config.load(QUICKSTART, [f"model.weights={rounded}"]).model)
    whole = load_file(pair[0])["state_dict"]
    for name, value in built.state_dict().items():
        assert value.dtype == whole[name].dtype
        # To 11 bits; what is less than float16's least normal number, to that one's last.
        torch.testing.assert_close(value, whole[name], rtol=2**-11, atol=2**-25)
    names = [str(layout / "test" / "1.png"), "--cfg-options", *READ_ALL]
    found: list[Any] = []
    for number, checkpoint in enumerate((pair[0], rounded)):
        out = tmp_path / str(number)
        tool("predict")([QUICKSTART, str(checkpoint), names[0], "--out", str(out), *names[1:]])
        found += json.loads((out / "predictions.json").read_text(encoding="utf-8"))
    best = [max(digit["score"] for digit in one["digits"]) for one in found]
    assert best[1] == pytest.approx(best[0], abs=0.01)


@pytest.mark.parametrize("more", [["--dry-run"], ["--no-preflight"]])
def test_a_published_file_can_not_be_resumed_from(
    pair: tuple[Path, Path],
    tool: Tool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    more: list[str],
) -> None:
    arguments = [QUICKSTART, "--work-dir", str(tmp_path), "--resume", str(pair[1]), *more]
    with pytest.raises(SystemExit):
        tool("train")([*arguments, "--cfg-options", *SMALL])
    error = capsys.readouterr().err
    assert f"{pair[1].name}: can't be resumed from, it lacks" in error
    assert "optimizer" in error
    assert "load_from" in error


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "none.pth: no such checkpoint"),
        (b"", "none.pth"),
        (b"PK\x03\x04 torn", "none.pth"),
        (b"\x10\x00\x00\x00\x00\x00\x00\x00{ torn", "none.pth: is damaged or cut short"),
    ],
)
def test_what_is_no_checkpoint_is_refused_in_words(
    tool: Tool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes | None,
    message: str,
) -> None:
    file = tmp_path / "none.pth"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SystemExit):
        tool("publish")([str(file)])
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


def test_a_changed_file_is_refused_by_each_tool(
    pair: tuple[Path, Path],
    tool: Tool,
    layout: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    content = bytearray(pair[1].read_bytes())
    content[-1] ^= 1
    changed = tmp_path / pair[1].name
    changed.write_bytes(content)
    train = [QUICKSTART, "--work-dir", str(tmp_path / "work"), "--no-preflight"]
    options = ["--cfg-options", *SMALL]
    for name, arguments in (
        ("test", [QUICKSTART, str(changed), "--out-dir", str(tmp_path / "out"), *options]),
        ("predict", [QUICKSTART, str(changed), str(layout / "test")]),
        ("publish", [str(changed)]),
        ("train", [*train, "--resume", str(changed), *options]),
        ("train", [*train, *options, f"load_from={changed}"]),
        ("train", [*train, *options, f"model.weights={changed}"]),
    ):
        with pytest.raises(SystemExit):
            tool(name)(arguments)
        assert f"{changed.name}: was changed or damaged" in capsys.readouterr().err, arguments


def test_a_file_to_write_has_no_second_name(
    pair: tuple[Path, Path], tool: Tool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        tool("publish")([str(pair[0]), "--out", str(tmp_path / "a.safetensors"), "--name", "b"])
    assert "leave out --name" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())

"""Training and inference side by side, as the command line has them."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import torch
from made_loops import quick, without_memory

from digitdet.benchmarks import inference, matrix_peak, training
from digitdet.benchmarks.inference import EQUAL, STOCK
from digitdet.benchmarks.side_by_side import Setting, measure

Tool = Callable[[str], Callable[[list[str]], None]]
FAST = str(Path(__file__).parents[2] / "configs" / "experiments" / "frcnn_fast.py")
NO_DATA = ["--cfg-options", "data_root=no_data"]


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix_peak, "SECONDS", 0)
    monkeypatch.setattr(matrix_peak, "SIDES", {"cpu": 8, "cuda": 8})


def test_each_batch_size_has_its_table_and_its_figures(capsys: pytest.CaptureFixture[str]) -> None:
    setting = Setting("a.py", batch_sizes=(2, 4), repeats=2, stock_repeats=1)
    loops = {"ours": quick, "slow": quick, "large": without_memory}
    figures = measure("training", loops, ("slow",), setting)
    out = capsys.readouterr().out
    assert figures["setting"]["config"] == "a.py"
    assert [result["batch_size"] for result in figures["results"]] == [2, 4]
    for result in figures["results"]:
        assert f"training, {result['batch_size']} pictures a step" in out
        assert result["matrix_products"]["gflop_per_second_before"] > 0
        assert result["loops"]["ours"]["seconds"] == [0.25, 0.25]
        assert result["loops"]["ours"]["images_per_second"] == result["batch_size"] * 4
        assert result["loops"]["slow"]["ratios"] == [1.0]
        assert result["loops"]["large"] == {"failure": "large: out of memory"}
    json.dumps(figures)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "--repeats", "0"], "repeats has to be at least 1, got 0"),
        (["train", "--stock-repeats", "-1"], "stock_repeats has to be at least 0, got -1"),
        (["inference", "--batch-size", "4", "0"], "batch_size has to be at least 1, got 0"),
        (["inference", "--picture", "57"], "'57' is no size; write height and width"),
        (["train", "--picture", "7x100"], "'7x100' is no size; write height and width"),
        (["train", FAST, "--data", *NO_DATA], "no_data: no such folder"),
        (["inference", FAST, "--data", *NO_DATA], "no_data: no such folder"),
        (["train", "nowhere.py"], "nowhere.py: no such config"),
        (["inference", "nowhere.py"], "nowhere.py: no such config"),
        (["models", "--repeats", "0"], "repeats has to be at least 1, got 0"),
        (["models", "--accuracy", "none=0.5"], "--accuracy none=0.5: 'none' is none of"),
    ],
)
def test_what_can_not_be_measured_is_refused(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    tool: Tool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "figures.json"
    with pytest.raises(SystemExit):
        tool("benchmark")([*arguments, "--out", str(file)])
    assert message in capsys.readouterr().err
    assert not file.exists()


@pytest.mark.parametrize("module", [training, inference])
def test_the_slow_peer_can_be_left_out(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "measure", lambda _title, loops, _stock, _setting: loops)
    measure_it = getattr(module, f"benchmark_{module.__name__.rpartition('.')[2]}")
    names = [
        {*measure_it(Setting(FAST, stock_repeats=repeats), peer=True)} & {EQUAL, STOCK}
        for repeats in (1, 0)
    ]
    assert names == [{EQUAL, STOCK}, {EQUAL}]


@pytest.mark.skipif(torch.cuda.is_available(), reason="a CUDA device gains by both")
def test_what_a_processor_does_not_gain_by_is_refused(
    tool: Tool, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict, raising=False)
    out = ["--out", str(tmp_path / "figures.json")]
    for arguments, message in (
        (["inference", "--compile"], "--compile needs a CUDA device"),
        (["inference", "--precision", "bf16"], "no instructions for bfloat16"),
    ):
        with pytest.raises(SystemExit):
            tool("benchmark")([*arguments, *out])
        assert message in capsys.readouterr().err


def test_a_folder_that_takes_no_file_is_refused_before_anything_is_measured(
    tool: Tool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit):
        tool("benchmark")(["evaluation", "--out", str(tmp_path / "file" / "figures.json")])
    assert "nothing can be written there" in capsys.readouterr().err

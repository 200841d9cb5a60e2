"""The benchmark of a start."""

import sys
from pathlib import Path

import pytest

from digitdet.benchmarks.startup import benchmark_startup, first_iteration, start_command

ROOT = Path(__file__).parents[2]
TRAIN = ROOT / "tools" / "train.py"
QUICKSTART = ROOT / "configs" / "experiments" / "quickstart.py"
# At its end, a process writes what it has imported.
TOLD = """
import atexit, os, sys
from pathlib import Path
atexit.register(lambda: Path(os.environ["TOLD"]).write_text(" ".join(sorted(sys.modules))))
"""
OPTIONS = ["train_dataloader.batch_size=1", "train_dataloader.num_workers=0"]


def test_a_config_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.py: no such config"):
        benchmark_startup(tmp_path / "none.py", tools_dir=tmp_path)


@pytest.mark.parametrize("repeats", [0, -1])
def test_no_turns_are_refused(repeats: int, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"repeats is 1 or more, got {repeats}"):
        benchmark_startup(QUICKSTART, tools_dir=tmp_path, repeats=repeats)


def test_a_start_that_fails_says_why() -> None:
    command = [sys.executable, "-c", "raise SystemExit('error: no data')"]
    with pytest.raises(RuntimeError, match="error: no data"):
        first_iteration(command)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("", "['digitdet.benchmarks.first_step']"),
        ("custom_imports = dict(imports='a')", "['a', 'digitdet.benchmarks.first_step']"),
        ("custom_imports = dict(imports=['a.b'])", "['a.b', 'digitdet.benchmarks.first_step']"),
    ],
)
def test_what_a_config_imports_is_imported_too(stated: str, expected: str, tmp_path: Path) -> None:
    file = tmp_path / "config.py"
    file.write_text(stated, encoding="utf-8")
    command = start_command(TRAIN, file, ["a=1"])
    assert command[:4] == [sys.executable, str(TRAIN), str(file), "--no-preflight"]
    assert command[4:6] == ["--cfg-options", "a=1"]
    assert f"custom_imports.imports={expected}" in command


def test_a_start_ends_after_its_first_iteration_without_what_it_may_need_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "told.py").write_text(TOLD, encoding="utf-8")
    file = tmp_path / "config.py"
    stated = f"_base_ = {str(QUICKSTART)!r}\ncustom_imports = dict(imports=['told'])\n"
    file.write_text(stated, encoding="utf-8")
    monkeypatch.setenv("TOLD", str(tmp_path / "imported"))
    begun, done = first_iteration(start_command(TRAIN, file, OPTIONS))
    assert 0 < begun < done
    imported = set((tmp_path / "imported").read_text().split())
    assert {"torch", "torchvision", "mmengine.runner", "digitdet.runner"} <= imported
    assert not {"matplotlib", "pydantic", "tensorboard", "torchmetrics"} & imported
    assert "digitdet.preflight.preflight" not in imported

"""Calibrations in files."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from digitdet.calibration import Calibration
from digitdet.checkpoints.calibrations import load_calibration
from digitdet.checkpoints.safetensors_files import pack_safetensors

CALIBRATION = Calibration(slope=1.25, offset=-0.5, num_numbers=9, num_right=4)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.json"):
        load_calibration(tmp_path / "none.json")


@pytest.mark.parametrize("content", [[], {}, {"calibration": None}, CALIBRATION.to_dict()])
def test_a_file_without_one_is_refused(tmp_path: Path, content: Any) -> None:
    file = tmp_path / "a.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.json: holds no 'calibration'; tools/calibrate\.py"):
        load_calibration(file)


def test_what_is_wrong_is_named_by_file_and_key(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    content = {"calibration": {**CALIBRATION.to_dict(), "slope": -1}}
    file.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.json: calibration: slope: has to be 0 or more"):
        load_calibration(file)


def test_a_file_of_its_own_and_a_published_one_give_the_calibration(tmp_path: Path) -> None:
    content = {"calibration": CALIBRATION.to_dict(), "figures": {}}
    (tmp_path / "a.json").write_text(json.dumps(content), encoding="utf-8")
    packed = pack_safetensors({"a": torch.ones(1)}, content, "a.pth")
    (tmp_path / "a.safetensors").write_bytes(packed)
    for name in ("a.json", "a.safetensors"):
        assert load_calibration(tmp_path / name) == CALIBRATION

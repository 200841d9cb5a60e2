"""The weights that digitdet brings, and what they say of themselves."""

import json
from pathlib import Path

import pytest
from mmengine.config import Config

from digitdet import DigitReader, config
from digitdet.checkpoints.calibrations import load_calibration
from digitdet.checkpoints.content import config_of
from digitdet.checkpoints.safetensors_files import read_safetensors_meta
from digitdet.pretrained import READER_FILE

ROOT = Path(__file__).parents[1]
EXPERIMENT = ROOT / "configs" / "experiments" / "reader_synthetic.py"
LARGEST = 25e6  # bytes


@pytest.fixture(scope="module")
def carried() -> Config:
    """The config that the weights carry."""
    return Config(config_of(read_safetensors_meta(READER_FILE), str(READER_FILE)))


def test_one_file_of_weights_is_brought_and_it_is_small() -> None:
    others = {"__init__.py", "__pycache__"}
    assert {file.name for file in READER_FILE.parent.iterdir()} - others == {READER_FILE.name}
    assert READER_FILE.stat().st_size <= LARGEST


def test_the_weights_were_trained_on_synthetic_scenes_from_nothing(carried: Config) -> None:
    assert carried.model.weights is None
    for split in ("train", "val", "test"):  # one chooses the best weights, one calibrates
        assert carried[f"{split}_dataloader"].dataset.type == "SyntheticDigits"


def test_the_experiment_is_what_the_weights_were_made_by(carried: Config) -> None:
    experiment = config.load(EXPERIMENT)
    for key in ("model", "train_dataloader", "optim_wrapper", "param_scheduler", "randomness"):
        assert carried[key] == experiment[key], key
    assert carried.reader == json.loads(json.dumps(experiment.reader))  # lists of tuples


def test_their_confidences_are_calibrated() -> None:
    calibration = load_calibration(READER_FILE)
    assert 0 < calibration.apply(0.2) < calibration.apply(0.9) < 1


def test_the_picture_of_the_first_command_is_read() -> None:
    [reading] = DigitReader()(ROOT / "docs" / "images" / "house_number.png")
    assert reading.text == "874"
    assert reading.confidence > 0.8

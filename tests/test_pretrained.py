"""The weights that digitdet brings."""

from digitdet.checkpoints.content import config_of
from digitdet.checkpoints.safetensors_files import read_safetensors
from digitdet.pretrained import READER_FILE

LARGEST = 25e6  # bytes


def test_one_file_of_weights_is_brought_and_it_is_small() -> None:
    others = {"__init__.py", "__pycache__"}
    assert {file.name for file in READER_FILE.parent.iterdir()} - others == {READER_FILE.name}
    assert READER_FILE.stat().st_size <= LARGEST


def test_the_weights_were_trained_on_synthetic_scenes_from_nothing() -> None:
    config = config_of(read_safetensors(READER_FILE)["meta"], str(READER_FILE))
    assert config["model"]["weights"] is None
    for split in ("train", "val"):  # a validation chooses the best weights
        assert config[f"{split}_dataloader"]["dataset"]["type"] == "SyntheticDigits"

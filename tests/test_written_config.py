"""The text of a config: loads again to the same, and is made in no time."""

import copy
from pathlib import Path
from typing import Any

import pytest
from mmengine.config import Config

from digitdet import config as configs
from digitdet.written_config import WrittenConfig

QUICKSTART = Path(__file__).parents[1] / "configs" / "experiments" / "quickstart.py"


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"model": {"type": "A", "sizes": [[8], (16,)], "rate": float("inf"), "weights": None}},
        {"names": {"not a name": "{{ $HOME }}", "quoted": 'it\'s "it"', "lines": "a\nb"}},
    ],
)
def test_the_text_loads_again_to_the_same(values: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "again.py"
    WrittenConfig(values).dump(file)
    assert Config.fromfile(str(file)).to_dict() == values


def test_an_object_is_refused() -> None:
    with pytest.raises(ValueError, match="print> can't be written as text"):
        _ = WrittenConfig({"hooks": [print]}).pretty_text


def test_a_loaded_config_is_one_and_its_copies_are() -> None:
    loaded = configs.load(QUICKSTART)
    copied = copy.deepcopy(loaded)
    copied.train_cfg.max_epochs = 3
    assert isinstance(loaded, WrittenConfig)
    assert "max_epochs=6" in loaded.pretty_text
    assert copied.pretty_text == loaded.pretty_text.replace("max_epochs=6", "max_epochs=3")
    assert copied.filename == str(QUICKSTART)
    assert QUICKSTART.read_text(encoding="utf-8") in copied.text

"""Writing a config as text."""

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mmengine.config import Config

from digitdet import config
from digitdet.config_sources.purity import find_code
from digitdet.config_views.text import comment, config_text, literal

ROOT = Path(__file__).parents[2]
EXPERIMENTS = ROOT / "configs" / "experiments"


def test_an_empty_config_is_an_empty_text() -> None:
    assert config_text({}) == ""


def test_a_config_is_laid_out_as_one_is_written_by_hand() -> None:
    stages = [{"type": "A", "size": (1,)}, {"type": "B", "texts": ["x" * 30, "y" * 30]}]
    values = {"resume": False, "empty": {}, "stages": stages, "keys": {"a.b": None, "if": set()}}
    assert config_text(values) == (
        "resume = False\n"
        "empty = dict()\n"
        "stages = [\n"
        '    dict(type="A", size=(1,)),\n'
        f'    dict(type="B", texts=["{"x" * 30}", "{"y" * 30}"]),\n'
        "]\n"
        'keys = {"a.b": None, "if": set()}\n'
    )


@pytest.mark.parametrize("end", ["\n", "\r", "\x0c", "\u2028"])
def test_a_comment_is_one_line_and_nothing_is_filled_in(end: str, tmp_path: Path) -> None:
    file = tmp_path / "commented.py"
    file.write_text(
        f"{comment(f'{{{{ a }}}}{end}b = 1')}\n{comment('')}\na = 2\n", encoding="utf-8"
    )
    assert len(file.read_text(encoding="utf-8").splitlines()) == 3
    assert Config.fromfile(str(file), lazy_import=False).to_dict() == {"a": 2}
    assert find_code(file) == []


def test_what_has_no_literal_is_refused() -> None:
    with pytest.raises(ValueError, match="can't be written as text"):
        literal([object()])


@pytest.mark.parametrize("name", ["quickstart", "frcnn_digits_strong", "frcnn_folder_and_scenes"])
def test_an_experiment_reads_again_to_the_same(name: str, tmp_path: Path) -> None:
    loaded = config.load(EXPERIMENTS / f"{name}.py", ["randomness.seed=3"]).to_dict()
    written = tmp_path / "written.py"
    written.write_text(config_text(loaded), encoding="utf-8")
    assert Config.fromfile(str(written), lazy_import=False).to_dict() == loaded
    assert all(len(line) <= 100 for line in written.read_text(encoding="utf-8").splitlines())


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.sets(st.integers(0, 5)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=20), inner, max_size=4)
    ),
    max_leaves=12,
)


@example([-math.inf, "{{ fileDirname }}", {"{{ fileBasename }}": "{{{{$HOME:x}}"}])
@example([{"a" * 60: ("b" * 60,)}] * 2)
@given(VALUES)
def test_any_value_is_read_by_mmengine_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, value: Any
) -> None:
    file = tmp_path_factory.getbasetemp() / "any_value.py"
    file.write_text(config_text({"value": [value]}), encoding="utf-8")
    assert find_code(file) == []
    (read,) = Config.fromfile(str(file), lazy_import=False).to_dict()["value"]
    assert repr(read) == repr(value)

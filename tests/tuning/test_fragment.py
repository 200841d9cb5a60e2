"""Writing a reader as a config fragment."""

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digitdet import config
from digitdet.tuning.fragment import to_fragment

EXPERIMENTS = Path(__file__).parents[2] / "configs" / "experiments"


def _load(folder: Path, text: str) -> dict[str, Any]:
    file = folder / "reader.py"
    file.write_text(text, encoding="utf-8")
    return config.load_reader(file)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple)
        | st.lists(inner, max_size=3)
        | st.dictionaries(st.text(), inner, max_size=2)
    ),
    max_leaves=6,
)


@example(math.inf)
@example((-math.inf, 'a "quoted" \\ text'))
@given(values)
def test_a_fragment_holds_exactly_the_values(value: Any) -> None:
    names: dict[str, Any] = {}
    exec(to_fragment({"type": "Mine", "argument": value}, []), names)
    assert names["reader"] == {"_delete_": True, "type": "Mine", "argument": value}
    assert repr(names["reader"]["argument"]) == repr(value)


def test_a_fragment_is_laid_out_like_a_config() -> None:
    reader = {"type": "LineReader", "score_threshold": 0.5, "fallback_thresholds": (0.3,)}
    assert to_fragment(reader, ["two", "", "lines"], {"imports": ["mine"]}) == (
        '# two\n#\n# lines\ncustom_imports = dict(imports=["mine"])\n'
        'reader = dict(_delete_=True, type="LineReader", score_threshold=0.5, '
        "fallback_thresholds=(0.3,))\n"
    )


@pytest.mark.parametrize(
    "experiment", sorted(EXPERIMENTS.glob("*.py")), ids=lambda experiment: experiment.stem
)
def test_an_experiment_with_the_line_has_exactly_these_settings(
    experiment: Path, tmp_path: Path
) -> None:
    reader = {"type": "LineReader", "max_digits": 5}
    line = to_fragment(reader, ["measured"])
    file = tmp_path / "mine.py"
    file.write_text(f"_base_ = [{str(experiment)!r}]\n{line}", encoding="utf-8")
    assert config.load(file).reader == reader
    assert _load(tmp_path, line) == reader


@pytest.mark.parametrize("end", ["\n", "\r", "\x0b", "\x0c", "\x85", "\u2028"])
def test_no_remark_becomes_code(end: str, tmp_path: Path) -> None:
    reader = {"type": "LineReader"}
    text = to_fragment(reader, [f"predictions: a{end}raise SystemExit"])
    assert _load(tmp_path, text) == reader
    assert len(text.splitlines()) == 2


def test_a_value_without_a_literal_is_refused() -> None:
    with pytest.raises(ValueError, match="can't be written as text"):
        to_fragment({"type": "Mine", "argument": object()}, [])

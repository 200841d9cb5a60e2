"""Building a reader with each setting."""

from typing import Any

import pytest

from digitdet.readers import LineReader
from digitdet.registry import READERS
from digitdet.structures import Number, Prediction
from digitdet.tuning.building import build_readers

READER = {"type": "LineReader", "score_threshold": 0.5, "fallback_thresholds": (0.2,)}


def test_no_settings_make_no_readers() -> None:
    assert build_readers(READER, []) == ([], [])


def test_each_setting_changes_the_config() -> None:
    settings: list[dict[str, Any]] = [{"max_digits": 3}, {"max_digits": 4}]
    taken, readers = build_readers(READER, settings)
    assert taken == settings
    assert all(isinstance(reader, LineReader) for reader in readers)
    assert [reader.max_digits for reader in readers] == [3, 4]  # type: ignore[attr-defined]


class RangeReader:
    """Reads nothing; refuses a range that ends before it begins."""

    def __init__(self, low: float, high: float) -> None:
        if low > high:
            raise ValueError(f"low is {low}, above high, {high}")

    def __call__(self, prediction: Prediction) -> list[Number]:  # noqa: ARG002
        return []


def test_a_pair_of_values_that_is_refused_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READERS.module_dict, "RangeReader", RangeReader)
    settings = [{"low": low, "high": high} for low in (0.3, 0.5) for high in (0.6, 0.4)]
    taken, readers = build_readers({"type": "RangeReader"}, settings)
    assert taken == settings[:3]
    assert len(readers) == 3


def test_a_value_that_is_always_refused_is_refused_in_the_words_of_the_reader() -> None:
    settings = [{"max_digits": 3}, {"max_digits": 0}]
    with pytest.raises(ValueError, match="max_digits is an integer of 1 or more"):
        build_readers(READER, settings)

from typing import Any

import pytest
from mmengine.config import Config
from torch import nn

from digitdet.readers import LeftToRightReader, LineReader
from digitdet.readers.building import build_reader


def model(score_threshold: float | None) -> nn.Module:
    module = nn.Module()
    if score_threshold is not None:
        module.score_threshold = score_threshold  # type: ignore[assignment]
    return module


@pytest.mark.parametrize(
    ("reader", "error"),
    [
        (dict(type="LeftToRightReader", score_threshold=0.2), "reader.score_threshold is 0.2"),
        (dict(type="LineReader"), r"reader.fallback_thresholds\[-1\] is 0.1"),
        (dict(type="LineReader", fallback_thresholds=[0.2]), r"fallback_thresholds\[-1\] is 0.2"),
        (
            dict(type="LineReader", score_threshold=0.2, fallback_thresholds=[]),
            "reader.score_threshold is 0.2",
        ),
    ],
)
def test_a_reader_that_can_fall_below_the_threshold_of_the_model_is_refused(
    reader: dict[str, Any], error: str
) -> None:
    with pytest.raises(ValueError, match=f"{error}, below model.score_threshold, 0.25: the model"):
        build_reader(Config(dict(reader=reader)), model(0.25))


def test_a_reader_that_asks_for_no_more_than_the_model_gives_is_built() -> None:
    line = Config(dict(reader=dict(type="LineReader", fallback_thresholds=[0.3])))
    assert isinstance(build_reader(line, model(0.3)), LineReader)
    assert isinstance(build_reader(line, model(None)), LineReader)
    left = Config(dict(reader=dict(type="LeftToRightReader")))
    assert isinstance(build_reader(left, model(0.7)), LeftToRightReader)


def test_a_config_without_a_reader_is_refused() -> None:
    with pytest.raises(ValueError, match="no `reader`"):
        build_reader(Config(dict(model={})), model(0.3))

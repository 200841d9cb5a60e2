import sys
from importlib.metadata import version

import pytest
from mmengine.logging import MMLogger

from digitdet.evaluation import DigitMetric
from digitdet.evaluation.coco import backends


def test_the_fast_one_is_the_default_and_names_itself_with_its_version() -> None:
    assert DigitMetric().evaluator == f"hotcoco {version('hotcoco')}"


def test_the_reference_names_what_it_stands_on() -> None:
    expected = f"torchmetrics {version('torchmetrics')} (pycocotools {version('pycocotools')})"
    assert DigitMetric(backend="torchmetrics").evaluator == expected


def test_without_the_fast_one_the_reference_is_used_and_the_log_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "hotcoco", None)
    logger = MMLogger.get_instance("backends")
    logger.addHandler(caplog.handler)
    assert DigitMetric().evaluator.startswith("torchmetrics ")
    (record,) = caplog.records
    assert "pip install 'hotcoco>=1.3'. torchmetrics computes the same" in record.getMessage()


def test_a_named_backend_that_is_missing_is_an_error_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "hotcoco", None)
    with pytest.raises(ImportError, match=r"'hotcoco' can't be imported .*pip install 'hotcoco>="):
        DigitMetric(backend="hotcoco")


def test_a_backend_that_stands_on_what_is_missing_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        backends, "find_spec", lambda name: None if name == "pycocotools" else object()
    )
    with pytest.raises(ImportError, match=r"'torchmetrics' .*No module named 'pycocotools'.*pip"):
        DigitMetric(backend="torchmetrics")


def test_an_unknown_backend_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"auto, hotcoco, pycocotools, torchmetrics; got 'coco'"):
        DigitMetric(backend="coco")

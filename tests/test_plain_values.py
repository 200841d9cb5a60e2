from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.logging import HistoryBuffer

from digitdet.plain_values import to_plain


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ({}, {}),
        ([], []),
        ((), ()),
        (True, True),
        (np.bool_(True), True),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.str_("a"), "a"),
        (np.array([[1, 2]]), [[1, 2]]),
        (np.array(2.5), 2.5),
        ((1, [np.int32(2)], {"a": (np.float64(3),)}), (1, [2], {"a": (3.0,)})),
        (Config({"a": {"b": [1]}})._cfg_dict, {"a": {"b": [1]}}),
        (torch.float16, "torch.float16"),
        (torch.device("cpu"), "cpu"),
        (Path("a/b"), "a/b"),
    ],
)
def test_values_become_plain(value: Any, expected: Any) -> None:
    plain = to_plain(value)
    assert plain == expected
    assert type(plain) is type(expected)


def test_what_became_plain_loads_safely(tmp_path: Path) -> None:
    value = {"a": Config({"b": (np.float64(1.5), Path("c"), torch.ones(2))}), "d": HistoryBuffer()}
    torch.save(to_plain(dict(value["a"])), tmp_path / "a.pth")
    loaded = torch.load(tmp_path / "a.pth", weights_only=True)
    assert loaded["b"][:2] == (1.5, "c")
    assert torch.equal(loaded["b"][2], torch.ones(2))

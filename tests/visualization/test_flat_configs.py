"""Configs as the params that trackers list."""

import pytest

from digitdet.visualization.flat_configs import flatten


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, {}),
        ({"a": {}, "b": []}, {"a": "{}", "b": "[]"}),
        ({"lr": 0.1, "name": "x", "best": None, "on": True}, None),
        ({"model": {"mean": [0.5, 0.25], "depth": 50}}, {"model.mean": "[0.5, 0.25]"}),
        ({"hooks": [{"type": "A", "end": 3}, "B"]}, {"hooks.0.end": "3", "hooks.1": "B"}),
        ({"keys": {"a.b": {"lr_mult": 0.1}}}, {"keys.a.b.lr_mult": "0.1"}),
    ],
)
def test_each_value_has_its_dotted_key(config: object, expected: dict[str, str] | None) -> None:
    flat = flatten(config)  # type: ignore[arg-type]
    if expected is None:
        expected = {"lr": "0.1", "name": "x", "best": "null", "on": "true"}
        assert flat == expected
    assert flat.items() >= expected.items()
    assert all(isinstance(value, str) for value in flat.values())

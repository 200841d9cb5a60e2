from typing import Any

import pytest

from digitdet.config_checks.carried import check_carried


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ({}, []),
        ({"model": {"type": "FasterRCNN", "backbone": {"type": "ResNetFPN", "depth": 18}}}, []),
        ({"model": {"type": "digitdet.FasterRCNN"}, "reader": {"type": "LineReader"}}, []),
        ({"model": {"init_cfg": [{"type": "Constant", "val": 1}]}}, []),
        ({"model": {"type": "os.system", "command": "true"}}, ["model.type"]),
        ({"reader": {"type": None}}, ["reader.type"]),
        ({"model": {"heads": [{"a": {"type": "json.JSONDecoder"}}]}}, ["model.heads.0.a.type"]),
        (
            {"model": {"_scope_": "json", "backbone": {"type": ["ResNetFPN"]}}},
            ["model._scope_", "model.backbone.type"],
        ),
    ],
)
def test_what_is_not_registered_is_found_at_any_depth(
    values: dict[str, Any], keys: list[str]
) -> None:
    assert [problem.key for problem in check_carried(values)] == keys

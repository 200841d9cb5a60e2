"""Hooks refuse a run that does not suit them before its first step."""

from typing import Any

import pytest

from digitdet.preflight.hooks import check_hooks

WATCHED = [dict(type="EvaluationHook", metric="map")]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ""),
        (
            {"custom_hooks": [*WATCHED, dict(type="FreezeHook", modules=["backbon"])]},
            "FreezeHook: the model has no module 'backbon'; did you mean 'backbone'?",
        ),
        (
            {"custom_hooks": [*WATCHED, dict(type="EMAHook", begin_epoch=9)]},
            "EMAHook: begin_epoch is 9, but training ends with epoch 2",
        ),
        (
            {"train_cfg": dict(_delete_=True, by_epoch=False, max_iters=4)},
            "SampleSeedHook needs train_cfg=dict(by_epoch=True",
        ),
    ],
)
def test_what_a_hook_refuses_is_an_error(changes: Any, said: str, make_runner: Any) -> None:
    finding = check_hooks(make_runner("param_scheduler=[]", changes=changes))
    assert finding.status == ("error" if said else "ok")
    assert said in finding.detail

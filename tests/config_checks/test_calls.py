"""Calls that a config makes."""

from config_checks.checking import changed

from digitdet.config_checks.calls import EXTRA, calls_of_parts
from digitdet.config_checks.parts import find_parts


def test_without_parts_there_are_no_calls() -> None:
    assert calls_of_parts([]) == []


def test_a_call_holds_arguments_alone_and_takes_what_its_builder_takes_out() -> None:
    hook = {"type": "ProgressHook", "interval": 3.0, "priority": "LOW", "_scope_": "digitdet"}
    (call,) = calls_of_parts(find_parts({"custom_hooks": [hook]}))
    assert (call.key, call.name) == ("custom_hooks.0", "ProgressHook")
    assert call.arguments == {"interval": 3.0, "priority": "LOW"}
    assert set(call.signature.parameters) == {"interval", "priority"}
    assert call.signature.required() == []


def test_a_part_of_an_unknown_type_makes_no_call() -> None:
    parts = find_parts(changed({"model.type": "Mistyped"}))
    assert "model" in [part.key for part in parts]
    assert "model" not in [call.key for call in calls_of_parts(parts)]


def test_all_that_builders_take_out_of_parts_is_annotated() -> None:
    assert {name for part in find_parts(changed({})) for name in part.extra} <= set(EXTRA)

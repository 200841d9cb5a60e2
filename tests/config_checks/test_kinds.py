"""Where the types of a config are found."""

import pytest
from mmengine.runner import Runner

from digitdet.config_checks import kinds
from digitdet.config_checks.calls import EXTRA
from digitdet.config_checks.keys import known_keys
from digitdet.config_checks.parts import find, find_parts
from digitdet.config_checks.signatures import signature_of

ALL = {**kinds.TOP_LEVEL, **kinds.ARGUMENTS, "hook": kinds.HOOK, "scheduler": kinds.SCHEDULER}


def test_nothing_is_supplied_or_taken_out_unless_it_is_said() -> None:
    kind = kinds.kind_of(kinds.HOOK.registry)
    assert (kind.default, kind.given, kind.extra) == (None, frozenset(), frozenset())


@pytest.mark.parametrize("name", list(ALL))
def test_a_default_type_is_registered_and_what_is_taken_out_is_annotated(name: str) -> None:
    find_parts({})  # registers what mmengine brings
    kind = ALL[name]
    assert kind.extra <= set(EXTRA)
    if kind.default is not None:
        built = find(kind.registry, kind.default)
        assert built is not None
        assert kind.given <= set(signature_of(built).parameters)


def test_the_keys_that_hold_parts_are_read_by_the_runner() -> None:
    keys = {*kinds.TOP_LEVEL, *kinds.LOADERS, *kinds.EVALUATORS}
    assert keys <= known_keys()
    assert keys - {"reader", "model_wrapper_cfg"} <= set(signature_of(Runner).parameters)

"""How much of what is logged is kept."""

import math
from typing import Any

import numpy as np
import pytest
from mmengine.logging import HistoryBuffer, MessageHub

from digitdet.histories import (
    HISTORY_LENGTH,
    ROOM,
    BoundedHistory,
    bound_histories,
    check_windows,
)


def test_an_empty_hub_stays_empty() -> None:
    hub = MessageHub.get_instance("empty")
    bound_histories(hub)
    assert hub.state_dict() == {"log_scalars": {}, "runtime_info": {}, "resumed_keys": {}}


@pytest.mark.parametrize("count", [1, HISTORY_LENGTH, HISTORY_LENGTH + 1, 5 * HISTORY_LENGTH])
@pytest.mark.parametrize("before", [0, 1, 3 * HISTORY_LENGTH])
def test_the_last_values_are_kept_also_those_of_before(before: int, count: int) -> None:
    hub = MessageHub.get_instance("bounded")
    for value in range(before):
        hub.update_scalar("loss", value)
    bound_histories(hub)
    for value in range(before, before + count):
        hub.update_scalar("loss", value, count=value % 3 + 1)
    values, counts = hub.get_scalar("loss").data
    kept = list(range(before + count))[-HISTORY_LENGTH:]
    assert values.tolist() == kept
    assert counts.tolist() == [value % 3 + 1 if value >= before else 1 for value in kept]


def test_histories_of_a_checkpoint_are_bounded() -> None:
    hub = MessageHub.get_instance("resumed")
    bound_histories(hub)
    whole = HistoryBuffer(list(range(2 * HISTORY_LENGTH)), [1] * 2 * HISTORY_LENGTH)
    state = {"log_scalars": {"loss": whole}, "runtime_info": {}, "resumed_keys": {"loss": True}}
    hub.load_state_dict(state)
    hub.update_scalar("loss", 0.5)
    expected = [*range(HISTORY_LENGTH + 1, 2 * HISTORY_LENGTH), 0.5]
    assert hub.get_scalar("loss").data[0].tolist() == expected


@pytest.mark.parametrize(
    "values",
    [
        [],
        [1, 2, 0.5, True],
        [True, 2, 3.5],
        [math.nan, math.inf, 2**60, -1],
        [0.25 * value for value in range(ROOM + 2 * HISTORY_LENGTH)],
        [*range(HISTORY_LENGTH + 3), 0.5, 1],
    ],
)
def test_values_and_their_types_are_those_of_mmengine(values: list[float]) -> None:
    ours, peer = MessageHub.get_instance("ours"), MessageHub.get_instance("peer")
    bound_histories(ours)
    for count, value in enumerate(values, 1):
        for hub in (ours, peer):
            hub.update_scalar("loss", value, count)
        own, expected = ours.get_scalar("loss"), peer.get_scalar("loss")
        for one, other in zip(own.data, expected.data, strict=True):
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other[-HISTORY_LENGTH:])
        assert own.mean(10) == expected.mean(10) or math.isnan(expected.mean(10))
        assert own.current() == expected.current() or math.isnan(value)


def test_what_was_asked_for_stays_as_it_is() -> None:
    history = BoundedHistory(np.array([0.5]), np.array([1]))
    seen = []
    for step in range(ROOM + HISTORY_LENGTH):
        seen.append(history.data[0])
        assert history.data[0] is seen[-1]
        history.update(float(step))
        assert history.data[0] is not seen[-1]
    expected = [0.5, *range(ROOM + HISTORY_LENGTH)]
    for number, values in enumerate(seen, 1):
        assert values.tolist() == expected[:number][-HISTORY_LENGTH:]


@pytest.mark.parametrize(("value", "count"), [("1", 1), (None, 1), (1.0, "1")])
def test_what_is_no_number_is_refused(value: Any, count: Any) -> None:
    with pytest.raises(TypeError, match="must be int"):
        BoundedHistory(np.array([0.5]), np.array([1])).update(value, count)


@pytest.mark.parametrize(
    "figures",
    [
        [],
        [{"data_src": "loss", "method_name": "mean", "window_size": HISTORY_LENGTH}],
        [{"data_src": "loss", "method_name": "current", "log_name": "last"}],
    ],
)
def test_windows_that_are_kept_are_accepted(figures: list[dict[str, Any]]) -> None:
    check_windows(HISTORY_LENGTH, figures)


@pytest.mark.parametrize(
    ("window", "figures", "told"),
    [
        (HISTORY_LENGTH + 1, [], r"log_processor.window_size: is 101, but .* last 100 values"),
        (10, [{"window_size": "epoch"}], r"custom_cfg.0.window_size: is 'epoch'"),
        (10, [{"window_size": 3}, {"window_size": "global"}], r"custom_cfg.1.* is 'global'"),
        (10, [{"method_name": "mean"}], r"is 'global'"),
        (10, [{"method_name": "max", "window_size": None}], r"is None"),
    ],
)
def test_windows_longer_than_what_is_kept_are_refused(
    window: int, figures: list[dict[str, Any]], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        check_windows(window, figures)

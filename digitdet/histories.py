"""The last values of what a run logs, kept so few that a long run logs as fast as a short one."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.logging import HistoryBuffer, MessageHub
from numpy.typing import NDArray

# Of each scalar this many last values are kept, in memory as in checkpoints. mmengine keeps a
# million, and copies all of them for each new one.
HISTORY_LENGTH = 100
ROOM = 1000  # for values that come, in a history of them


class BoundedHistory(HistoryBuffer):
    """The last `HISTORY_LENGTH` values of a scalar, and what each counts.

    A value is written behind the last one, in room that is left for some; mmengine copies all of
    them for it. What `data` returned stays as it is, and is another object after each new value.

    Args:
        values: Those of before; the last ones are kept.
        counts: What they count.
    """

    _values: NDArray[Any]
    _counts: NDArray[Any]
    _end: int  # of the values in them

    def __init__(self, values: NDArray[Any], counts: NDArray[Any]) -> None:
        super().__init__(values[-HISTORY_LENGTH:], counts[-HISTORY_LENGTH:], HISTORY_LENGTH)
        self._leave_room()

    def update(self, log_val: float, count: int = 1) -> None:
        """Add a value.

        Args:
            log_val: The value.
            count: What it counts.

        Raises:
            TypeError: If one of them is no number.
        """
        is_usual = type(log_val) is float and type(count) is int
        if not is_usual or self._values.dtype != np.float64 or self._counts.dtype != np.int64:
            super().update(log_val, count)  # which may change their type
            self._leave_room()
            return
        if self._end == len(self._values):
            self._leave_room()
        self._values[self._end], self._counts[self._end] = log_val, count
        self._end += 1
        kept = slice(max(0, self._end - HISTORY_LENGTH), self._end)
        self._log_history, self._count_history = self._values[kept], self._counts[kept]

    def _leave_room(self) -> None:
        """Copy the values to where some more can be written behind them."""
        self._end = len(self._log_history)
        room = (0, ROOM)
        self._values = np.pad(self._log_history, room)
        self._counts = np.pad(self._count_history, room)


class Histories(OrderedDict[str, HistoryBuffer]):
    """Scalars of a message hub, the last `HISTORY_LENGTH` values of each."""

    def __setitem__(self, name: str, history: HistoryBuffer) -> None:
        """Bound a history that is new, or comes from a checkpoint."""
        super().__setitem__(name, BoundedHistory(*history.data))


def bound_histories(hub: MessageHub) -> None:
    """Let a message hub keep no more than the last values of each scalar."""
    hub._log_scalars = Histories(hub.log_scalars)


def check_windows(window_size: int, custom_cfg: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a log that smooths over more values than are kept.

    Args:
        window_size: That of the log processor, in steps.
        custom_cfg: Its figures of their own; ``"epoch"`` and ``"global"`` are windows there too.

    Raises:
        ValueError: If a window may be longer than `HISTORY_LENGTH`.
    """
    windows: dict[str, Any] = {"log_processor.window_size": window_size}
    for index, figure in enumerate(custom_cfg):
        if figure.get("method_name") != "current":
            key = f"log_processor.custom_cfg.{index}.window_size"
            windows[key] = figure.get("window_size", "global")
    for key, window in windows.items():
        if not isinstance(window, int) or window > HISTORY_LENGTH:
            raise ValueError(
                f"{key}: is {window!r}, but of each scalar the last {HISTORY_LENGTH} values are "
                "kept, so that a long run logs as fast as a short one; make it smaller, or "
                "smooth what stands in scalars.csv, which holds each step"
            )

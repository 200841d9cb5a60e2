"""The last values of what a run logs, kept so few that a long run logs as fast as a short one."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.logging import HistoryBuffer, MessageHub

# Of each scalar this many last values are kept, in memory as in checkpoints. mmengine keeps a
# million, and copies all of them for each new one.
HISTORY_LENGTH = 100


class Histories(OrderedDict[str, HistoryBuffer]):
    """Scalars of a message hub, the last `HISTORY_LENGTH` values of each."""

    def __setitem__(self, name: str, history: HistoryBuffer) -> None:
        """Bound a history that is new, or comes from a checkpoint."""
        history.max_length = HISTORY_LENGTH
        super().__setitem__(name, history)


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

"""Values on their way to a server that may be away for a while."""

import time
from collections.abc import Callable
from typing import Any

from digitdet.console import warn

RETRY_SECONDS = 60.0
PAUSES = 9  # for each second of waiting in vain: a server that hangs takes a tenth of the time


class Outbox:
    """Sends values at once; while the server does not answer, keeps them and tries again later.

    Args:
        send: Sends values, or raises; may get some of them again after it has raised.
        name: Of the server, for what is said.
        retry_seconds: From a failure to the next try, at least.
    """

    def __init__(
        self, send: Callable[[list[Any]], None], name: str, retry_seconds: float = RETRY_SECONDS
    ) -> None:
        self.waiting: list[Any] = []
        self._send = send
        self._name = name
        self._retry_seconds = retry_seconds
        self._next_try = 0.0
        self._is_away = False

    def add(self, values: list[Any]) -> None:
        """Send values, behind those that wait."""
        self.waiting += values
        if time.monotonic() >= self._next_try:
            self.flush()

    def flush(self) -> bool:
        """Try to send all, and return whether that worked."""
        if not self.waiting:
            return True
        began = time.monotonic()
        try:
            self._send(self.waiting)
        except Exception as error:
            failed = time.monotonic()
            self._next_try = failed + max(self._retry_seconds, PAUSES * (failed - began))
            if not self._is_away:
                warn(
                    f"{self._name}: {_first_line(error)}; the training goes on, and this is retried"
                )
            self._is_away = True
            return False
        self.waiting = []
        self._is_away, self._next_try = False, 0.0
        return True


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]

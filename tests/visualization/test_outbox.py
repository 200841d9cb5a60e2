"""Values reach a server once it is back, in their order."""

from types import SimpleNamespace
from typing import Any

import pytest

from digitdet.visualization import outbox as outbox_file
from digitdet.visualization.outbox import Outbox


class Server:
    """Takes values unless it is away."""

    def __init__(self) -> None:
        self.is_away = False
        self.got: list[Any] = []
        self.tries = 0

    def take(self, values: list[Any]) -> None:
        self.tries += 1
        if self.is_away:
            raise ConnectionError("no answer\nand more")
        self.got += values


def test_nothing_is_sent_where_nothing_waits() -> None:
    server = Server()
    assert Outbox(server.take, "server").flush()
    assert server.tries == 0


def test_values_are_sent_at_once() -> None:
    server = Server()
    outbox = Outbox(server.take, "server")
    outbox.add([1])
    outbox.add([2, 3])
    assert server.got == [1, 2, 3]
    assert outbox.waiting == []


def test_what_a_server_missed_is_sent_when_it_is_back(capsys: pytest.CaptureFixture[str]) -> None:
    server = Server()
    outbox = Outbox(server.take, "server")
    server.is_away = True
    outbox.add([1])
    outbox.add([2])
    assert not outbox.flush()
    server.is_away = False
    assert outbox.flush()
    outbox.add([3])
    assert server.got == [1, 2, 3]
    said = capsys.readouterr().err
    assert said.count("server: no answer; the training goes on") == 1
    assert "and more" not in said


def test_a_server_that_is_away_is_not_asked_again_at_once() -> None:
    server = Server()
    outbox = Outbox(server.take, "server", retry_seconds=1000.0)
    server.is_away = True
    for value in range(5):
        outbox.add([value])
    assert server.tries == 1
    server.is_away = False
    assert outbox.flush()  # as the end does, whatever the time
    assert server.got == [0, 1, 2, 3, 4]


def test_a_try_that_takes_long_is_followed_by_a_longer_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [1000.0]
    tries = []

    def hang(_: list[Any]) -> None:
        tries.append(clock[0])
        clock[0] += 20.0
        raise ConnectionError("no answer")

    monkeypatch.setattr(outbox_file, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    values = Outbox(hang, "server", retry_seconds=60.0)
    for _ in range(40):
        values.add([0])
        clock[0] += 10.0
    assert tries == [1000.0, 1200.0, 1400.0]

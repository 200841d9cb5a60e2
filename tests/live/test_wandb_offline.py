"""Trainings in Weights & Biases without a network, as its own files have them."""

import json
import signal
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crashing.processes import Zygote
from live.servers import STEPS, points, stop, train

pytestmark = pytest.mark.campaign
HEADER_BYTES, BLOCK_BYTES = 7, 2**15
FRAGMENT = struct.Struct("<IHB")  # checksum, size, kind
FULL, LAST = 1, 4
BACKEND = [{"type": "WandbVisBackend", "init_kwargs": {"mode": "offline"}}]


@pytest.fixture(autouse=True, scope="module")
def _installed() -> None:
    pytest.importorskip("wandb", reason="wandb is not installed: the extra `wandb`")


def _messages(data: bytes) -> Iterator[bytes]:
    """Yield what a file of W&B holds: LevelDB's log format, after a header of its own.

    https://github.com/google/leveldb/blob/main/doc/log_format.md
    """
    place, whole = HEADER_BYTES, b""
    while place + FRAGMENT.size <= len(data):
        left = BLOCK_BYTES - place % BLOCK_BYTES
        if left < FRAGMENT.size:  # the end of a block is filled up
            place += left
            continue
        _, size, kind = FRAGMENT.unpack_from(data, place)
        place += FRAGMENT.size
        whole += data[place : place + size]
        place += size
        if kind in (FULL, LAST):
            yield whole
            whole = b""


def _records(work_dir: Path) -> list[tuple[str, list[Any]]]:
    """Return the id and the records of each session's file."""
    from wandb.proto import wandb_internal_pb2

    files = sorted(work_dir.glob("*/vis_data/wandb/offline-run-*/run-*.wandb"))
    return [
        (
            file.stem.removeprefix("run-"),
            [wandb_internal_pb2.Record.FromString(one) for one in _messages(file.read_bytes())],
        )
        for file in files
    ]


def _logged(records: list[Any], name: str) -> list[tuple[int, float]]:
    found = []
    for record in records:
        items = {item.key or item.nested_key[0]: item for item in record.history.item}
        if name in items:
            step = json.loads(items["step"].value_json)
            found.append((step, json.loads(items[name].value_json)))
    return found


def test_a_run_that_was_stopped_and_resumed_keeps_its_id_and_has_all(
    zygote: Zygote, tmp_path: Path
) -> None:
    work_dir = tmp_path / "run"
    stop(zygote, work_dir, BACKEND, signal.SIGTERM, 7)
    train(zygote, work_dir, BACKEND, "--resume")
    (first_id, first), (second_id, second) = _records(work_dir)
    assert first_id == second_id
    for name in ("train/lr", "val/map", "epoch/loss"):
        assert _logged(first, name) + _logged(second, name) == points(work_dir, name), name
    steps = [step for step, _ in _logged(first + second, "train/loss")]
    assert steps == list(range(1, STEPS + 1))
    config = {item.key for record in first for item in record.run.config.update}
    assert {"model", "optim_wrapper"} <= config
    assert [r.exit.exit_code for r in first + second if r.HasField("exit")] == [130, 0]

"""Mistakes that users make, and what each has to be answered with.

A mistake is made in a folder of its own: ``mistake.py`` is the config, ``data`` the pictures. In
its texts ``{configs}`` stands for the folder of the shipped configs and ``{checkpoint}`` for one of
the compact detector.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

CONFIG = "mistake.py"
# The compact detector on the folder `data`, made small.
GOOD = """
_base_ = [
    "{configs}/_base_/datasets/homework.py",
    "{configs}/_base_/models/faster_rcnn_compact.py",
    "{configs}/_base_/schedules/sgd_10e.py",
    "{configs}/_base_/default_runtime.py",
]
data_root = "data"
"""
SMALL = """
train_dataloader = dict(batch_size=2, num_workers=0)
train_cfg = dict(max_epochs=1)
model = dict(min_size=32, max_size=96)
"""


@dataclass(frozen=True)
class Mistake:
    """A mistake, and fragments of the message that has to come.

    Attributes:
        name: What was done.
        command: Tool and arguments; after ``CONFIG`` of one that takes a config.
        says: Fragments of what is said on standard error, each of which has to be there.
        text: Added to the good config; the whole config where ``alone`` is set.
        alone: Whether ``text`` is all of the config.
        damage: Does something to the folder.
        status: The exit status.
    """

    name: str
    command: tuple[str, ...]
    says: tuple[str, ...]
    text: str = ""
    alone: bool = False
    damage: Callable[[Path], None] | None = None
    status: int = 1


CHECK = ("config", "check", CONFIG)
TRAIN = ("train", CONFIG)

"""Arguments of ``tools/benchmark.py``; imports no torch."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from digitdet.command_line import add_options

if TYPE_CHECKING:
    from digitdet.benchmarks.side_by_side import Setting


def add_side_by_side(command: argparse.ArgumentParser, default: Path) -> None:
    """Add what ``train`` and ``inference`` share.

    Args:
        command: Their parser.
        default: The config that is measured where none is named.
    """
    command.add_argument(
        "config",
        nargs="?",
        metavar="CONFIG",
        default=default,
        help=f"(default: configs/experiments/{default.name})",
    )
    command.add_argument(
        "--peer",
        action="store_true",
        help="measure torchvision's Faster R-CNN too, at the same settings and at its own",
    )
    add_picture(command)
    command.add_argument(
        "--data",
        action="store_true",
        help="take the first pictures of the config's training data instead",
    )
    command.add_argument(
        "--batch-size",
        type=int,
        nargs="+",
        default=[2],
        metavar="N",
        help="pictures of a step; several are measured one after the other (default: 2)",
    )
    command.add_argument(
        "--repeats", type=int, default=20, help="rounds, each loop in turn (default: 20)"
    )
    command.add_argument(
        "--stock-repeats",
        type=int,
        default=3,
        help="of these, with torchvision at its own settings, which is slow; 0 leaves it out "
        "(default: 3)",
    )
    command.add_argument(
        "--precision", choices=["float32", "bf16"], default="float32", help="(default: float32)"
    )
    add_options(command, "model.min_size=256")


def add_picture(command: argparse.ArgumentParser) -> None:
    """Add ``--picture``."""
    command.add_argument(
        "--picture",
        type=_size,
        default=(57, 128),
        metavar="HEIGHTxWIDTH",
        help="size of random pictures (default: 57x128, SVHN's median)",
    )


def _size(text: str) -> tuple[int, int]:
    height, _, width = text.partition("x")
    if not (height.isdecimal() and width.isdecimal() and min(int(height), int(width)) >= 8):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no size; write height and width, 8 or more each, as 57x128"
        )
    return int(height), int(width)


def setting_of(args: argparse.Namespace) -> "Setting":
    """Return what `add_side_by_side` parsed.

    Raises:
        ValueError: If it is not as it has to be.
    """
    from digitdet.benchmarks.side_by_side import Setting

    return Setting(
        args.config,
        args.cfg_options,
        picture=None if args.data else args.picture,
        batch_sizes=args.batch_size,
        repeats=args.repeats,
        stock_repeats=args.stock_repeats,
        precision=args.precision,
    )

"""The arguments of ``digitdet read``; imports no torch."""

import argparse
import math
from pathlib import Path
from typing import Any

from digitdet.command_line import call
from digitdet.commands.read.request import FORMATS, Request

EPILOG = """
exit status:
  0  everything was read, whether or not there was a number in it
  1  some of it could not be read, or not be drawn; standard error says what
  2  nothing was read: wrong arguments, no such model, no picture that can be read;
     or standard output can't be written
"""


def add_parser(commands: Any) -> None:
    """Add the sub-command to those of ``digitdet``."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "read",
        help="read the numbers of photographs, videos and cameras",
        description="Read the numbers of photographs: a line for each, on standard output.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="a picture, a folder of pictures, a pattern in quotes such as 'photos/**/*.jpg', a "
        "video, a camera as camera:0, or - for names on standard input, one a line",
    )
    form = parser.add_mutually_exclusive_group()
    for name, what in FORMATS.items():
        form.add_argument(
            f"--{name}", action="store_const", dest="form", const=name, help=f"print {what}"
        )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for drawn pictures")
    parser.add_argument(
        "--min-confidence",
        type=_share,
        default=0.0,
        metavar="P",
        help="leave out numbers of a lower confidence, 0 to 1 (default: 0)",
    )
    _add_model(parser)
    _add_video(parser)
    parser.set_defaults(run=run, form="text")


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--checkpoint",
        metavar="FILE",
        help="weights of one's own, in place of those that digitdet brings",
    )
    parser.add_argument(
        "--config",
        metavar="FILE",
        help="config of --checkpoint, where that does not carry its own",
    )
    parser.add_argument(
        "--device",
        metavar="DEVICE",
        help="what computes: cpu, cuda, cuda:1, ... (default: a GPU if there is one)",
    )


def _add_video(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--every",
        type=_seconds,
        default=0.5,
        metavar="SECONDS",
        help="of videos and cameras, read a frame at each such interval; 0 for all (default: 0.5)",
    )
    parser.add_argument(
        "--changes",
        action="store_true",
        help="of videos and cameras, leave out frames that read as the one before",
    )


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if 0 <= value <= 1:
        return value
    raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to 1")


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if 0 <= value < math.inf:
        return value
    raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds, from 0")


def run(args: argparse.Namespace) -> int:
    """Read what the arguments name, and return the exit status."""
    values = {name: value for name, value in vars(args).items() if name != "run"}
    try:
        return int(call(_read, Request(**{**values, "paths": tuple(args.paths)})))
    except SystemExit as stopped:
        if stopped.code == 1:  # nothing was read
            raise SystemExit(2) from None
        raise


def _read(request: Request) -> int:
    from digitdet.environment import check_opencv, check_torch

    check_torch()
    check_opencv()
    from digitdet.commands.read.reading import read

    return read(request)

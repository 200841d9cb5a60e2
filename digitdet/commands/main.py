"""The command ``digitdet``; imports no torch."""

import argparse
from collections.abc import Sequence

from digitdet import __version__
from digitdet.commands.doctor import arguments as doctor
from digitdet.commands.read import arguments as read


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments and run the sub-command.

    Raises:
        SystemExit: With the sub-command's status; 2 where the arguments are wrong.
    """
    parser = argparse.ArgumentParser(
        prog="digitdet",
        description="Reads the numbers in photographs.",
        epilog="More, such as training, is in tools/ of the repository.",
    )
    parser.add_argument("--version", action="version", version=f"digitdet {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (read, doctor):
        command.add_parser(commands)
    args = parser.parse_args(argv)
    raise SystemExit(args.run(args))

"""The arguments of ``digitdet doctor``."""

import argparse
from typing import Any

from digitdet.command_line import call

EPILOG = """
exit status:
  0  all is well
  1  something is wrong; it is said what, and what to do
"""


def add_parser(commands: Any) -> None:
    """Add the sub-command to those of ``digitdet``."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "doctor",
        help="say what is installed, and what is wrong with it",
        description="Say what is installed, what it computes on, and what is wrong: versions, "
        "devices, weights, and a picture that is read to see that all of it works.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Examine the installation, and return the exit status."""
    from digitdet.commands.doctor.examination import examine

    return int(call(examine))

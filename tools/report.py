"""Show what a run gave: ``python tools/report.py WORK_DIR``."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from digitdet.command_line import call


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments, write the report, say where it is."""
    parser = argparse.ArgumentParser(
        description="Write report.html and its pictures to the work folder of a run, anew: curves, "
        "best epoch, confusion matrix, sample predictions, times and config on one page that opens "
        "from disk. A training does so at its end; this also shows one that still goes on, or "
        "stopped."
    )
    parser.add_argument("work_dir", type=Path, metavar="WORK_DIR", help="work folder of the run")
    call(_report, parser.parse_args(argv))


def _report(args: argparse.Namespace) -> None:
    from digitdet.console import console

    with console.status("making the report"):
        from digitdet.environment import check_torch

        check_torch()
        from digitdet.analysis.report import write_report

        page = write_report(args.work_dir)
    console.print(f"report: {page}")


if __name__ == "__main__":
    main()

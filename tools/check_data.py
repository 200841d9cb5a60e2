"""Check a data folder: ``python tools/check_data.py DATA_ROOT``."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from digitdet.checks.places import check_places
from digitdet.command_line import call


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments, check the data, and exit with status 1 if they have errors."""
    parser = argparse.ArgumentParser(
        description="Check pictures and annotations; show how they are distributed.",
        epilog="Exit status: 0 without errors, warnings or not; 1 with errors; 2 if misused.",
    )
    parser.add_argument(
        "data_root", type=Path, metavar="DATA_ROOT", help="holds train.json, train/, ..."
    )
    parser.add_argument(
        "--fix", type=Path, metavar="OUT", help="write a fixed copy to a new or empty folder"
    )
    parser.add_argument("--no-images", action="store_true", help="check the annotations alone")
    parser.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        help="file of the report (default: work_dirs/check_data/NAME.json)",
    )
    args = parser.parse_args(argv)
    name = args.data_root.resolve().name or "data"
    args.json = args.json or Path("work_dirs", "check_data", f"{name}.json")
    try:
        check_places(args.data_root, args.json, args.fix)
    except ValueError as error:
        parser.error(str(error))
    call(_check, args)


def _check(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.checks.data_check import check_data

    report = check_data(
        args.data_root, args.json, fix_dir=args.fix, with_pictures=not args.no_images
    )
    if report.num_errors:
        raise SystemExit(1)


if __name__ == "__main__":
    main()

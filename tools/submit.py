"""Write or validate a submission: ``python tools/submit.py PRED.json PICTURES``."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from digitdet.command_line import add_reader, call

OUT_DIR = Path("work_dirs", "submit")


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments, write or validate, and exit with status 1 if a grader would refuse."""
    parser = argparse.ArgumentParser(
        description="Write pred.json, pred.csv and their zip from saved predictions and check "
        "them; or check a submission that is there. Prints a checklist.",
        epilog="Exit status: 0 if a grader takes it, warnings or not; 1 if not, and then nothing "
        "is written; 2 if misused.",
    )
    parser.add_argument(
        "what",
        type=Path,
        metavar="PRED.json|SUBMISSION",
        help="predictions to write a submission from; or one to check alone: its .zip, or the "
        "folder of pred.json and pred.csv",
    )
    parser.add_argument(
        "pictures",
        type=Path,
        metavar="IMAGE_DIR|ANN.json",
        help="the pictures that it has to be about: their folder, or their annotation file",
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help=f"folder of the three files (default: {OUT_DIR})"
    )
    add_reader(parser)
    parser.add_argument(
        "--csv", type=Path, metavar="FILE", help="take the numbers from this pred.csv instead"
    )
    args = parser.parse_args(argv)
    args.validate = args.what.is_dir() or args.what.suffix.lower() == ".zip"
    if args.validate and (args.out or args.csv):
        parser.error(f"{args.what} is only checked: --out and --csv belong to a PRED.json")
    call(_submit, args)


def _submit(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.evaluation.submissions.submitting import submit, validate_submission

    if args.validate:
        result = validate_submission(args.what, args.pictures, args.reader)
    else:
        result = submit(
            args.what,
            args.pictures,
            args.out or OUT_DIR,
            reader_config=args.reader,
            csv_file=args.csv,
        )
    if result.num_errors:
        raise SystemExit(1)


if __name__ == "__main__":
    main()

"""Calibrate confidences: ``python tools/calibrate.py PRED.json ANN.json``."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from digitdet.command_line import add_options, add_reader, add_truth, call

OUT_DIR = Path("work_dirs", "calibrate")


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments, fit or judge a calibration, print tables and write files."""
    parser = argparse.ArgumentParser(
        description="Fit a map from the confidence of a number to the probability that it is "
        "right, on saved predictions; or judge one on other pictures."
    )
    parser.add_argument("pred_file", type=Path, metavar="PRED.json", help="saved predictions")
    parser.add_argument("ann_file", type=Path, metavar="ANN.json", help="their annotation file")
    add_reader(parser)
    add_truth(parser)
    parser.add_argument(
        "--check",
        type=Path,
        metavar="FILE",
        help="judge this calibration and fit none: what this tool wrote, or a published "
        "checkpoint that carries one",
    )
    parser.add_argument(
        "--folds", type=int, default=5, help="of pictures, to judge what is fitted (default: 5)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the folds (default: 0)")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="JSON of the calibration and its figures; a picture is written beside it "
        f"(default: {OUT_DIR}/calibration.json, with --check check.json)",
    )
    add_options(parser, "reader.score_threshold=0.5")
    call(_calibrate, parser.parse_args(argv))


def _calibrate(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.analysis.calibrating import calibrate

    calibrate(
        args.pred_file,
        args.ann_file,
        args.out or OUT_DIR / ("check.json" if args.check else "calibration.json"),
        reader_file=args.reader,
        options=args.cfg_options,
        truth=args.truth,
        folds=args.folds,
        seed=args.seed,
        check=args.check,
    )


if __name__ == "__main__":
    main()

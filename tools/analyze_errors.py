"""Show what goes wrong: ``python tools/analyze_errors.py PRED.json ANN.json IMAGE_DIR``."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from digitdet.command_line import add_options, add_reader, add_truth, call


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments, analyze the errors, print tables and write files."""
    parser = argparse.ArgumentParser(
        description="Show which digits are missed, confused or badly placed in saved predictions, "
        "and which of these errors cost a number; no model, no GPU."
    )
    parser.add_argument("pred_file", type=Path, metavar="PRED.json", help="saved predictions")
    parser.add_argument("ann_file", type=Path, metavar="ANN.json", help="their annotation file")
    parser.add_argument("image_dir", type=Path, metavar="IMAGE_DIR", help="folder of its pictures")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("work_dirs", "analyze_errors"),
        metavar="DIR",
        help="folder to write to (default: work_dirs/analyze_errors)",
    )
    add_reader(parser)
    add_truth(parser)
    parser.add_argument(
        "--score-threshold",
        type=float,
        metavar="S",
        help="count detections from this score on as seen: in the confusion matrix, the gallery "
        "and the shares of digits found (default: the one of the best F1 at an IoU of 0.5)",
    )
    add_options(parser, "reader.score_threshold=0.5")
    call(_analyze, parser.parse_args(argv))


def _analyze(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.analysis.error_analysis import analyze_errors

    analyze_errors(
        args.pred_file,
        args.ann_file,
        args.image_dir,
        args.out,
        reader_file=args.reader,
        options=args.cfg_options,
        truth=args.truth,
        score_threshold=args.score_threshold,
    )


if __name__ == "__main__":
    main()

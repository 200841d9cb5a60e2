"""Compare two models: ``python tools/compare_errors.py PRED_A.json PRED_B.json ANN.json``."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from digitdet.command_line import add_options, add_reader, add_truth, call


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments, compare the models, print tables and write files."""
    parser = argparse.ArgumentParser(
        description="Compare the saved predictions of two models on the same pictures: which "
        "numbers just one of them reads, by which errors, and whether that may be chance; no "
        "model, no GPU."
    )
    parser.add_argument("pred_a", type=Path, metavar="PRED_A.json", help="those of model A")
    parser.add_argument("pred_b", type=Path, metavar="PRED_B.json", help="those of model B")
    parser.add_argument("ann_file", type=Path, metavar="ANN.json", help="their annotation file")
    parser.add_argument(
        "--images",
        type=Path,
        metavar="IMAGE_DIR",
        help="folder of its pictures; writes a page of reading cards, too",
    )
    parser.add_argument(
        "--names",
        nargs=2,
        metavar=("A", "B"),
        help="what the models are called (default: the nearest folders above the files that "
        "differ)",
    )
    add_reader(parser)
    parser.add_argument(
        "--reader-b",
        type=Path,
        metavar="CONFIG",
        help="the same for model B alone (default: that of --reader)",
    )
    add_truth(parser)
    parser.add_argument("--seed", type=int, default=0, help="of the resamples (default: 0)")
    parser.add_argument(
        "--resamples",
        type=int,
        default=1000,
        metavar="N",
        help="resamples of pictures for the intervals of the mAP (default: 1000)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("work_dirs", "compare_errors"),
        metavar="DIR",
        help="folder to write to (default: work_dirs/compare_errors)",
    )
    add_options(parser, "reader.score_threshold=0.5")
    call(_compare, parser.parse_args(argv))


def _compare(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.analysis.error_comparison import compare_errors

    compare_errors(
        (args.pred_a, args.pred_b),
        args.ann_file,
        args.out,
        image_dir=args.images,
        names=args.names,
        reader_files=(args.reader, args.reader_b or args.reader),
        options=args.cfg_options,
        truth=args.truth,
        seed=args.seed,
        resamples=args.resamples,
    )


if __name__ == "__main__":
    main()

"""Fuse the detections of several models: ``python tools/ensemble.py PRED.json PRED.json ...``."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from digitdet.command_line import add_options, add_reader, add_truth, call


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments, fuse, and print the figures where the truth is given."""
    parser = argparse.ArgumentParser(
        description="Fuse saved predictions of several models for the same pictures; with --ann, "
        "show mAP and number accuracy of each and of the fusion."
    )
    parser.add_argument(
        "predictions", nargs="+", type=Path, metavar="PRED.json", help="one of each model"
    )
    parser.add_argument("--ann", type=Path, metavar="ANN.json", help="the truth, COCO format")
    parser.add_argument(
        "--method",
        choices=["nms", "wbf"],
        default="nms",
        help="non-maximum suppression by digit, or weighted boxes fusion, which needs "
        "`pip install ensemble-boxes` (default: nms)",
    )
    parser.add_argument(
        "--iou",
        type=float,
        help="boxes of a digit that overlap more are one (default: .5 for nms, .55 for wbf)",
    )
    parser.add_argument(
        "--weights",
        nargs="+",
        type=float,
        metavar="W",
        help="one for each file, in their order; only ratios count (default: all alike)",
    )
    parser.add_argument(
        "--min-score",
        type=float,
        default=0.0,
        metavar="SCORE",
        help="leave out detections that score less, before fusing (default: 0)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("work_dirs", "ensemble", "pred.json"),
        metavar="FILE",
        help="the fused predictions (default: work_dirs/ensemble/pred.json)",
    )
    add_reader(parser)
    add_truth(parser)
    add_options(parser, "reader.score_threshold=0.5")
    args = parser.parse_args(argv)
    if args.ann is None and (args.reader or args.cfg_options):
        parser.error("--reader and --cfg-options judge the numbers, which needs --ann ANN.json")
    call(_fuse, args)


def _fuse(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.config import load_reader
    from digitdet.ensembling.ensemble import fuse_saved
    from digitdet.ensembling.fusion import Fusion

    fuse_saved(
        args.predictions,
        Fusion(args.method, args.iou, args.weights, args.min_score),
        args.out,
        ann_file=args.ann,
        reader=None if args.ann is None else load_reader(args.reader, args.cfg_options),
        truth=args.truth,
    )


if __name__ == "__main__":
    main()

"""Evaluate saved predictions: ``python tools/evaluate.py PRED.json ANN.json``."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from digitdet.command_line import add_options, add_reader, add_truth, call


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments, evaluate and print the figures."""
    parser = argparse.ArgumentParser(
        description="Evaluate saved predictions, boxes and numbers; no model, no pictures, no GPU."
    )
    parser.add_argument("predictions", type=Path, metavar="PRED.json", help="as test.py writes")
    parser.add_argument("annotations", type=Path, metavar="ANN.json", help="the truth, COCO format")
    add_reader(parser)
    add_truth(parser)
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="write the figures, as metrics.json"
    )
    add_options(parser, "reader.score_threshold=0.5")
    call(_evaluate, parser.parse_args(argv))


def _evaluate(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.config import load_reader
    from digitdet.evaluation.offline import evaluate_saved

    reader = load_reader(args.reader, args.cfg_options)
    evaluate_saved(args.predictions, args.annotations, reader, truth=args.truth, out=args.out)


if __name__ == "__main__":
    main()

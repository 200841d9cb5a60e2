"""Tune a reader: ``python tools/tune_reader.py PRED.json ANN.json``."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from digitdet.command_line import add_options, add_reader, add_truth, call


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments, tune the reader, and write the winner as a config fragment."""
    parser = argparse.ArgumentParser(
        description="Choose a reader's settings on saved predictions; compare them with the "
        "default by cross-validation."
    )
    parser.add_argument("pred_file", type=Path, metavar="PRED.json", help="saved predictions")
    parser.add_argument("ann_file", type=Path, metavar="ANN.json", help="their annotation file")
    add_reader(parser, "is tuned, its values being the default to beat")
    parser.add_argument(
        "--space",
        nargs="+",
        action="extend",
        default=[],
        metavar="ARGUMENT=VALUE,VALUE",
        help="try these alone, for example score_threshold=0.3,0.5 'fallback_thresholds=(),(0.3,)' "
        "(default: a table's)",
    )
    add_truth(parser)
    parser.add_argument("--folds", type=int, default=5, help="of cross-validation (default: 5)")
    parser.add_argument("--seed", type=int, default=0, help="of all draws (default: 0)")
    parser.add_argument(
        "--max-settings",
        type=int,
        default=200,
        metavar="N",
        help="settings to try of a large space, beside all that change one value (default: 200)",
    )
    parser.add_argument("--workers", type=int, metavar="N", help="processes (default: one a core)")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("work_dirs", "tune_reader", "reader.py"),
        metavar="FILE",
        help="config fragment (default: work_dirs/tune_reader/reader.py)",
    )
    add_options(parser, "reader.score_threshold=0.5")
    call(_tune, parser.parse_args(argv))


def _tune(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.tuning.reader_tuning import tune_reader

    tune_reader(
        args.pred_file,
        args.ann_file,
        args.out,
        reader_file=args.reader,
        options=args.cfg_options,
        space=args.space,
        truth=args.truth,
        folds=args.folds,
        seed=args.seed,
        max_settings=args.max_settings,
        workers=args.workers,
    )


if __name__ == "__main__":
    main()

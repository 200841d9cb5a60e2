"""Compare runs: ``python tools/compare.py WORK_DIR ...``."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from digitdet.command_line import call


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments, compare the runs, print tables and write files."""
    parser = argparse.ArgumentParser(
        description="Lay the curves of runs over each other, and table what they gave, what they "
        "cost and what their configs differ in; also while they go on. No model, no GPU."
    )
    parser.add_argument(
        "folders",
        nargs="+",
        type=Path,
        metavar="WORK_DIR",
        help="what tools/train.py wrote to, in the order of the legend; of a run with --seeds, "
        "the folder of all seeds is one line",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("work_dirs", "compare"),
        metavar="DIR",
        help="folder to write to (default: work_dirs/compare)",
    )
    parser.add_argument(
        "--metric",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        help="figures of the validation, for example map_50 (default: each run's own, map and "
        "number_accuracy)",
    )
    parser.add_argument(
        "--names", nargs="+", metavar="NAME", help="what the runs are called, one for each WORK_DIR"
    )
    parser.add_argument(
        "--no-group",
        action="store_true",
        help="a line for each run, also for runs that differ in nothing but the seed",
    )
    parser.add_argument(
        "--figures",
        action="store_true",
        help="write figures 1 to 4 of the report, too: loss and mAP of the first WORK_DIR, then "
        "of all",
    )
    call(_compare, parser.parse_args(argv))


def _compare(args: argparse.Namespace) -> None:
    from digitdet.analysis.run_comparison.comparing import compare_runs

    compare_runs(
        args.folders,
        args.out,
        metrics=args.metric,
        names=args.names,
        is_grouped=not args.no_group,
        has_figures=args.figures,
    )


if __name__ == "__main__":
    main()

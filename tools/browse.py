"""Look at the samples of a config: ``python tools/browse.py CONFIG``."""

import argparse
from collections.abc import Sequence

from digitdet.command_line import add_options, call


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments and draw the pictures."""
    parser = argparse.ArgumentParser(
        description="Draw samples as the model sees them on contact sheets, beside the originals."
    )
    parser.add_argument(
        "configs",
        nargs="+",
        metavar="CONFIG",
        help="for example configs/experiments/quickstart.py; several to compare them",
    )
    parser.add_argument(
        "--split", choices=["train", "val", "test"], default="train", help="(default: train)"
    )
    parser.add_argument("--out", help="folder of the pictures (default: work_dirs/CONFIG/browse)")
    parser.add_argument(
        "-n",
        type=int,
        dest="num_pictures",
        help="samples, spread over the data set (default: 48; 1000 with --stats)",
    )
    parser.add_argument(
        "--epoch", type=int, default=0, help="whose random draws are shown, from 0 (default: 0)"
    )
    parser.add_argument(
        "--stats", action="store_true", help="draw distributions instead of the pictures"
    )
    add_options(parser)
    call(_browse, parser.parse_args(argv))


def _browse(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.inspection.browsing import browse

    default = 1000 if args.stats else 48
    browse(
        args.configs,
        split=args.split,
        out_dir=args.out,
        num_pictures=default if args.num_pictures is None else args.num_pictures,
        epoch=args.epoch,
        stats=args.stats,
        options=args.cfg_options,
    )


if __name__ == "__main__":
    main()

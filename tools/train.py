"""Train a detector: ``python tools/train.py CONFIG``."""

import argparse
from collections.abc import Sequence

from digitdet.command_line import add_launcher, add_options, call


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments and train."""
    parser = argparse.ArgumentParser(description="Train a detector as a config says.")
    parser.add_argument(
        "config", metavar="CONFIG", help="for example configs/experiments/quickstart.py"
    )
    parser.add_argument("--work-dir", help="folder of the results (default: work_dirs/CONFIG)")
    parser.add_argument(
        "--resume",
        nargs="?",
        const=True,
        default=False,
        metavar="CKPT",
        help="go on from a checkpoint (default: the newest in the work folder)",
    )
    parser.add_argument("--amp", action="store_true", help="mixed precision; needs a CUDA device")
    add_options(parser)
    add_launcher(parser)
    args = parser.parse_args(argv)
    call(_train, args)


def _train(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.training import train

    train(
        args.config,
        work_dir=args.work_dir,
        resume=args.resume,
        amp=args.amp,
        options=args.cfg_options,
        launcher=args.launcher,
    )


if __name__ == "__main__":
    main()

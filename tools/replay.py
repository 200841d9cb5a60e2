"""Run a step again whose loss was not finite: ``python tools/replay.py FOLDER``."""

import argparse
from collections.abc import Sequence

from digitdet.command_line import call


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments and run the step."""
    parser = argparse.ArgumentParser(
        description="Run a recorded step again; say what is not finite, and which pictures make "
        "it so."
    )
    parser.add_argument("folder", metavar="FOLDER", help="WORK_DIR/non_finite/iter_N")
    parser.add_argument(
        "--anomaly",
        action="store_true",
        help="let torch name the operation whose backward pass gives NaN",
    )
    parser.add_argument("--device", help="cpu or cuda (default: the recorded one, if it is there)")
    parser.add_argument(
        "--without",
        nargs="+",
        type=int,
        default=[],
        metavar="INDEX",
        help="leave these pictures of the batch out, counted from 0",
    )
    call(_replay, parser.parse_args(argv))


def _replay(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.replay.replaying import replay

    replay(args.folder, device=args.device, anomaly=args.anomaly, without=args.without)


if __name__ == "__main__":
    main()

"""Publish a checkpoint's weights: ``python tools/publish.py CHECKPOINT``."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from digitdet.command_line import add_reader, call


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments and publish."""
    parser = argparse.ArgumentParser(
        description="Write a checkpoint's weights as safetensors, with its config, class names, "
        "versions and figures. Every tool that takes a checkpoint takes the file."
    )
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE|DIR",
        help="a folder, or a file that ends in .safetensors (default: the checkpoint's folder)",
    )
    parser.add_argument(
        "--name",
        metavar="NAME",
        help="the file's name, to which the hash of its content is added (default: the "
        "experiment's)",
    )
    add_reader(parser, "the file carries", "that of the checkpoint's own config")
    parser.add_argument(
        "--calibration",
        type=Path,
        metavar="FILE",
        help="what tools/calibrate.py wrote: the file carries it, and DigitReader's confidences "
        "are the probabilities that it gives",
    )
    parser.add_argument(
        "--half",
        action="store_true",
        help="round the weights to float16, half the size; models compute with them in float32",
    )
    args = parser.parse_args(argv)
    if args.out and args.out.suffix == ".safetensors" and args.name:
        parser.error(f"--out {args.out} is a file already: leave out --name, or name its folder")
    call(_publish, args)


def _publish(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.checkpoints.publishing import publish

    publish(
        args.checkpoint,
        args.out,
        args.name,
        reader=args.reader,
        calibration=args.calibration,
        half=args.half,
    )


if __name__ == "__main__":
    main()

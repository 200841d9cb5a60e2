"""Write synthetic scenes in the homework's layout: ``python tools/make_synthetic.py OUT``."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from digitdet.command_line import call


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments and write the pictures."""
    parser = argparse.ArgumentParser(
        description="Write synthetic scenes: train/, valid/, test/, train.json, valid.json."
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="a new or empty folder")
    parser.add_argument("--num-train", type=int, default=1000, help="(default: 1000)")
    parser.add_argument("--num-valid", type=int, default=200, help="(default: 200)")
    parser.add_argument("--num-test", type=int, default=200, help="(default: 200)")
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        help="of train; valid and test have the next two (default: 0)",
    )
    parser.add_argument(
        "--fonts",
        nargs="+",
        default=["bundled"],
        help="bundled, system, or names and files; others make other pictures (default: bundled)",
    )
    call(_write, parser.parse_args(argv))


def _write(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.datasets.synthetic_layout import write_layout

    write_layout(
        args.out,
        num_train=args.num_train,
        num_valid=args.num_valid,
        num_test=args.num_test,
        seed=args.seed,
        fonts=args.fonts[0] if args.fonts in (["bundled"], ["system"]) else args.fonts,
    )
    counts = f"{args.num_train} training, {args.num_valid} validation, {args.num_test} test scenes"
    print(f"{args.out}: {counts}")


if __name__ == "__main__":
    main()

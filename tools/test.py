"""Evaluate a checkpoint: ``python tools/test.py CONFIG CHECKPOINT``."""

import argparse
from collections.abc import Sequence

from digitdet.command_line import add_inference, add_launcher, add_options, add_tta, call


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments, evaluate and write the deliverables."""
    parser = argparse.ArgumentParser(
        description="Evaluate a checkpoint on a split; write pred.json, pred.csv and their zip."
    )
    parser.add_argument("config", metavar="CONFIG")
    parser.add_argument("checkpoint", metavar="CHECKPOINT")
    parser.add_argument("--split", choices=["val", "test"], default="val", help="(default: val)")
    parser.add_argument(
        "--out-dir",
        help="folder of the results (default: work_dirs/CONFIG/SPLIT, or SPLIT_tta with --tta)",
    )
    add_inference(parser)
    add_tta(parser)
    add_options(parser)
    add_launcher(parser)
    args = parser.parse_args(argv)
    call(_test, args)


def _test(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.models.inference import Inference
    from digitdet.testing import test

    test(
        args.config,
        args.checkpoint,
        split=args.split,
        out_dir=args.out_dir,
        tta=args.tta,
        tta_method=args.tta_method,
        inference=Inference(args.plain, args.precision, args.compile),
        options=args.cfg_options,
        launcher=args.launcher,
    )


if __name__ == "__main__":
    main()

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
    parser.add_argument(
        "--amp",
        nargs="?",
        const=True,
        default=False,
        choices=["bf16", "fp16"],
        help="mixed precision; needs a CUDA device (default: bf16 where it has that, else fp16)",
    )
    parser.add_argument(
        "--auto-scale-lr",
        action="store_true",
        help="multiply the rate by the pictures of an update / auto_scale_lr.base_batch_size",
    )
    parser.add_argument(
        "--seeds",
        nargs="+",
        type=int,
        metavar="N",
        help="train once with each of these seeds, and report mean and spread",
    )
    checks = parser.add_mutually_exclusive_group()
    checks.add_argument(
        "--dry-run", action="store_true", help="check all before the first step, then stop"
    )
    checks.add_argument(
        "--no-preflight", action="store_true", help="leave out the checks before the first step"
    )
    add_options(parser)
    add_launcher(parser)
    args = parser.parse_args(argv)
    call(_train, args)


def _train(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.training import dry_run, train

    how = {
        "work_dir": args.work_dir,
        "resume": args.resume,
        "amp": args.amp,
        "options": args.cfg_options + ["auto_scale_lr.enable=True"] * args.auto_scale_lr,
        "launcher": args.launcher,
    }
    if args.seeds:
        from digitdet.repeated_training import check_seeds, train_repeatedly

        check_seeds(args.seeds, args.cfg_options)
        if not args.dry_run:
            train_repeatedly(args.config, args.seeds, **how, preflight=not args.no_preflight)
            return
    if args.dry_run:
        dry_run(args.config, **how)
    else:
        train(args.config, **how, preflight=not args.no_preflight)


if __name__ == "__main__":
    main()

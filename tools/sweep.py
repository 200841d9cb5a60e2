"""Search settings of a config: ``python tools/sweep.py CONFIG --space SPACE.py --trials N``."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from digitdet.command_line import add_options, call


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments and sweep."""
    parser = argparse.ArgumentParser(
        description="Train with many settings of a config, end the bad ones early, and write the "
        "best as a config. The same command goes on with a sweep that was stopped.",
    )
    parser.add_argument("config", metavar="CONFIG", help="what is trained")
    parser.add_argument(
        "--space",
        type=Path,
        required=True,
        metavar="SPACE.py",
        help='what to try: space = {"optim_wrapper.optimizer.lr": dict(type="float", low=1e-4, '
        'high=1e-1, log=True), "train_dataloader.batch_size": [4, 8]}',
    )
    parser.add_argument(
        "--trials", type=int, required=True, metavar="N", help="trials in all, earlier ones too"
    )
    parser.add_argument("--work-dir", help="folder of the sweep (default: work_dirs/sweep_CONFIG)")
    parser.add_argument(
        "--metric",
        help="figure of the validation whose best epoch counts (default: that of the config's "
        "EvaluationHook)",
    )
    parser.add_argument(
        "--sampler",
        choices=["tpe", "random", "grid"],
        default="tpe",
        help="what chooses the values: tpe learns from earlier trials (default), random does not, "
        "grid tries all combinations",
    )
    parser.add_argument(
        "--pruner",
        choices=["median", "hyperband", "none"],
        default="median",
        help="which trials end early: those worse than the median at the same epoch (default), "
        "those that hyperband drops, or none",
    )
    parser.add_argument(
        "--workers",
        type=int,
        default=1,
        metavar="K",
        help="trainings at once; they share the cores (default: 1)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="S", help="of the sampler (default: 0)"
    )
    parser.add_argument(
        "--timeout",
        type=float,
        metavar="SECONDS",
        help="begin no more trial after so long; those that run are finished",
    )
    parser.add_argument(
        "--no-preflight",
        action="store_true",
        help="leave out the checks before the first step of the first trial",
    )
    add_options(parser, "train_cfg.max_epochs=4")
    call(_sweep, parser.parse_args(argv))


def _sweep(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.sweeps.sweeping import sweep

    sweep(
        args.config,
        args.space,
        args.trials,
        work_dir=args.work_dir,
        metric=args.metric,
        sampler=args.sampler,
        pruner=args.pruner,
        workers=args.workers,
        seed=args.seed,
        timeout=args.timeout,
        options=args.cfg_options,
        preflight=not args.no_preflight,
    )


if __name__ == "__main__":
    main()

"""Find what fits a data folder: ``python tools/advise.py DATA_ROOT``."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from digitdet.command_line import call

EXPERIMENTS = Path(__file__).parents[1] / "configs" / "experiments"


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments and write the experiment."""
    parser = argparse.ArgumentParser(
        description="Recommend input size, anchors, regions, batch and workers for photographs in "
        "the homework's layout, and write an experiment of them. No training is needed.",
    )
    parser.add_argument(
        "data_root", type=Path, metavar="DATA_ROOT", help="holds train.json and train/"
    )
    parser.add_argument(
        "--preset",
        choices=["fast", "quality"],
        default="fast",
        help="what matters more; the experiment inherits configs/experiments/frcnn_PRESET.py "
        "(default: fast)",
    )
    parser.add_argument(
        "--gpu",
        nargs="?",
        type=float,
        const="here",
        metavar="GIB",
        help="plan for a GPU: this machine's, or one with so much memory (default: for the CPU)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="experiment to write (default: work_dirs/advise/NAME_PRESET.py)",
    )
    args = parser.parse_args(argv)
    name = f"{args.data_root.resolve().name or 'data'}_{args.preset}.py"
    args.out = args.out or Path("work_dirs", "advise", name)
    call(_advise, args)


def _advise(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.advice.advising import advise_on

    advise_on(
        args.data_root,
        EXPERIMENTS / f"frcnn_{args.preset}.py",
        args.out,
        preset=args.preset,
        on_gpu=args.gpu is not None,
        gpu_gib=None if args.gpu == "here" else args.gpu,
    )


if __name__ == "__main__":
    main()

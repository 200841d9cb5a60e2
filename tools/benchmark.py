"""Measure speed: ``python tools/benchmark.py COMMAND``; ``--help`` names the commands."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from digitdet.command_line import add_options, call

CONFIGS = Path(__file__).parents[1] / "configs"
RUNTIME = CONFIGS / "_base_" / "default_runtime.py"
QUICKSTART = CONFIGS / "experiments" / "quickstart.py"


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments, measure and print tables."""
    parser = argparse.ArgumentParser(description="Measure the speed of digitdet's parts.")
    commands = parser.add_subparsers(dest="command", required=True)
    data = commands.add_parser("data", help="loading, by stage and beside a plain loader")
    data.add_argument("config", metavar="CONFIG")
    data.add_argument(
        "--repeats", type=int, default=7, help="turns of each measurement (default: 7)"
    )
    data.add_argument(
        "--seconds", type=float, default=0.2, help="of a stage in each turn (default: 0.2)"
    )
    add_options(data)
    data.set_defaults(run=_data)
    evaluation = commands.add_parser(
        "evaluation", help="evaluation and its synchronisation, beside torchmetrics and pycocotools"
    )
    evaluation.add_argument(
        "--num-pictures", type=int, default=3340, help="made like SVHN's (default: 3340)"
    )
    evaluation.add_argument(
        "--detections", type=int, default=6, help="in each picture (default: 6)"
    )
    evaluation.add_argument(
        "--repeats", type=int, default=3, help="turns of each measurement (default: 3)"
    )
    evaluation.set_defaults(run=_evaluation)
    startup = commands.add_parser(
        "startup", help="from a command to its first training step, and to its help"
    )
    startup.add_argument(
        "config", nargs="?", metavar="CONFIG", default=QUICKSTART, help="(default: quickstart.py)"
    )
    startup.add_argument(
        "--repeats", type=int, default=5, help="turns of each measurement (default: 5)"
    )
    add_options(startup)
    startup.set_defaults(run=_startup)
    loop = commands.add_parser(
        "loop", help="hooks and log of a long run, beside mmengine's and a bare loop"
    )
    loop.add_argument(
        "--iterations", type=int, default=40_000, help="of each loop (default: 40000)"
    )
    loop.set_defaults(run=_loop)
    args = parser.parse_args(argv)
    call(args.run, args)


def _data(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.benchmarks.data import benchmark_data

    benchmark_data(
        args.config, options=args.cfg_options, repeats=args.repeats, seconds=args.seconds
    )


def _evaluation(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.benchmarks.evaluation import benchmark_evaluation

    benchmark_evaluation(
        num_pictures=args.num_pictures, num_detections=args.detections, repeats=args.repeats
    )


def _startup(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.benchmarks.startup import benchmark_startup

    benchmark_startup(
        args.config,
        tools_dir=Path(__file__).parent,
        options=args.cfg_options,
        repeats=args.repeats,
    )


def _loop(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.benchmarks.loop import benchmark_loop

    benchmark_loop(RUNTIME, iterations=args.iterations)


if __name__ == "__main__":
    main()

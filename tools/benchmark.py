"""Measure speed: ``python tools/benchmark.py data CONFIG``, ``evaluation`` or ``logging``."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from digitdet.command_line import add_options, call

RUNTIME = Path(__file__).parents[1] / "configs" / "_base_" / "default_runtime.py"


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
    logging = commands.add_parser(
        "logging", help="hooks and log of a long run, beside mmengine's and a bare loop"
    )
    logging.add_argument(
        "--iterations", type=int, default=40_000, help="of each loop (default: 40000)"
    )
    logging.set_defaults(run=_logging)
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


def _logging(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.benchmarks.logging_cost import benchmark_logging

    benchmark_logging(RUNTIME, iterations=args.iterations)


if __name__ == "__main__":
    main()

"""Measure speed: ``python tools/benchmark.py data CONFIG``."""

import argparse
from collections.abc import Sequence

from digitdet.command_line import add_options, call


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments, measure and print tables."""
    parser = argparse.ArgumentParser(description="Measure the speed of a config's parts.")
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
    call(_data, parser.parse_args(argv))


def _data(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.benchmarks.data import benchmark_data

    benchmark_data(
        args.config, options=args.cfg_options, repeats=args.repeats, seconds=args.seconds
    )


if __name__ == "__main__":
    main()

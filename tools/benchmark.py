"""Measure speed: ``python tools/benchmark.py COMMAND``; ``--help`` names the commands."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from digitdet.benchmarks.arguments import add_picture, add_side_by_side, setting_of
from digitdet.command_line import add_options, call

CONFIGS = Path(__file__).parents[1] / "configs"
RUNTIME = CONFIGS / "_base_" / "default_runtime.py"
FAST = CONFIGS / "experiments" / "frcnn_fast.py"
QUICKSTART = CONFIGS / "experiments" / "quickstart.py"


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments, measure, print tables and write JSON."""
    parser = argparse.ArgumentParser(description="Measure the speed of digitdet's parts.")
    commands = parser.add_subparsers(dest="command", required=True)
    _add_train(commands)
    _add_inference(commands)
    _add_models(commands)
    _add_data(commands)
    _add_evaluation(commands)
    _add_startup(commands)
    _add_loop(commands)
    _add_read(commands)
    for name, command in commands.choices.items():
        default = f"work_dirs/benchmark/{name}.json"
        command.add_argument("--out", type=Path, help=f"JSON of the figures (default: {default})")
    args = parser.parse_args(argv)
    call(_run, args)


def _run(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch
    from digitdet.whole_files import check_writable

    file = args.out or Path("work_dirs", "benchmark", f"{args.command}.json")
    check_writable(file.parent)
    check_torch()
    figures: Mapping[str, Any] = args.run(args)
    from digitdet.benchmarks.record import write_record

    write_record(file, figures)


def _add_train(commands: Any) -> None:
    command = commands.add_parser(
        "train", help="training steps by the runner, beside bare torchvision (--peer)"
    )
    add_side_by_side(command, FAST)
    command.set_defaults(run=_train)


def _train(args: argparse.Namespace) -> Mapping[str, Any]:
    from digitdet.benchmarks.training import benchmark_training

    return benchmark_training(setting_of(args), peer=args.peer)


def _add_inference(commands: Any) -> None:
    command = commands.add_parser(
        "inference", help="predictions, prepared and plain, beside bare torchvision (--peer)"
    )
    add_side_by_side(command, FAST)
    command.add_argument(
        "--compile", action="store_true", help="measure a compiled model too; needs a CUDA device"
    )
    command.set_defaults(run=_inference)


def _inference(args: argparse.Namespace) -> Mapping[str, Any]:
    from digitdet.benchmarks.inference import benchmark_inference

    return benchmark_inference(setting_of(args), peer=args.peer, compiled=args.compile)


def _add_models(commands: Any) -> None:
    command = commands.add_parser(
        "models", help="operations, time and parameters of all models in configs/_base_/models"
    )
    command.add_argument(
        "configs",
        nargs="*",
        metavar="CONFIG",
        help="other configs to compare (default: those of configs/_base_/models)",
    )
    add_picture(command)
    command.add_argument("--repeats", type=int, default=5, help="rounds (default: 5)")
    command.add_argument(
        "--accuracy",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME=MAP",
        help="what a model reaches on your data, for example faster_rcnn_fast=0.46",
    )
    command.set_defaults(run=_models)


def _models(args: argparse.Namespace) -> Mapping[str, Any]:
    from digitdet.benchmarks.models import benchmark_models

    files = args.configs or sorted((CONFIGS / "_base_" / "models").glob("*.py"))
    return benchmark_models(
        files, picture=args.picture, repeats=args.repeats, accuracies=args.accuracy
    )


def _add_data(commands: Any) -> None:
    command = commands.add_parser("data", help="loading, by stage and beside a plain loader")
    command.add_argument("config", metavar="CONFIG")
    command.add_argument(
        "--repeats", type=int, default=7, help="turns of each measurement (default: 7)"
    )
    command.add_argument(
        "--seconds", type=float, default=0.2, help="of a stage in each turn (default: 0.2)"
    )
    add_options(command)
    command.set_defaults(run=_data)


def _data(args: argparse.Namespace) -> Mapping[str, Any]:
    from digitdet.benchmarks.data import benchmark_data

    return benchmark_data(
        args.config, options=args.cfg_options, repeats=args.repeats, seconds=args.seconds
    )


def _add_evaluation(commands: Any) -> None:
    command = commands.add_parser(
        "evaluation", help="evaluation and its synchronisation, beside torchmetrics and pycocotools"
    )
    command.add_argument(
        "--num-pictures", type=int, default=3340, help="made like SVHN's (default: 3340)"
    )
    command.add_argument("--detections", type=int, default=6, help="in each picture (default: 6)")
    command.add_argument(
        "--repeats", type=int, default=3, help="turns of each measurement (default: 3)"
    )
    command.set_defaults(run=_evaluation)


def _evaluation(args: argparse.Namespace) -> Mapping[str, Any]:
    from digitdet.benchmarks.evaluation import benchmark_evaluation

    return benchmark_evaluation(
        num_pictures=args.num_pictures, num_detections=args.detections, repeats=args.repeats
    )


def _add_startup(commands: Any) -> None:
    command = commands.add_parser(
        "startup", help="from a command to its first training step, and to its help"
    )
    command.add_argument(
        "config",
        nargs="?",
        metavar="CONFIG",
        default=QUICKSTART,
        help="(default: configs/experiments/quickstart.py)",
    )
    command.add_argument(
        "--repeats", type=int, default=7, help="turns of each measurement (default: 7)"
    )
    add_options(command)
    command.set_defaults(run=_startup)


def _startup(args: argparse.Namespace) -> Mapping[str, Any]:
    from digitdet.benchmarks.startup import benchmark_startup

    return benchmark_startup(
        args.config,
        tools_dir=Path(__file__).parent,
        options=args.cfg_options,
        repeats=args.repeats,
    )


def _add_loop(commands: Any) -> None:
    command = commands.add_parser(
        "loop", help="hooks and log of a long run, beside mmengine's and a bare loop"
    )
    command.add_argument(
        "--iterations", type=int, default=40_000, help="of each loop (default: 40000)"
    )
    command.set_defaults(run=_loop)


def _loop(args: argparse.Namespace) -> Mapping[str, Any]:
    from digitdet.benchmarks.loop import benchmark_loop

    return benchmark_loop(RUNTIME, iterations=args.iterations)


def _add_read(commands: Any) -> None:
    command = commands.add_parser(
        "read", help="reading photographs: loading, one at a time, in batches, memory"
    )
    command.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="pictures and folders of them (default: rendered scenes of SVHN's sizes)",
    )
    command.add_argument(
        "--checkpoint",
        metavar="CHECKPOINT",
        help="one's own weights (default: those that come with digitdet)",
    )
    command.add_argument(
        "--config",
        metavar="CONFIG",
        help="their config (default: the one that a published checkpoint carries)",
    )
    command.add_argument(
        "--num-pictures", type=int, default=64, help="to read, of all (default: 64)"
    )
    command.add_argument(
        "--repeats", type=int, default=5, help="turns of each measurement (default: 5)"
    )
    command.set_defaults(run=_read)


def _read(args: argparse.Namespace) -> Mapping[str, Any]:
    from digitdet.benchmarks.reading import benchmark_reading

    return benchmark_reading(
        args.paths,
        config=args.config,
        checkpoint=args.checkpoint,
        num_pictures=args.num_pictures,
        repeats=args.repeats,
    )


if __name__ == "__main__":
    main()

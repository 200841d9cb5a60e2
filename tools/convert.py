"""Convert data to the homework's layout, and from it: ``python tools/convert.py SOURCE OUT``."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from digitdet.command_line import call


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments and convert."""
    parser = argparse.ArgumentParser(
        description="Convert a folder of labelled pictures between annotation formats."
    )
    parser.add_argument("source", type=Path, metavar="SOURCE", help="the folder to read")
    parser.add_argument("out", type=Path, metavar="OUT", help="a new or empty folder")
    parser.add_argument(
        "--from",
        dest="source_format",
        required=True,
        choices=["svhn", "yolo", "voc", "labelme", "coco"],
        help="the format of SOURCE",
    )
    parser.add_argument(
        "--to",
        dest="target_format",
        default="coco",
        choices=["coco", "yolo", "voc"],
        help="the format of OUT; coco is the homework's layout (default: coco)",
    )
    parser.add_argument(
        "--classes",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME=DIGIT",
        help="the digit of each class whose name is none, for example zero=0 10=0",
    )
    parser.add_argument(
        "--split",
        type=float,
        metavar="FRACTION",
        help="move this share of the training pictures to valid, copies of one source together",
    )
    parser.add_argument("--seed", type=int, default=0, help="of --split (default: 0)")
    parser.add_argument(
        "--one-based",
        action="store_true",
        help="SOURCE (svhn, voc) counts pixels from 1: subtract 1 from left and top",
    )
    parser.add_argument(
        "--write-one-based",
        action="store_true",
        help="count pixels from 1 in OUT (voc), as the original Pascal VOC does",
    )
    parser.add_argument("--link", action="store_true", help="hard-link pictures, do not copy them")
    call(_convert, parser.parse_args(argv))


def _convert(args: argparse.Namespace) -> None:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.formats.classes import parse_classes
    from digitdet.formats.convert import convert

    options: dict[str, Any] = vars(args) | {"classes": parse_classes(args.classes)}
    done = convert(**options)
    for split, count in done.pictures.items():
        boxes = done.boxes[split]
        print(f"{split}: {count} pictures, {'no labels' if boxes is None else f'{boxes} boxes'}")
    for reason, count in done.left_out.items():
        print(f"left out: {count} {reason}")
    for note in done.notes:
        print(f"note: {note}")
    print(f"written: {args.out}")


if __name__ == "__main__":
    main()

"""What the command lines share; imports no torch."""

import argparse
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from digitdet.interruption import TrainingInterrupted, name_of, raised_signals

TRACEBACK = "DIGITDET_TRACEBACK"
OF_INPUT = (ImportError, KeyError, OSError, RuntimeError, TypeError, ValueError)


def add_options(
    parser: argparse.ArgumentParser, example: str = "data_root=DIR model.min_size=256"
) -> None:
    """Add ``--cfg-options``."""
    parser.add_argument(
        "--cfg-options",
        nargs="+",
        action="extend",
        default=[],
        metavar="KEY=VALUE",
        help=f"override values of the config, for example {example}",
    )


def add_launcher(parser: argparse.ArgumentParser) -> None:
    """Add ``--launcher``."""
    parser.add_argument(
        "--launcher",
        choices=["none", "pytorch", "slurm", "mpi"],
        default="none",
        help="what started the processes of a distributed run (default: none)",
    )


def add_reader(
    parser: argparse.ArgumentParser,
    role: str = "reads the numbers",
    default: str = "the reader of the experiments",
) -> None:
    """Add ``--reader``, of a config whose reader has a role, and which takes it without."""
    parser.add_argument(
        "--reader",
        type=Path,
        metavar="CONFIG",
        help=f"config whose `reader` {role}: an experiment, or one that states only that "
        f"(default: {default})",
    )


def add_truth(parser: argparse.ArgumentParser) -> None:
    """Add ``--truth``."""
    parser.add_argument(
        "--truth",
        choices=["file", "left"],
        default="file",
        help="order of a true number's digits: as they stand in ANN.json, or by left edge where "
        "that means nothing (default: file)",
    )


def add_tta(parser: argparse.ArgumentParser) -> None:
    """Add ``--tta`` and ``--tta-method``."""
    parser.add_argument(
        "--tta",
        nargs="*",
        type=_scale,
        metavar="SCALE",
        help="test-time augmentation: detect at these multiples of the model's input size and "
        "fuse; it never flips; name it last (default where no scale is named: 0.85 1 1.2)",
    )
    parser.add_argument(
        "--tta-method",
        choices=["nms", "wbf"],
        help="how --tta fuses: by non-maximum suppression, or by weighted boxes fusion, which "
        "needs `pip install ensemble-boxes` (default: wbf)",
    )


def add_inference(parser: argparse.ArgumentParser) -> None:
    """Add ``--plain``, ``--precision`` and ``--compile``."""
    parser.add_argument(
        "--plain",
        action="store_true",
        help="compute as the training does, without BatchNorm folded into the convolutions",
    )
    parser.add_argument(
        "--precision",
        choices=["float32", "bf16"],
        default="float32",
        help="bf16: backbone and heads compute in bfloat16, on devices that have it "
        "(default: float32)",
    )
    parser.add_argument(
        "--compile",
        action="store_true",
        help="compile backbone and heads by torch.compile, on CUDA; takes minutes at first",
    )


def _scale(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no scale; write scales as `--tta 1 1.25`, after all files and folders"
        ) from None


def call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a function; turn an error of the input into one message and exit status 1.

    Args:
        function: What does the work.
        *args: Its arguments.
        **kwargs: Its arguments.

    Returns:
        What it returns.

    Raises:
        SystemExit: On an error, unless the environment asks for the traceback; on Ctrl-C and other
            signals, with 128 and their number, as a shell has it.
    """
    try:
        with raised_signals() as signals:
            return function(*args, **kwargs)
    except KeyboardInterrupt as error:
        _end_interrupted(getattr(error, "signal_number", signal.SIGINT), error)
    except Exception as error:
        if signals:  # libraries make other errors of the interruption
            _end_interrupted(signals[-1])
        if os.environ.get(TRACEBACK) or not isinstance(error, OF_INPUT):
            raise
        print(f"error: {_message(error)}", file=sys.stderr)
        print(f"(set {TRACEBACK}=1 to see the traceback)", file=sys.stderr)
        raise SystemExit(1) from None


def _end_interrupted(number: int, error: KeyboardInterrupt | None = None) -> NoReturn:
    said = f"interrupted by {name_of(number)}"
    if isinstance(error, TrainingInterrupted):
        said = str(error)  # nothing, in the other processes of a distributed run
    with suppress(OSError):  # of a terminal that was closed
        print(said, end="\n" if said else "", file=sys.stderr)
    raise SystemExit(128 + number) from None


def _message(error: Exception) -> str:
    text = str(error.args[0] if isinstance(error, KeyError) and error.args else error)
    if text.startswith("Caught ") and "Original Traceback" in text:
        # A loader's worker puts its whole traceback in the message; the error follows its frames.
        lines = text.rstrip().splitlines()
        frames = [number for number, line in enumerate(lines) if line.startswith("  ")]
        text = "\n".join(lines[frames[-1] + 1 :]).partition(": ")[2]
    return text or type(error).__name__

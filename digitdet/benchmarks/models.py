"""What models cost beside each other: operations, time, parameters."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from rich.table import Table

from digitdet import config as configs
from digitdet.benchmarks.front import is_on_front
from digitdet.benchmarks.matrix_peak import matrix_peak
from digitdet.benchmarks.plan import Plan, computing_device
from digitdet.benchmarks.prediction_loops import predict_plain, predict_prepared
from digitdet.benchmarks.rounds import Loop, run_rounds
from digitdet.benchmarks.side_by_side import SPARE_TURNS
from digitdet.benchmarks.speed_figures import loop_figures
from digitdet.console import console
from digitdet.threads import keep_to_cores

LOOPS: dict[str, Loop] = {"prepared": predict_prepared, "plain": predict_plain}
COSTS = ("gflop", "parameters", "ms_prepared")


def benchmark_models(
    config_files: Sequence[str | Path],
    *,
    picture: tuple[int, int] = (57, 128),
    repeats: int = 5,
    accuracies: Sequence[str] = (),
) -> dict[str, Any]:
    """Measure what models cost for one picture, and print them by operations.

    Args:
        config_files: Configs that state a model each; bases of models alone will do.
        picture: Height and width of a random picture, in pixels.
        repeats: How often each predicts, prepared and plain in turns.
        accuracies: ``NAME=MAP``: what models reach, by the names of their configs' files.

    Returns:
        The figures, to be written as JSON.

    Raises:
        FileNotFoundError: If there is no such config.
        RuntimeError: If a model fails; its error is on the console.
        ValueError: If a config, a number or an accuracy is not as it has to be.
    """
    if repeats < 1:
        raise ValueError(f"repeats has to be at least 1, got {repeats}")
    reached = parse_accuracies(accuracies, [Path(file).stem for file in config_files])
    for file in config_files:
        configs.require(configs.load(file), file, ("model",))
    keep_to_cores()
    device = computing_device()
    before = matrix_peak(device, torch.float32)
    figures = {Path(file).stem: _measure(file, picture, repeats, before) for file in config_files}
    after = matrix_peak(device, torch.float32)
    for name, value in reached.items():
        figures[name]["map"] = value
    mark_front(figures)
    console.print(models_table(figures, picture))
    console.print(_explanation(len(reached), len(figures)))
    console.print(f"matrix products: {before / 1e9:,.0f} GFLOP/s before, {after / 1e9:,.0f} after")
    return {"picture": list(picture), "repeats": repeats, "models": figures}


def parse_accuracies(texts: Sequence[str], names: Sequence[str]) -> dict[str, float]:
    """Read ``NAME=MAP`` texts.

    Args:
        texts: The texts.
        names: Models that there are.

    Raises:
        ValueError: If a text is none such, names no model, or its figure is not 0 to 1.
    """
    reached = {}
    for text in texts:
        name, _, figure = text.partition("=")
        if name not in names:
            raise ValueError(f"--accuracy {text}: {name!r} is none of {', '.join(names)}")
        try:
            reached[name] = float(figure)
        except ValueError:
            reached[name] = -1.0
        if not 0 <= reached[name] <= 1:
            raise ValueError(f"--accuracy {text}: write NAME=MAP with a mAP of 0 to 1")
    return reached


def _measure(
    file: str | Path, picture: tuple[int, int], repeats: int, peak: float
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        plan = Plan(
            config_file=str(file),
            options=[],
            picture=picture,
            batch_size=1,
            precision="float32",
            num_turns=repeats + SPARE_TURNS,
            folder=Path(folder),
        )
        loops = {name: (loop, range(repeats)) for name, loop in LOOPS.items()}
        measured = run_rounds(loops, plan, repeats)
    of_loops = loop_figures(measured, 1, peak)
    plain = of_loops["plain"]
    return {
        "gflop": plain["gflop_per_image"],
        "parameters": plain["parameters"],
        **{f"ms_{name}": figures["ms_per_image"] for name, figures in of_loops.items()},
        **{f"seconds_{name}": figures["seconds"] for name, figures in of_loops.items()},
    }


def mark_front(figures: Mapping[str, dict[str, Any]]) -> None:
    """Note of each model whether it is on Pareto's front, as ``on_front``.

    Args:
        figures: Name -> figures; they are changed in place. Where some have a ``map``, the others
            are left out.
    """
    compared = [of for of in figures.values() if "map" in of] or list(figures.values())
    points = [(*(of[key] for key in COSTS), -of.get("map", 0.0)) for of in compared]
    for of, point in zip(compared, points, strict=True):
        of["on_front"] = is_on_front(point, points)


def models_table(figures: Mapping[str, Mapping[str, Any]], picture: tuple[int, int]) -> Table:
    """Make a table of models, the one of fewest operations first.

    Args:
        figures: Name -> figures.
        picture: Height and width of the picture that they are for.
    """
    table = Table(
        title=f"models, one picture of {picture[0]}x{picture[1]} pixels", title_justify="left"
    )
    table.add_column("", no_wrap=True)
    for column in ("GFLOP", "parameters, M", "ms prepared", "ms plain", "mAP", "on the front"):
        table.add_column(column, justify="right")
    for name, of in sorted(figures.items(), key=lambda item: item[1]["gflop"]):
        table.add_row(
            name.removeprefix("faster_rcnn_"),
            f"{of['gflop']:,.2f}",
            f"{of['parameters'] / 1e6:,.2f}",
            f"{of['ms_prepared']:,.1f}",
            f"{of['ms_plain']:,.1f}",
            f"{of['map']:.3f}" if "map" in of else "",
            "yes" if of.get("on_front") else "",
        )
    return table


def _explanation(num_accuracies: int, num_models: int) -> str:
    if num_accuracies:
        text = "no other has fewer operations and parameters, less time and a higher mAP"
        left = num_models - num_accuracies
        return f"on the front: {text}" + (
            f"; {left} without --accuracy are left out" if left else ""
        )
    return (
        "on the front: no other has fewer operations and parameters and less time; what that buys "
        "in accuracy is for --accuracy to say"
    )

"""Measures loops of detectors beside each other, at several batch sizes."""

import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from digitdet.benchmarks.matrix_peak import matrix_peak
from digitdet.benchmarks.plan import Plan, batch_of, computing_device, load_config
from digitdet.benchmarks.rounds import Loop, run_rounds, spread_rounds
from digitdet.benchmarks.speed_figures import loop_figures, speed_table
from digitdet.console import console
from digitdet.models.inference import Precision, bf16_problem
from digitdet.threads import keep_to_cores

SPARE_TURNS = 3  # one that is not measured, one that ends the loop, one to be sure


@dataclass(frozen=True)
class Setting:
    """How loops are measured.

    Args:
        config_file: The config of digitdet's model.
        options: Overrides of it, ``KEY=VALUE``.
        picture: Height and width of random pictures, in pixels; None for the first ones of the
            config's training data.
        batch_sizes: Pictures of a step; each is measured on its own.
        repeats: Rounds that are measured.
        stock_repeats: Of these, how many torchvision at its own settings takes part in; 0 leaves
            it out.
        precision: What is computed in.

    Raises:
        ValueError: If a number is too low, or the device has no bfloat16.
    """

    config_file: str | Path
    options: Sequence[str] = ()
    picture: tuple[int, int] | None = (57, 128)
    batch_sizes: Sequence[int] = (2,)
    repeats: int = 20
    stock_repeats: int = 3
    precision: Precision = "float32"

    def __post_init__(self) -> None:
        numbers = {"repeats": (self.repeats, 1), "stock_repeats": (self.stock_repeats, 0)}
        numbers |= {"batch_size": (min(self.batch_sizes, default=0), 1)}
        for name, (value, least) in numbers.items():
            if value < least:
                raise ValueError(f"{name} has to be at least {least}, got {value}")
        if self.precision == "bf16" and (problem := bf16_problem(computing_device())):
            raise ValueError(f"--precision bf16: {problem}; leave it at float32")


def measure(
    title: str, loops: Mapping[str, Loop], stock: Collection[str], setting: Setting
) -> dict[str, Any]:
    """Measure loops in turns, and print a table for each batch size.

    Args:
        title: What the loops do.
        loops: Name -> loop; the first is what the others are compared with.
        stock: Names of those that take part in ``stock_repeats`` rounds only.
        setting: How they are measured.

    Returns:
        The figures, to be written as JSON.

    Raises:
        FileNotFoundError: If the config's training data are to be used, and are missing.
        RuntimeError: If a loop fails.
        ValueError: If they are too few, or not as they have to be.
    """
    keep_to_cores()
    if setting.picture is None:  # what the data lack is told once, not by each process
        largest = _plan(setting, max(setting.batch_sizes), Path())
        batch_of(largest, load_config(largest))
    dtype = torch.bfloat16 if setting.precision == "bf16" else torch.float32
    few = spread_rounds(setting.repeats, setting.stock_repeats)
    rounds = {name: few if name in stock else range(setting.repeats) for name in loops}
    results = []
    for batch_size in setting.batch_sizes:
        with tempfile.TemporaryDirectory() as folder:
            plan = _plan(setting, batch_size, Path(folder))
            before = matrix_peak(computing_device(), dtype)
            taking_part = {name: (loop, rounds[name]) for name, loop in loops.items()}
            measured = run_rounds(taking_part, plan, setting.repeats)
            after = matrix_peak(computing_device(), dtype)
        figures = loop_figures(measured, batch_size, (before + after) / 2)
        console.print(
            speed_table(
                f"{title}, {batch_size} picture{'s' if batch_size > 1 else ''} a step", figures
            )
        )
        console.print(
            f"matrix products: {before / 1e9:,.0f} GFLOP/s before, {after / 1e9:,.0f} after"
        )
        peaks = {"gflop_per_second_before": before / 1e9, "gflop_per_second_after": after / 1e9}
        results.append({"batch_size": batch_size, "matrix_products": peaks, "loops": figures})
    return {"setting": _as_plain(setting), "results": results}


def _plan(setting: Setting, batch_size: int, folder: Path) -> Plan:
    return Plan(
        config_file=str(setting.config_file),
        options=list(setting.options),
        picture=setting.picture,
        batch_size=batch_size,
        precision=setting.precision,
        num_turns=setting.repeats + SPARE_TURNS,
        folder=folder,
    )


def _as_plain(setting: Setting) -> dict[str, Any]:
    return {
        "config": str(setting.config_file),
        "options": list(setting.options),
        "picture": None if setting.picture is None else list(setting.picture),
        "repeats": setting.repeats,
        "stock_repeats": setting.stock_repeats,
        "precision": setting.precision,
    }

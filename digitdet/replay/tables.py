"""Tables of a step that is run again."""

import math
from collections.abc import Mapping
from typing import Any

from rich.table import Table
from torch import Tensor

SHOWN = 5  # parameters named of each kind


def losses_table(recorded: Mapping[str, float], now: Mapping[str, float]) -> Table:
    """Lay the terms of the loss beside the recorded ones."""
    table = Table(title="terms of the loss", title_justify="left")
    for name in ("term", "recorded", "now"):
        table.add_column(name, justify="left" if name == "term" else "right")
    for name in dict.fromkeys((*recorded, *now)):
        table.add_row(name, _figure(recorded.get(name)), _figure(now.get(name)))
    return table


def norms_lines(norms: Mapping[str, float]) -> list[str]:
    """Say which gradients are not finite, and which of the others are largest."""
    bad = [name for name, norm in norms.items() if not math.isfinite(norm)]
    fine = sorted((name for name in norms if name not in set(bad)), key=lambda n: -norms[n])
    lines = [f"gradients: {len(bad)} of {len(norms)} parameters have some that are not finite"]
    if bad:
        more = f" and {len(bad) - SHOWN} more" if len(bad) > SHOWN else ""
        lines.append(f"  not finite: {', '.join(bad[:SHOWN])}{more}")
    if fine:
        largest = ", ".join(f"{name} {norms[name]:.4g}" for name in fine[:SHOWN])
        lines.append(f"  largest norms: {largest}")
    return lines


def pictures_table(
    batch: Mapping[str, Any], losses: Mapping[int, float], is_finite: Mapping[int, bool]
) -> Table:
    """Lay out pictures of a batch with the loss of each alone.

    Args:
        batch: ``images`` and ``targets``.
        losses: Number of a picture, from 0 -> its loss.
        is_finite: Number of a picture -> whether its loss and gradients are finite.
    """
    table = Table(title="each picture alone", title_justify="left")
    for name in ("picture", "boxes", "values", "loss", "finite"):
        table.add_column(name, justify="right")
    table.add_column("source", overflow="fold")
    for number, loss in losses.items():
        image, target = batch["images"][number], batch["targets"][number]
        count, fine = str(len(target["boxes"])), "yes" if is_finite[number] else "NO"
        source = str(target.get("source", ""))
        table.add_row(str(number), count, _range(image), _figure(loss), fine, source)
    return table


def _range(image: Tensor) -> str:
    return f"{float(image.min()):.4g} to {float(image.max()):.4g}"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.6g}"

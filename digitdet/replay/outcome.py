"""What a step gave when it was run again, and what that says."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digitdet.replay.recording import Report


@dataclass(frozen=True)
class Outcome:
    """What a step gave when it was run again.

    Attributes:
        losses: The terms of the loss, and their sum.
        gradient_norms: Norm of each parameter's gradient.
        place: What was first not finite in the forward pass; empty if all was.
        anomaly: What torch's anomaly detection said of the backward pass; empty if nothing.
    """

    losses: dict[str, float]
    gradient_norms: dict[str, float]
    place: str = ""
    anomaly: str = ""

    @property
    def is_finite(self) -> bool:
        """Whether neither the losses nor the gradients went wrong."""
        values = (*self.losses.values(), *self.gradient_norms.values())
        return not self.anomaly and all(math.isfinite(value) for value in values)


def comparison(report: Report, outcome: Outcome, without: Sequence[int]) -> str:
    """Say whether a step gave what was recorded; of a part of it, whether it is finite."""
    if without:
        said = "finite" if outcome.is_finite else "not finite either"
        return f"without pictures {', '.join(map(str, without))}: {said}"
    pairs = (report.losses, outcome.losses), (report.gradient_norms, outcome.gradient_norms)
    if all(_same(*pair) for pair in pairs):
        return "reproduced bit for bit: losses and gradient norms are those recorded"
    if _same(*pairs[0]) and outcome.anomaly:
        return "reproduced: losses are those recorded bit for bit"
    if _same(*pairs[0]):
        return "reproduced: losses are those recorded bit for bit; gradient norms are not"
    return (
        "not reproduced bit for bit; another device, number of threads or version may be why "
        f"(recorded on {report.device} with {', '.join(map(' '.join, report.versions.items()))})"
    )


def _same(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    return {name: str(value) for name, value in one.items()} == {
        name: str(value) for name, value in other.items()
    }


def verdict(batch: Mapping[str, Any], is_finite: Mapping[int, bool]) -> str:
    """Say which pictures are at fault, if it is them."""
    bad = [number for number, fine in is_finite.items() if not fine]
    if not bad:
        return "each picture alone is finite: not one of them is at fault, but their mix"
    if len(bad) == len(is_finite) > 1:
        return "no picture alone is finite: the weights are at fault, not one of the pictures"
    sources = ", ".join(str(batch["targets"][number].get("source")) for number in bad)
    return f"not finite alone: {sources}"

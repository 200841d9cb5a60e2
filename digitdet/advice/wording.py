"""Says what is recommended and what it follows from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digitdet.advice.anchors import Anchors
from digitdet.advice.loading import MEMORY_SHARE, Machine, batch_bytes
from digitdet.advice.measurements import Measurements
from digitdet.advice.presets import MOST_DIGITS, PRESETS, PROPOSALS, ROIS, SMALL
from digitdet.advice.recommendation import (
    DECODING,
    Advice,
    AnchorChoice,
    InputSize,
    TrainingLoad,
)
from digitdet.preflight.disk import in_bytes


@dataclass(frozen=True)
class Recommendation:
    """A setting, in words.

    Attributes:
        name: What is set.
        value: To what.
        reason: What that follows from.
    """

    name: str
    value: str
    reason: str


def recommendations(advice: Advice, preset: str, machine: Machine) -> list[Recommendation]:
    """Put the settings in words.

    Args:
        advice: The settings.
        preset: What they were to serve.
        machine: What they are for.
    """
    return [
        Recommendation("input size", name_of(advice.input), _why_input(advice, preset)),
        Recommendation(
            "anchors", anchors_text(advice.anchors.anchors), _why_anchors(advice.anchors)
        ),
        Recommendation(
            "regions",
            f"{advice.rois} in training, {advice.proposals} in evaluation",
            f"{MOST_DIGITS} % of the pictures have at most {advice.digits} digits; "
            f"{PRESETS[preset].rois_per_digit} and {PRESETS[preset].proposals_per_digit} each",
        ),
        Recommendation("batch", str(advice.load.batch), _why_batch(advice.load, machine)),
        Recommendation("workers", str(advice.load.workers), _why_workers(advice.load, machine)),
        Recommendation(
            "cost",
            f"{gigaflop(advice.input.flop)} GFLOP a picture, {gigaflop(advice.load.flop)} in "
            "training",
            "counted of the picture of median area",
        ),
    ]


def warnings(advice: Advice, preset: str, machine: Machine) -> Iterator[str]:
    """Say what no setting mends.

    Args:
        advice: The settings.
        preset: What they were to serve.
        machine: What they are for.

    Yields:
        A sentence for each.
    """
    aim = PRESETS[preset]
    if advice.input.small > aim.most_small:
        yield (
            f"even at {name_of(advice.input)} {100 * advice.input.small:.1f} % of the digits are "
            f"lower than {SMALL} px: cut the pictures to what shows numbers, or into tiles"
        )
    wanted = (advice.digits * aim.rois_per_digit, advice.digits * aim.proposals_per_digit)
    if wanted[0] > ROIS[-1] or wanted[1] > PROPOSALS[-1]:
        yield (
            f"pictures with {advice.digits} digits ask for {wanted[0]} regions in training and "
            f"{wanted[1]} in evaluation, more than any detector is given: cut them into tiles"
        )
    load = advice.load
    needed = batch_bytes(load.batch, load.activations, load.parameters)
    if needed > machine.memory > 0:
        yield (
            f"a batch of {load.batch} takes about {in_bytes(needed)}, and there are "
            f"{in_bytes(machine.memory)}"
        )


def data_line(found: Measurements) -> str:
    """Say what was measured."""
    height, width = (sorted(side)[len(side) // 2] for side in found.sizes.T.tolist())
    return (
        f"{len(found.sizes):,} picture{'s' if len(found.sizes) > 1 else ''}, the median "
        f"{height} x {width} px (height x width), with {len(found.boxes):,} digits"
    )


def name_of(size: InputSize) -> str:
    """Write an input size: ``"160 / 320"``."""
    return " / ".join(map(str, size.sides))


def anchors_text(anchors: Anchors) -> str:
    """Write anchors: ``"32, 64, 128 px, height over width 1, 2, 3"``."""
    sizes = ", ".join(" and ".join(map(str, of_level)) for of_level in anchors.sizes)
    return f"{sizes} px, height over width {', '.join(f'{r:g}' for r in anchors.ratios)}"


def recall_text(recall: Sequence[float]) -> str:
    """Write shares at the IoUs .5 and .7: ``"99.6 % and 67.5 %"``."""
    return " and ".join(f"{100 * share:.1f} %" for share in recall)


def gigaflop(flop: int) -> str:
    """Write a number of FLOP in thousands of millions."""
    return f"{flop / 1e9:.1f}"


def _why_input(advice: Advice, preset: str) -> str:
    size = advice.input
    share = f"{100 * size.small:.2f} % of the digits are lower than {SMALL} px"
    return (
        f"{share} ({preset}: at most {100 * PRESETS[preset].most_small:g} %); pictures are "
        f"magnified {size.magnification:.1f} times (median)"
    )


def _why_anchors(choice: AnchorChoice) -> str:
    each = [f"{name} {recall_text(recall)}" for name, recall in choice.recalls.items()]
    kept = "" if choice.is_fitted else "; what the fitted ones gain is not worth a change"
    return f"boxes reached at IoU .5 and .7: {'; '.join(each)}{kept}"


def _why_batch(load: TrainingLoad, machine: Machine) -> str:
    needed = in_bytes(batch_bytes(load.batch, load.activations, load.parameters))
    each = f"{in_bytes(load.activations)} a picture of the largest batch"
    if not machine.memory:
        return f"takes about {needed} ({each}); the memory there is is not known"
    limit = "as the preset has it" if load.batch == load.wanted else "more do not fit"
    return (
        f"{limit}: it takes about {needed} ({each}), and {100 * MEMORY_SHARE:.0f} % of "
        f"{in_bytes(machine.memory)} are counted on"
    )


def _why_workers(load: TrainingLoad, machine: Machine) -> str:
    if load.decoding is None:
        decoding = f"no picture could be read, {1e3 * DECODING:.1f} ms of decoding are assumed"
    else:
        decoding = f"decoding takes {1e3 * load.decoding:.1f} ms a picture"
    cores = f"{machine.cores} core{'s' if machine.cores > 1 else ''}"
    if machine.is_gpu:
        return f"{decoding}; a GPU waits for its loader ({cores})"
    share = "little beside" if load.workers == 0 else "not little beside"
    return f"{decoding}, {share} {gigaflop(load.flop)} GFLOP of training on {cores}"

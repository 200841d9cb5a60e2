"""What is recommended for a data set, each with what it follows from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from digitdet.advice.anchor_search import fit_anchors
from digitdet.advice.anchors import STOCK, Anchors, best_ious, recalls, weigh
from digitdet.advice.costs import activation_bytes, build_shapes, find_strides, set_input
from digitdet.advice.loading import Machine, choose_batch, choose_workers
from digitdet.advice.measurements import Measurements, Resized
from digitdet.advice.presets import (
    INPUT_SIZES,
    PRESETS,
    SMALL,
    choose_input,
    choose_regions,
    planned_digits,
)
from digitdet.models.faster_rcnn import FasterRCNN
from digitdet.models.flops import count_flops, num_parameters

WORTH_OTHER_ANCHORS = 0.05  # half a point of the boxes at IoU .5, or five at .7
FITTED, OWN = "fitted", "the preset's"
DECODING = 5e-4  # seconds a picture where none can be read: twice what one of SVHN takes


@dataclass(frozen=True)
class InputSize:
    """What an input size does to a data set.

    Attributes:
        sides: Short side and longest side in pixels.
        magnification: Median of the pictures.
        small: Share of digits lower than `SMALL` pixels.
        recall: Shares of boxes that anchors fitted to it reach at the IoUs .5 and .7.
        flop: Of the picture of median area in evaluation.
    """

    sides: tuple[int, int]
    magnification: float
    small: float
    recall: tuple[float, float]
    flop: int


@dataclass(frozen=True)
class AnchorChoice:
    """Anchors for a data set.

    Attributes:
        anchors: Recommended ones.
        is_fitted: Whether they were fitted to the boxes; else they are the preset's.
        recalls: By whose anchors -> shares of boxes reached at the IoUs .5 and .7.
    """

    anchors: Anchors
    is_fitted: bool
    recalls: dict[str, tuple[float, float]]


@dataclass(frozen=True)
class TrainingLoad:
    """What training takes, and how it is loaded.

    Attributes:
        flop: Of the picture of median area in a training step.
        activations: Bytes that a picture of the largest batch keeps for the backward pass.
        parameters: Of the model.
        wanted: Pictures of the preset's batch.
        batch: Pictures of a batch.
        decoding: Seconds a picture; None where no picture could be read.
        workers: Of the loader.
    """

    flop: int
    activations: int
    parameters: int
    wanted: int
    batch: int
    decoding: float | None
    workers: int


@dataclass(frozen=True)
class Advice:
    """Settings for a data set.

    Attributes:
        inputs: Input sizes, smallest first.
        chosen: Position of the recommended one.
        anchors: Anchors at that size.
        digits: Digits of a picture that regions are planned for.
        rois: Regions of a picture in training.
        proposals: Regions of a picture in evaluation.
        load: Batch and workers.
    """

    inputs: list[InputSize]
    chosen: int
    anchors: AnchorChoice
    digits: int
    rois: int
    proposals: int
    load: TrainingLoad

    @property
    def input(self) -> InputSize:
        """The recommended input size."""
        return self.inputs[self.chosen]


def advise(
    found: Measurements,
    base: Mapping[str, Any],
    preset: str,
    machine: Machine,
    decoding: float | None,
) -> Advice:
    """Recommend settings for a data set.

    Args:
        found: Its measurements.
        base: Config of the preset, whose model is a `FasterRCNN`.
        preset: A name of `PRESETS`.
        machine: What is computed on.
        decoding: Seconds that a core takes to decode a picture; None where that is not known.

    Returns:
        The settings, the same for the same arguments.
    """
    aim = PRESETS[preset]
    digits = planned_digits(found.counts)
    rois, proposals = choose_regions(digits, aim)
    model = build_shapes(base["model"])
    strides = find_strides(model)
    wanted = base["train_dataloader"]["batch_size"]
    inputs = [_try_input(found, model, sides, strides, proposals) for sides in INPUT_SIZES]
    chosen = choose_input([size.small for size in inputs], aim)
    set_input(model, inputs[chosen].sides)
    resized = found.resized(*inputs[chosen].sides)
    return Advice(
        inputs=inputs,
        chosen=chosen,
        anchors=_choose_anchors(resized, base["model"], strides),
        digits=digits,
        rois=rois,
        proposals=proposals,
        load=_plan_training(found, resized, model, rois, wanted, machine, decoding),
    )


def _try_input(
    found: Measurements,
    model: FasterRCNN,
    sides: tuple[int, int],
    strides: Sequence[int],
    proposals: int,
) -> InputSize:
    resized = found.resized(*sides)
    set_input(model, sides)
    height, width = found.sizes[resized.median].tolist()
    return InputSize(
        sides=sides,
        magnification=float(np.median(resized.magnification)),
        small=float((resized.heights < SMALL).mean()),
        recall=recalls(best_ious(resized, strides, fit_anchors(resized, strides))),
        flop=count_flops(model, height, width, proposals).total,
    )


def _choose_anchors(
    resized: Resized, model: Mapping[str, Any], strides: Sequence[int]
) -> AnchorChoice:
    """Fit anchors; the preset's are kept where others reach hardly more."""
    sets = {
        FITTED: fit_anchors(resized, strides),
        OWN: Anchors(tuple(map(tuple, model["anchor_sizes"])), tuple(model["aspect_ratios"])),
    }
    if len(STOCK.sizes) == len(strides):
        sets["torchvision's"] = STOCK
    reached = {name: recalls(best_ious(resized, strides, each)) for name, each in sets.items()}
    is_fitted = weigh(*reached[FITTED]) - weigh(*reached[OWN]) >= WORTH_OTHER_ANCHORS
    return AnchorChoice(sets[FITTED if is_fitted else OWN], is_fitted, reached)


def _plan_training(
    found: Measurements,
    resized: Resized,
    model: FasterRCNN,
    rois: int,
    wanted: int,
    machine: Machine,
    decoding: float | None,
) -> TrainingLoad:
    height, width = found.sizes[resized.median].tolist()
    flop = count_flops(model, height, width, rois, training=True).total
    largest = resized.padded.max(axis=0)  # a batch is as high and as wide as any picture in it
    activations = activation_bytes(model, (int(largest[0]), int(largest[1])), rois)
    parameters = num_parameters(model)
    return TrainingLoad(
        flop=flop,
        activations=activations,
        parameters=parameters,
        wanted=wanted,
        batch=choose_batch(wanted, activations, parameters, machine),
        decoding=decoding,
        workers=choose_workers(DECODING if decoding is None else decoding, flop, machine),
    )

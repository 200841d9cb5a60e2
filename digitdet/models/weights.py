"""Loads weights into a model: all that fit, or an error that says what does not."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import torch
from mmengine.logging import print_log
from torch import Tensor, nn
from torchvision.models.detection import FasterRCNN_ResNet50_FPN_V2_Weights

from digitdet.checkpoints.reading import load_file, state_dict_of

PREDICTOR = "roi_heads.box_predictor."
PROPOSERS = ("rpn.head.cls_logits.", "rpn.head.bbox_pred.")


def download_coco_weights() -> Mapping[str, Any]:
    """Return the COCO weights of ``fasterrcnn_resnet50_fpn_v2``, downloaded once by torch.hub.

    Raises:
        RuntimeError: If they can't be had; the message says what was tried and what to do.
    """
    weights = FasterRCNN_ResNet50_FPN_V2_Weights.COCO_V1
    place = Path(torch.hub.get_dir(), "checkpoints", Path(urlparse(weights.url).path).name)
    try:
        return weights.get_state_dict(progress=True, check_hash=True, weights_only=True)
    except Exception as error:
        if place.is_file():
            raise RuntimeError(
                f"{place}: can't be loaded as weights ({error}); delete it to have it downloaded"
            ) from error
        raise RuntimeError(
            f"The COCO weights could not be downloaded from {weights.url} ({error}). "
            f"Put that file by hand at {place}, or name another with "
            "`--cfg-options model.weights=FILE`, or train without: "
            "`--cfg-options model.weights=None`."
        ) from error


def check_state_dict(model: nn.Module, state: Mapping[str, Tensor], source: str) -> None:
    """Refuse weights that do not fit a model.

    Args:
        model: The model.
        state: Parameter name -> tensor.
        source: Where the weights come from, for errors.

    Raises:
        ValueError: If names, shapes, or kinds of numbers differ; other numbers of classes are said
            in words.
    """
    own = model.state_dict()
    key = f"{PREDICTOR}cls_score.weight"
    if key in own and key in state and len(own[key]) != len(state[key]):
        raise ValueError(
            f"{source}: was trained for {len(state[key])} classes with the background, "
            f"but the model has {len(own[key])} (`model.num_classes`)"
        )
    key = "rpn.head.cls_logits.weight"
    if key in own and key in state and len(own[key]) != len(state[key]):
        raise ValueError(
            f"{source}: was trained with {len(state[key])} anchors in each place of a feature map, "
            f"but the model has {len(own[key])} (`model.anchor_sizes`, `model.aspect_ratios`)"
        )
    both = own.keys() & state.keys()
    shapes = [k for k in both if own[k].shape != state[k].shape]
    kinds = [k for k in both if not _is_alike(state[k], own[k])]
    problems = {
        "lacks": sorted(own.keys() - state.keys()),
        "has too many": sorted(state.keys() - own.keys()),
        "has other shapes of": sorted(shapes),
        "has other kinds of numbers in": sorted(kinds),
    }
    said = [f"{what} {len(k)} entries such as {k[0]!r}" for what, k in problems.items() if k]
    if said:
        raise ValueError(
            f"{source}: does not fit the model: it {'; it '.join(said)}. "
            "Use the config that the checkpoint was trained with"
        )


def _is_alike(given: Tensor, own: Tensor) -> bool:
    """Whether torch copies a tensor without losing what it says; another precision is no matter."""
    loses = given.is_complex() or (own.is_floating_point() and not given.is_floating_point())
    return given.layout == own.layout and not loses


def load_pretrained(model: nn.Module, weights: str) -> None:
    """Start a model from pretrained weights; last layers of another size stay new, which is told.

    These are the box predictor, where the number of classes differs, and the RPN's two last
    layers, where the number of anchors in a place does.

    Args:
        model: The model; it is changed in place.
        weights: ``"COCO_V1"``, or a checkpoint file.

    Raises:
        FileNotFoundError: If there is no such file.
        RuntimeError: If the COCO weights can't be had.
        ValueError: If the weights do not fit.
    """
    coco = weights == "COCO_V1"
    if not coco and not Path(weights).exists():
        raise FileNotFoundError(
            f"{weights}: no such checkpoint; model.weights is 'COCO_V1', such a file, or None"
        )
    state = dict(download_coco_weights() if coco else state_dict_of(load_file(weights), weights))
    own = model.state_dict()
    replaced = {
        f"{PREDICTOR}cls_score.weight": ("a box predictor of {} classes", (PREDICTOR,)),
        f"{PROPOSERS[0]}weight": ("an RPN of {} anchors in each place", PROPOSERS),
    }
    for key, (what, layers) in replaced.items():
        if key in state and key in own and len(state[key]) != len(own[key]):
            print_log(
                f"{weights}: has {what.format(len(state[key]))}, which is replaced by a new one of "
                f"{len(own[key])}",
                logger="current",
                level=logging.INFO if coco else logging.WARNING,
            )
            state.update({k: value for k, value in own.items() if k.startswith(layers)})
    check_state_dict(model, state, weights)
    model.load_state_dict(state)

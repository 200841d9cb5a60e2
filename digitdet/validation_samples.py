"""Pictures of a validation with what was read in them, always the same ones."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image
from torch import Tensor
from torchvision.transforms.v2 import functional

from digitdet.drawing import draw_boxes
from digitdet.evaluation.number_metric import read_picture
from digitdet.evaluation.results import Result
from digitdet.registry import READERS
from digitdet.structures import Number, Prediction

NUM_SAMPLES = 16
MAX_SIDE = 640  # pixels; larger pictures are made smaller before they are drawn on
NO_READER_SCORE = 0.5  # of the boxes that are drawn where nothing reads numbers


@dataclass(frozen=True)
class Reading:
    """How a run reads numbers.

    Attributes:
        config: Of its reader; None where it has none.
        truth: The order of the true digits, see `true_numbers`.
    """

    config: Mapping[str, Any] | None
    truth: str = "file"


@dataclass(frozen=True)
class DrawnSample:
    """A picture with what was found in it.

    Attributes:
        picture: The picture, RGB, with boxes, and the number that was read beside the true one.
        record: ``image_id``, ``source``, ``read``, ``true`` and ``is_right``.
    """

    picture: Image.Image
    record: dict[str, Any]


def reading_of(config: Mapping[str, Any]) -> Reading:
    """Return how a config's validation reads numbers, else how its tools do."""
    evaluators = config.get("val_evaluator") or ()
    for part in [evaluators] if isinstance(evaluators, Mapping) else evaluators:
        if isinstance(part, Mapping) and part.get("reader"):
            return Reading(part["reader"], part.get("truth", "file"))
    return Reading(config.get("reader"))


def spread(count: int, most: int = NUM_SAMPLES) -> list[int]:
    """Return positions that are evenly spread over so many, in order; all where they are few."""
    number = min(count, most)
    return [place * count // number for place in range(number)]


def draw_samples(dataset: Any, results: Sequence[Result], reading: Reading) -> list[DrawnSample]:
    """Read pictures of a validation once more, and draw what was found in them.

    Args:
        dataset: The data set; any with a length and samples by their position.
        results: Prediction and target of each of its pictures, on the CPU.
        reading: How numbers are read.

    Raises:
        Exception: What the data set raises.
        KeyError: If a picture is none of the results'.
    """
    reader = READERS.build(dict(reading.config)) if reading.config else None
    by_id = {target["image_id"]: (prediction, target) for prediction, target in results}
    samples = []
    for position in spread(len(dataset)):
        image, target = dataset[position]
        samples.append(_draw(image, by_id[int(target["image_id"])], reader, reading.truth))
    return samples


def _draw(
    image: Tensor,
    result: Result,
    reader: Callable[[Prediction], list[Number]] | None,
    truth: str,
) -> DrawnSample:
    prediction, target = result
    judged = read_picture(prediction, target, reader or (lambda _: []), truth)
    caption = f"true {judged.first_true or 'nothing'}"
    if reader is not None:
        caption = f"read {judged.first_read or 'nothing'}, {caption}"
    shown, scale = _small(image.as_subclass(Tensor))
    boxes, texts = _found(prediction, reader)
    record = {
        "image_id": target["image_id"],
        "source": target["source"],
        "read": judged.first_read if reader else None,
        "true": judged.first_true,
        "is_right": judged.is_right if reader else None,
    }
    return DrawnSample(draw_boxes(shown, boxes * scale, texts, caption), record)


def _found(
    prediction: Prediction, reader: Callable[[Prediction], list[Number]] | None
) -> tuple[Tensor, list[str]]:
    """Return boxes and texts of the numbers that are read; without a reader, of sure digits."""
    if reader is None:
        is_sure = prediction["scores"] >= NO_READER_SCORE
        labels = (prediction["labels"][is_sure] - 1).tolist()
        scores = prediction["scores"][is_sure].tolist()
        boxes = prediction["boxes"][is_sure]
        return boxes, [f"{digit} {s:.2f}" for digit, s in zip(labels, scores, strict=True)]
    numbers = reader(prediction)
    texts = [
        f"{digit} {score:.2f}"
        for number in numbers
        for digit, score in zip(number.text, number.scores.tolist(), strict=True)
    ]
    return torch.cat([torch.zeros(0, 4), *(number.boxes for number in numbers)]), texts


def _small(image: Tensor) -> tuple[Tensor, float]:
    """Return a picture as uint8, not larger than `MAX_SIDE`, and the scale that made it so."""
    if image.dtype != torch.uint8:
        image = functional.to_dtype(image, torch.uint8, scale=True)
    height, width = image.shape[-2:]
    scale = min(1.0, MAX_SIDE / max(height, width))
    if scale == 1.0:
        return image, scale
    size = [max(1, round(height * scale)), max(1, round(width * scale))]
    return functional.resize(image, size, antialias=True), scale

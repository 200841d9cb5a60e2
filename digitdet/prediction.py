"""Reads one's own photographs with a trained detector."""

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.device import get_device
from PIL import Image
from torch import Tensor, nn

from digitdet import config as configs
from digitdet.checkpoints.reading import load_file, state_dict_of
from digitdet.console import console
from digitdet.datasets.folders import list_images
from digitdet.datasets.images import read_image
from digitdet.drawing import draw_boxes
from digitdet.models.batching import Found, predict_in_order
from digitdet.models.inference import Inference
from digitdet.models.multi_scale import MultiScale, augment
from digitdet.models.weights import check_state_dict
from digitdet.registry import MODELS
from digitdet.structures import Number
from digitdet.testing import build_reader
from digitdet.threads import keep_to_cores
from digitdet.whole_files import write_json


def load_model(config: Config, checkpoint: str | Path) -> nn.Module:
    """Build a config's model with a checkpoint's weights, in evaluation mode.

    Args:
        config: A loaded config.
        checkpoint: A checkpoint of digitdet, or a plain state dict.

    Returns:
        The model, on a CUDA device if there is one.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        ValueError: If it does not fit.
    """
    state = state_dict_of(load_file(checkpoint), str(checkpoint))
    configs.forget_pretrained(config)
    model = MODELS.build(config.model)
    check_state_dict(model, state, str(checkpoint))
    model.load_state_dict(state)
    return model.to(get_device()).eval()


def find_images(paths: Sequence[str | Path]) -> list[Path]:
    """List pictures: files as they are named, and those of folders in natural order.

    Raises:
        FileNotFoundError: If a path does not exist, or a folder holds no picture.
    """
    files: list[Path] = []
    for path in map(Path, paths):
        found = list_images(path) if path.is_dir() else [path]
        if not found or not path.exists():
            raise FileNotFoundError(
                f"{path}: {'holds no picture' if path.exists() else 'not there'}"
            )
        files += found
    return files


def predict(
    config_file: str | Path,
    checkpoint: str | Path,
    paths: Sequence[str | Path],
    *,
    out_dir: str | None = None,
    tta: Sequence[float] | None = None,
    tta_method: str | None = None,
    inference: Inference = Inference(),  # noqa: B008  frozen
    options: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """Read the numbers of photographs; draw each and write ``predictions.json``.

    Pictures that the model pads to one size are computed together; what is found in one is as if it
    were alone. A picture that can't be decoded, or is too narrow for the model, is reported and has
    an ``error`` in place of a reading.

    Args:
        config_file: The config.
        checkpoint: The checkpoint.
        paths: Pictures, or folders of pictures.
        out_dir: Folder of the results; ``predict`` in the config's ``work_dir`` if None.
        tta: Scales of test-time augmentation; empty for the default ones, None to do without.
        tta_method: How their detections are fused; None for `MultiScale`'s own.
        inference: How the model computes.
        options: Overrides, ``KEY=VALUE``.

    Returns:
        What ``predictions.json`` holds: for each picture ``file``, ``number`` (None if there is
        none), ``confidence``, ``digits`` (digit, score, box as xyxy in pixels), ``others`` (further
        numbers: number, confidence, digits), and ``drawn``.

    Raises:
        FileNotFoundError: If the config, the checkpoint or a path is missing.
        ImportError: If ``tta_method`` needs a package that is not there.
        TypeError: If the model can't be run at other scales.
        ValueError: If one of them is not as it has to be.
    """
    config = configs.load(config_file, options)
    configs.require(config, config_file, ("model", "reader"))
    files = find_images(paths)
    out = Path(out_dir or Path(config.work_dir, "predict"))
    configs.forget_pretrained(config)
    augment(config, tta, tta_method)
    keep_to_cores()
    model = inference.prepare(load_model(config, checkpoint))
    if isinstance(model, MultiScale):
        console.print(f"test-time augmentation: {model.conditions}")
    reader = build_reader(config, model)
    names = _unique_names(files, out)
    out.mkdir(parents=True, exist_ok=True)
    found = predict_in_order(model, map(_read, files), get_device())
    records = [
        _record_file(file, drawn, item, reader)
        for file, drawn, item in zip(files, names, found, strict=True)
    ]
    write_json(out / "predictions.json", records)
    return records


def _read(file: Path) -> Tensor | Exception:
    try:
        return read_image(file).as_subclass(Tensor)
    except (FileNotFoundError, ValueError) as error:
        return error


def _record_file(
    file: Path, drawn: Path, found: Found | Exception, reader: Callable[[Any], list[Number]]
) -> dict[str, Any]:
    """Draw and print what was found in a picture, or its error, and return its record."""
    if isinstance(found, Exception):
        text = str(found) if str(file) in str(found) else f"{file}: {found}"
        console.print(f"error: {text}", style="red")
        return {"file": str(file), "error": text}
    image, prediction = found
    numbers = reader(prediction)
    record = _record(file, numbers)
    _draw(image, numbers).save(drawn)
    read = ", ".join(f"{number.text}  {number.confidence:.2f}" for number in numbers)
    console.print(f"{file}: {read or '(no number)'}")
    return {**record, "drawn": str(drawn)}


def _unique_names(files: Sequence[Path], out: Path) -> list[Path]:
    """Name each drawn picture by its stem; later ones of the same stem are numbered.

    Raises:
        ValueError: If a drawn picture would replace one of the photographs.
    """
    inputs = {file.resolve() for file in files}
    names: dict[Path, None] = {}
    for file in files:
        stems = itertools.chain([file.stem], (f"{file.stem}_{n}" for n in itertools.count(2)))
        drawn = next(name for name in (out / f"{stem}.png" for stem in stems) if name not in names)
        if drawn.resolve() in inputs:
            raise ValueError(f"{drawn}: would replace a photograph; choose another folder by --out")
        names[drawn] = None
    return list(names)


def _record(file: Path, numbers: Sequence[Number]) -> dict[str, Any]:
    entries = [_entry(number) for number in numbers]
    first = entries[0] if entries else {"number": None, "confidence": 0.0, "digits": []}
    return {"file": str(file), **first, "others": entries[1:]}


def _entry(number: Number) -> dict[str, Any]:
    digits = [
        {"digit": text, "score": score, "box": box}
        for text, score, box in zip(
            number.text, number.scores.tolist(), number.boxes.tolist(), strict=True
        )
    ]
    return {"number": number.text, "confidence": number.confidence, "digits": digits}


def _draw(image: Tensor, numbers: Sequence[Number]) -> Image.Image:
    if not numbers:
        return draw_boxes(image, torch.zeros(0, 4), [], "no number found")
    texts = [
        f"{digit} {score:.2f}"
        for number in numbers
        for digit, score in zip(number.text, number.scores.tolist(), strict=True)
    ]
    caption = ", ".join(f"{number.text} ({number.confidence:.2f})" for number in numbers)
    return draw_boxes(image, torch.cat([number.boxes for number in numbers]), texts, caption)

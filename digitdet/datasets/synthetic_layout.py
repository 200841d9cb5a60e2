"""Writes synthetic scenes to disk in the homework's layout."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from digitdet.labels import DIGITS, digit_to_label
from digitdet.scenes import Scene, choose_fonts, render_scene, scene_generator


def write_layout(
    out_dir: Path,
    *,
    num_train: int,
    num_valid: int,
    num_test: int,
    seed: int = 0,
    fonts: str | Sequence[str] = "bundled",
) -> None:
    """Write ``train/``, ``valid/``, ``test/``, ``train.json`` and ``valid.json``.

    Args:
        out_dir: Folder to write to; it has to be new or empty.
        num_train: Pictures of the training split.
        num_valid: Pictures of the validation split.
        num_test: Pictures of the test split, which gets no annotations.
        seed: Seed, 0 or more, of the training scenes; the validation scenes have the next one, the
            test scenes the one after. They are the first scenes of `SyntheticDigits` of that seed.
        fonts: As `SyntheticDigits` takes them.

    Raises:
        FileNotFoundError: If a font is missing.
        ValueError: If a number is negative, or the folder is not empty.
    """
    counts = {"train": num_train, "valid": num_valid, "test": num_test}
    for name, value in {**{f"num_{k}": v for k, v in counts.items()}, "seed": seed}.items():
        if value < 0:
            raise ValueError(f"{name} has to be 0 or more, got {value}")
    if out_dir.exists() and (not out_dir.is_dir() or any(out_dir.iterdir())):
        raise ValueError(f"{out_dir}: is not an empty folder; nothing was written")
    chosen = choose_fonts(fonts)
    for position, (split, count) in enumerate(counts.items()):
        folder = out_dir / split
        folder.mkdir(parents=True)
        scenes: dict[int, Scene] = {}
        for number in range(count):
            scene = render_scene(scene_generator(seed + position, number), fonts=chosen)
            Image.fromarray(scene.image).save(folder / f"{number + 1}.png")
            scenes[number + 1] = scene
        if split != "test":
            content = json.dumps(_to_coco(scenes))
            (out_dir / f"{split}.json").write_text(content, encoding="utf-8")


def _to_coco(scenes: dict[int, Scene]) -> dict[str, Any]:
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for image_id, scene in scenes.items():
        height, width = scene.image.shape[:2]
        name = f"{image_id}.png"
        images.append(dict(id=image_id, file_name=name, height=height, width=width))
        corners = scene.boxes.astype(np.float64)
        boxes = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1).tolist()
        owners = scene.numbers.tolist()
        for box, label, owner in zip(boxes, scene.labels.tolist(), owners, strict=True):
            annotation = dict(id=len(annotations) + 1, image_id=image_id, category_id=label)
            annotation |= dict(bbox=box, area=box[2] * box[3], iscrowd=0)
            # Which of the picture's numbers it belongs to, where there are several.
            annotations.append({**annotation, "number": owner} if any(owners) else annotation)
    categories = [dict(id=digit_to_label(int(digit)), name=digit) for digit in DIGITS]
    return dict(images=images, annotations=annotations, categories=categories)

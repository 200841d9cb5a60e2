"""Files that the commands of the documents name, and that others would bring."""

import json
import shutil
from pathlib import Path

import cv2
import numpy as np


def write_video(file: Path) -> None:
    """Write a second of a grey picture."""
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"mp4v"), 4, (96, 64))
    for _ in range(4):
        writer.write(np.full((64, 96, 3), 128, np.uint8))
    writer.release()


def write_labelled(layout: Path, folder: Path) -> None:
    """Pictures with labelme's files beside them."""
    truth = json.loads((layout / "train.json").read_text(encoding="utf-8"))
    folder.mkdir()
    for image in truth["images"]:
        name = image["file_name"]
        shutil.copyfile(layout / "train" / name, folder / name)
        boxes = [box for box in truth["annotations"] if box["image_id"] == image["id"]]
        shapes = [
            {
                "label": str(box["category_id"] - 1),
                "shape_type": "rectangle",
                "points": [
                    box["bbox"][:2],
                    [a + b for a, b in zip(box["bbox"][:2], box["bbox"][2:], strict=True)],
                ],
            }
            for box in boxes
        ]
        content = {
            "version": "5.0.0",
            "flags": {},
            "shapes": shapes,
            "imagePath": name,
            "imageData": None,
            "imageHeight": image["height"],
            "imageWidth": image["width"],
        }
        (folder / name).with_suffix(".json").write_text(json.dumps(content), encoding="utf-8")

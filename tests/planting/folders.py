"""A clean data folder of noise, and the place in it where a defect is planted."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

Content = dict[str, Any]
SIZE = (40, 120)  # height and width
NUM_PICTURES = 30


def noise(seed: int, size: tuple[int, int] = SIZE) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def make_split(root: Path, name: str, seed: int) -> Content:
    """Write pictures of noise; return annotations of two digits in each, all ten as frequent."""
    (root / name).mkdir(parents=True)
    content: Content = {
        "info": {"year": 2026},
        "images": [],
        "annotations": [],
        "categories": [{"id": digit + 1, "name": str(digit)} for digit in range(10)],
    }
    for number in range(1, NUM_PICTURES + 1):
        noise(1000 * seed + number).save(root / name / f"{number}.png")
        image = {"id": number, "file_name": f"{number}.png", "height": SIZE[0], "width": SIZE[1]}
        content["images"].append(image)
        for position, digit in enumerate((number % 10, (number + 5) % 10)):
            box = [30.0 + 25 * position, 8.0 + number % 4, 14.0, 20.0 + number % 5]
            record = {"id": 2 * number + position, "image_id": number, "category_id": digit + 1}
            content["annotations"].append({**record, "bbox": box, "area": box[2] * box[3]})
    return content


def write(root: Path, name: str, content: Content) -> None:
    (root / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


class Place(NamedTuple):
    """Where a defect is planted: the split's folder, its annotations, and one of its pictures."""

    root: Path
    name: str
    content: Content
    number: int

    @property
    def image(self) -> Content:
        return self.content["images"][self.number - 1]

    @property
    def box(self) -> Content:
        return self.content["annotations"][2 * self.number - 2]

    @property
    def file(self) -> Path:
        return self.root / self.name / f"{self.number}.png"

    def add_picture(self, name: str, picture: Image.Image) -> None:
        picture.save(self.root / self.name / name)

    def add_image(self, image_id: int, name: str) -> None:
        height, width = SIZE
        image = {"id": image_id, "file_name": name, "height": height, "width": width}
        self.content["images"].append(image)

    def add_box(self, **values: Any) -> None:
        new_id = 10_000 + len(self.content["annotations"])
        self.content["annotations"].append({**self.box, "id": new_id, **values})

    def map_ids(self, ids: Callable[[int], int], names: Callable[[int], str]) -> None:
        """Change the category ids of boxes and categories, and name the latter."""
        for box in self.content["annotations"]:
            box["category_id"] = ids(box["category_id"])
        for digit, category in enumerate(self.content["categories"]):
            category.update(id=ids(digit + 1), name=names(digit))

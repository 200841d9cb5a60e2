"""What was read in a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from digitdet.datasets.images import read_image
from digitdet.drawing import draw_boxes
from digitdet.structures import Number


class Reading:
    """The numbers of a picture.

    Args:
        source: The picture's file; ``picture``, or ``pictures[INDEX]`` of several, of one that was
            given in memory.
        image: (3, H, W) uint8, or the file to read it from when it is asked for.
        numbers: What was read, in the reader's order; may be empty.
        error: Why the picture could not be read; None if it could.

    Attributes:
        source: See above.
        numbers: See above; boxes are in pixels of ``image``.
        error: See above.
    """

    def __init__(
        self,
        source: str,
        image: Tensor | Path,
        numbers: Sequence[Number] = (),
        error: str | None = None,
    ) -> None:
        self.source = source
        self.numbers = list(numbers)
        self.error = error
        self._image = image

    @classmethod
    def failed(cls, source: str, error: str) -> "Reading":
        """Return the reading of a picture that could not be read."""
        return cls(source, torch.zeros(3, 0, 0, dtype=torch.uint8), error=error)

    @property
    def image(self) -> Tensor:
        """The picture, (3, H, W) uint8, upright; without pixels where it could not be read.

        Raises:
            FileNotFoundError: If it is read from its file again, and that is gone.
            ValueError: If that can't be decoded any more.
        """
        if isinstance(self._image, Path):
            return read_image(self._image).as_subclass(Tensor)
        return self._image

    @property
    def text(self) -> str:
        """The first number, leading zeros kept; empty where none was found."""
        return self.numbers[0].text if self.numbers else ""

    @property
    def confidence(self) -> float:
        """The first number's confidence, 0 to 1; 0 where none was found."""
        return self.numbers[0].confidence if self.numbers else 0.0

    def without_image(self, file: Path) -> "Reading":
        """Return the same reading, which reads the picture from its file when it is asked for."""
        return Reading(self.source, file, self.numbers, self.error)

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold: an entry of ``predictions.json``.

        Returns:
            ``file`` and ``error`` of what could not be read; else ``file``, ``number`` (None where
            none was found), ``confidence``, ``digits`` (``digit``, ``score`` and ``box`` as xyxy in
            pixels) and ``others``, further numbers (``number``, ``confidence``, ``digits``).
        """
        if self.error is not None:
            return {"file": self.source, "error": self.error}
        entries = [_entry(number) for number in self.numbers]
        first = entries[0] if entries else {"number": None, "confidence": 0.0, "digits": []}
        return {"file": self.source, **first, "others": entries[1:]}

    def draw(self) -> Image.Image:
        """Draw the numbers and the boxes of their digits; small pictures are magnified.

        Returns:
            The picture, RGB, with the numbers in a strip below it.

        Raises:
            FileNotFoundError: See `image`.
            ValueError: If there is no picture, since it could not be read.
        """
        if self.error is not None:
            raise ValueError(f"there is no picture to draw: {self.error}")
        if not self.numbers:
            return draw_boxes(self.image, torch.zeros(0, 4), [], "no number found")
        texts = [
            f"{digit} {score:.2f}"
            for number in self.numbers
            for digit, score in zip(number.text, number.scores.tolist(), strict=True)
        ]
        caption = ", ".join(f"{number.text} ({number.confidence:.2f})" for number in self.numbers)
        boxes = torch.cat([number.boxes for number in self.numbers])
        return draw_boxes(self.image, boxes, texts, caption)

    def __str__(self) -> str:
        if self.error is not None:
            return self.error
        return f"{self.source}: {to_words(self.numbers)}"

    def __repr__(self) -> str:
        return f"<Reading {self}>"


def to_words(numbers: Sequence[Number]) -> str:
    """Write numbers with their confidences: ``79  0.88, 3  0.41``."""
    read = ", ".join(f"{number.text}  {number.confidence:.2f}" for number in numbers)
    return read or "(no number)"


def _entry(number: Number) -> dict[str, Any]:
    digits = [
        {"digit": text, "score": score, "box": box}
        for text, score, box in zip(
            number.text, number.scores.tolist(), number.boxes.tolist(), strict=True
        )
    ]
    return {"number": number.text, "confidence": number.confidence, "digits": digits}

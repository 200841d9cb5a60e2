"""Reads the numbers of photographs, in a line of Python."""

import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, get_args

from torch import Tensor

from digitdet.given_pictures import Picture, load_pictures
from digitdet.models.batching import WINDOW_PIXELS, Found, predict_in_order
from digitdet.models.inference import Inference
from digitdet.models.multi_scale import MultiScale, augment
from digitdet.readers.building import build_reader
from digitdet.readers.settings import check_share
from digitdet.readings import Reading
from digitdet.structures import Number
from digitdet.threads import keep_to_cores
from digitdet.trained_models import choose_device, load_trained

OnError = Literal["raise", "keep"]


class DigitReader:
    """Reads the numbers of photographs.

    It comes with weights of its own, so that it needs no data, no training and no network; other
    weights are read just so. A reader may be used by several threads at once. It lets torch compute
    with no more threads than cores that the process may use, unless ``OMP_NUM_THREADS`` is set.
    Processes make readers of their own: one can't be sent to another process.

    >>> from digitdet import DigitReader
    >>> from digitdet.datasets import SyntheticDigits
    >>> photograph, _ = SyntheticDigits(num_scenes=1, seed=0)[0]
    >>> reader = DigitReader()
    >>> [reading] = reader(photograph)
    >>> all(digit in "0123456789" for digit in reading.text)
    True
    >>> 0 <= reading.confidence <= 1
    True
    >>> sorted(reading.to_dict())
    ['confidence', 'digits', 'file', 'number', 'others']
    >>> reading.draw().mode
    'RGB'

    A picture is given as its file, a picture of Pillow's, an array (H, W), (H, W, 3) or (H, W, 4)
    of uint8 or uint16 in the order red, green, blue, or a tensor (3, H, W) or (1, H, W), uint8 or
    float of 0 to 1. A folder stands for its pictures. See `digitdet.given_pictures`.

    Args:
        config: The config of one's own model, as ``tools/predict.py`` takes it; None for that which
            the checkpoint carries.
        checkpoint: Its checkpoint; None, without a config, for the weights that digitdet brings.
        min_confidence: Numbers of a lower confidence are left out, 0 to 1. Where the picture's own
            number is left out, the first of the others takes its place.
        device: Where the model computes, as ``"cpu"`` or ``"cuda:1"``; None for a CUDA device if
            there is one.
        options: Overrides of the config: ``["reader.score_threshold=0.3"]``. A calibration that
            weights carry is not used with another reader than it was fitted with.
        tta: Scales of test-time augmentation; empty for the default ones, None to do without. A
            calibration that weights carry was fitted without, and need not hold with them.
        tta_method: How their detections are fused; None for `MultiScale`'s own.
        inference: How the model computes.

    Attributes:
        config: The config; of weights alone, its model and its reader.
        device: Where the model computes.

    Raises:
        FileNotFoundError: If the config or the checkpoint is missing.
        ImportError: If a module of the config, or of ``tta_method``, is not there.
        TypeError: If the model can't be run at other scales.
        ValueError: If one of them is not as it has to be, or weights carry no config and come
            without one.
    """

    def __init__(
        self,
        config: str | Path | None = None,
        checkpoint: str | Path | None = None,
        *,
        min_confidence: float = 0.0,
        device: str | None = None,
        options: Sequence[str] = (),
        tta: Sequence[float] | None = None,
        tta_method: str | None = None,
        inference: Inference = Inference(),  # noqa: B008  frozen
    ) -> None:
        self._min_confidence = check_share(min_confidence, "min_confidence")
        self.device = choose_device(device)
        trained = load_trained(config, checkpoint, options)
        self.config = trained.config
        augment(self.config, tta, tta_method)
        keep_to_cores()
        self._model = inference.prepare(trained.build(self.device))
        self._reader: Any = build_reader(self.config, self._model)
        self._calibration = trained.calibration
        self._lock = threading.Lock()

    def __call__(self, pictures: Picture | Iterable[Picture]) -> list[Reading]:
        """Read one or many pictures, those of one size in batches.

        Readings keep the pictures of their files up to 100 MB of pixels; beyond, a reading reads
        its file again when it is drawn.

        Args:
            pictures: A picture, a folder, or any of both.

        Returns:
            A reading for each picture, in their order.

        Raises:
            FileNotFoundError: If a file or folder is missing, or a folder holds no picture.
            TypeError: If something is no picture.
            ValueError: If a picture can't be decoded, is not as it has to be, or is too narrow for
                the model; the message names its file or its index.
        """
        return list(_bounded(self._read(pictures, "raise")))

    def stream(
        self, pictures: Picture | Iterable[Picture], *, on_error: OnError = "raise"
    ) -> Iterator[Reading]:
        """Read pictures while they come, in batches; no more of them are held than in a window.

        They are read ahead by 64 at most, so a picture that has to be read at once, as a camera's,
        is better given to the reader alone.

        Args:
            pictures: See above; any iterable.
            on_error: ``"raise"``, or ``"keep"`` for a reading with an ``error`` in place of what
                can't be read, after which the others go on.

        Yields:
            A reading for each picture, in their order.

        Raises:
            ValueError: If ``on_error`` is another; else see above.
        """
        if on_error not in get_args(OnError):
            raise ValueError(f"on_error is 'raise' or 'keep', got {on_error!r}")
        return (reading for reading, _ in self._read(pictures, on_error))

    @property
    def conditions(self) -> str | None:
        """What test-time augmentation does, in words; None without it."""
        return self._model.conditions if isinstance(self._model, MultiScale) else None

    def _read(
        self, pictures: Picture | Iterable[Picture], on_error: OnError
    ) -> Iterator[tuple[Reading, Path | None]]:
        """Yield each reading, and the file that its picture is in."""
        waiting: deque[tuple[str, Path | None]] = deque()

        def images() -> Iterator[Tensor | Exception]:
            for loaded in load_pictures(pictures):
                waiting.append((loaded.source, loaded.file))
                yield loaded.image

        for found in predict_in_order(self._model, images(), self.device, self._lock):
            source, file = waiting.popleft()
            if not isinstance(found, Exception):
                yield self._reading(source, found), file
            elif on_error == "raise":
                raise _named(found, source)
            else:
                yield Reading.failed(source, str(_named(found, source))), None

    def _reading(self, source: str, found: Found) -> Reading:
        image, prediction = found
        numbers: Sequence[Number] = self._reader(prediction)
        if self._calibration is not None:
            known = self._calibration
            numbers = [replace(n, confidence=known.apply(n.confidence)) for n in numbers]
        sure = [number for number in numbers if number.confidence >= self._min_confidence]
        return Reading(source, image, sure)


def _named(error: Exception, source: str) -> Exception:
    """Return an error that begins with the name of its picture, or of one in its folder."""
    is_named = str(error).startswith((f"{source}: ", f"{source}{os.sep}"))
    return error if is_named else type(error)(f"{source}: {error}")


def _bounded(readings: Iterable[tuple[Reading, Path | None]]) -> Iterator[Reading]:
    """Yield readings, without the pictures of files once there are many pixels of them."""
    pixels = 0
    for reading, file in readings:
        pixels += reading.image.shape[-2:].numel()
        yield reading if file is None or pixels <= WINDOW_PIXELS else reading.without_image(file)

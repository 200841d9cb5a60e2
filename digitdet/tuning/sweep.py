"""Reads pictures with many settings of a reader."""

import multiprocessing
import os
import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from digitdet.console import track
from digitdet.evaluation.numbers import true_numbers
from digitdet.evaluation.results import Result
from digitdet.readers.thresholds import lowest_threshold
from digitdet.structures import Number, Prediction
from digitdet.threads import one_thread

Reader = Callable[[Prediction], list[Number]]

CHUNK = 32  # pictures


@dataclass(frozen=True)
class Pictures:
    """Detections and the true number of each picture, in few arrays: processes pass those cheaply.

    Attributes:
        boxes: (M, 4) float32, xyxy in pixels; picture after picture.
        labels: (M,) int64, 1 to 10.
        scores: (M,) float32, 0 to 1.
        offsets: (P + 1,) int64: picture p has the detections ``offsets[p]`` to ``offsets[p + 1]``.
        truths: Each picture's number; None where it has no digit.
    """

    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    scores: NDArray[np.float32]
    offsets: NDArray[np.int64]
    truths: Sequence[str | None]

    def __len__(self) -> int:
        return len(self.truths)

    def predictions(self) -> Iterator[Prediction]:
        """Yield the prediction of each picture."""
        boxes, labels, scores = map(torch.from_numpy, (self.boxes, self.labels, self.scores))
        for start, stop in zip(self.offsets[:-1], self.offsets[1:], strict=True):
            part = slice(start, stop)
            yield {"boxes": boxes[part], "labels": labels[part], "scores": scores[part]}

    def part(self, start: int, stop: int) -> "Pictures":
        """Return the pictures from ``start`` up to ``stop``."""
        offsets = self.offsets[start : stop + 1]
        rows = slice(offsets[0], offsets[-1])
        return Pictures(
            self.boxes[rows],
            self.labels[rows],
            self.scores[rows],
            offsets - offsets[0],
            self.truths[start:stop],
        )


def pack(results: Sequence[Result], truth: str = "file", min_score: float = 0.0) -> Pictures:
    """Pack the results of a split.

    Args:
        results: Prediction and target of each picture, one at least; they are ordered by image id,
            so that nothing depends on the order in which they come.
        truth: Order of the true digits, see `true_numbers`.
        min_score: Detections that score less are dropped.

    Returns:
        The pictures.
    """
    results = sorted(results, key=lambda result: result[1]["image_id"])
    kept = [_above(prediction, min_score) for prediction, _ in results]
    return Pictures(
        boxes=torch.cat([prediction["boxes"] for prediction in kept]).numpy(),
        labels=torch.cat([prediction["labels"] for prediction in kept]).numpy(),
        scores=torch.cat([prediction["scores"] for prediction in kept]).numpy(),
        offsets=np.cumsum([0, *(len(prediction["scores"]) for prediction in kept)]),
        truths=[next(iter(true_numbers(target, truth)), None) for _, target in results],
    )


def min_score(readers: Sequence[Reader]) -> float:
    """Return the score below which no reader looks at a detection; 0 where one does not tell."""
    return min(lowest_threshold(reader) or 0.0 for reader in readers)


def sweep(readers: Sequence[Reader], pictures: Pictures, workers: int = 1) -> NDArray[np.bool_]:
    """Read each picture with each reader.

    Args:
        readers: The reader with each setting.
        pictures: The pictures.
        workers: Processes; with one, this process reads.

    Returns:
        (S, P) bool: whether reader s reads the number of picture p exactly. A picture without
        digits is right when nothing is read.

    Raises:
        ValueError: If there are fewer workers than one, or several and a reader can't be passed
            to them.
    """
    if workers < 1:
        raise ValueError(f"workers has to be at least 1, got {workers}")
    parts = [pictures.part(i, i + CHUNK) for i in range(0, len(pictures), CHUNK)]
    workers = min(workers, len(parts))
    with one_thread():
        if workers > 1:
            _check_passable(readers)
            columns = _in_processes(readers, parts, workers)
        else:
            columns = (_judge(readers, part) for part in parts)
        found = [next(columns) for _ in track(parts, "reading numbers")]
    return np.concatenate([np.empty((len(readers), 0), dtype=bool), *found], axis=1)


def num_workers() -> int:
    """Return how many processes can compute at once here."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _above(prediction: Prediction, min_score: float) -> Prediction:
    keep = prediction["scores"] >= min_score
    return {
        "boxes": prediction["boxes"][keep],
        "labels": prediction["labels"][keep],
        "scores": prediction["scores"][keep],
    }


def _check_passable(readers: Sequence[Reader]) -> None:
    try:
        pickle.dumps(readers)
    except Exception as error:  # pickle raises anything, as objects do what they like
        raise ValueError(
            f"{type(readers[0]).__name__} can't be passed to other processes ({error}); "
            "let this one read alone: --workers 1"
        ) from error


def _in_processes(
    readers: Sequence[Reader], parts: Sequence[Pictures], workers: int
) -> Iterator[NDArray[np.bool_]]:
    # Started anew, each process would import torch for seconds; where forking is safe, it need not.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    executor = ProcessPoolExecutor(workers, mp_context=context)
    try:
        yield from executor.map(partial(_judge, readers), parts)
    finally:
        executor.shutdown(cancel_futures=True)


def _judge(readers: Sequence[Reader], pictures: Pictures) -> NDArray[np.bool_]:
    """Return (S, P) bool; see `sweep`."""
    predictions = list(pictures.predictions())
    rows = [[_first(reader(prediction)) for prediction in predictions] for reader in readers]
    return np.array(
        [[text == truth for text, truth in zip(row, pictures.truths, strict=True)] for row in rows]
    ).reshape(len(readers), len(pictures))


def _first(numbers: Sequence[Number]) -> str | None:
    return numbers[0].text if numbers else None

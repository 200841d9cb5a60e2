"""Gathers the results of all processes, and computes a metric's figures from them.

mmengine's own gathering pickles each small tensor and cuts the padding off by the number of
pictures, which is right only where all processes hold equally many.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np
import torch
from mmengine.dist import broadcast_object_list, gather_object, get_world_size, is_main_process
from mmengine.evaluator import BaseMetric
from numpy.typing import NDArray

from digitdet.evaluation.ordering import in_order
from digitdet.evaluation.results import Result

FLAT = ("boxes", "labels", "scores", "iscrowd", "numbers")  # a row for each box
Record = Mapping[str, Any]


@dataclass(frozen=True)
class _Column:
    """The tensors of one key, of all records that have it.

    Attributes:
        holders: (K,) int64, positions of these records.
        counts: (K,) int64, rows of each.
        rows: All rows, one tensor after the other.
    """

    holders: NDArray[np.int64]
    counts: NDArray[np.int64]
    rows: NDArray[Any]


@dataclass(frozen=True)
class _Records:
    """Thousands of predictions or targets as a few arrays, which are cheap to send.

    Attributes:
        columns: What `FLAT` names, by key.
        rest: What else each record holds.
    """

    columns: dict[str, _Column]
    rest: list[dict[str, Any]]


def evaluate_gathered(metric: BaseMetric) -> dict[str, float]:
    """Compute a metric's figures from the results of all processes; its ``evaluate``.

    A metric whose ``results`` are a list of `Result` evaluates with one line::

        def evaluate(self, size: int) -> dict[str, float]:
            return evaluate_gathered(self)

    ``compute_metrics`` runs in the main process alone, with the results of all, on the CPU, each
    picture once (see `gather_results`) and in the data set's order. Each process returns its
    figures, and its error ends all.

    Args:
        metric: The metric; its results are cleared.

    Returns:
        What ``compute_metrics`` gives, with the metric's prefix.

    Raises:
        RuntimeError: In another process than the main one, if that one raised an error.
    """
    results = in_order(gather_results(metric.results), metric)
    metric.results.clear()
    outcome: list[Any] = [{}, ""]
    error: Exception | None = None
    if is_main_process():
        try:
            outcome[0] = metric.compute_metrics(results)
        except Exception as raised:
            error = raised
            outcome[1] = f"{type(raised).__name__}: {raised}"
    broadcast_object_list(outcome)
    figures, message = outcome
    if error is not None:
        raise error
    if message:
        raise RuntimeError(f"the main process could not compute the figures: {message}")
    return {f"{metric.prefix}/{name}" if metric.prefix else name: figures[name] for name in figures}


def gather_results(results: Sequence[Result]) -> list[Result]:
    """Bring the results of all processes to the main one, on its CPU.

    They come in turns, the first of each process, then the second of each, as mmengine's
    ``DefaultSampler`` deals pictures out: the order is the data set's then. A picture that comes
    again with the same id *and* source is the padding of a distributed sampler, and is left out;
    the same id with another source stays, for `check_image_ids` to refuse.

    Args:
        results: Those of this process; processes may hold any number, or none.

    Returns:
        All in the main process, none in the others; of a single process, its own.
    """
    single = get_world_size() == 1
    if single and all(prediction["boxes"].is_cpu for prediction, _ in results):
        return list(results)
    packed = [_pack(records) for records in zip(*results, strict=True)]
    parts = [_unpack_results(part) for part in gather_object(packed) or []]
    in_turns = [result for turn in zip_longest(*parts) for result in turn if result is not None]
    return in_turns if single else _without_padding(in_turns)


def _without_padding(results: Iterable[Result]) -> list[Result]:
    first: dict[tuple[int, str], Result] = {}
    for prediction, target in results:
        first.setdefault((target["image_id"], target["source"]), (prediction, target))
    return list(first.values())


def _pack(records: Sequence[Record]) -> _Records:
    rest = [{key: record[key] for key in record if key not in FLAT} for record in records]
    columns = {}
    for key in FLAT:
        holders = [index for index, record in enumerate(records) if key in record]
        if holders:
            tensors = [records[index][key] for index in holders]
            columns[key] = _Column(
                np.array(holders),
                np.array([len(tensor) for tensor in tensors]),
                torch.cat(tensors).cpu().numpy(),
            )
    return _Records(columns, rest)


def _unpack(packed: _Records) -> list[dict[str, Any]]:
    records = [dict(rest) for rest in packed.rest]
    for key, column in packed.columns.items():
        tensors = torch.from_numpy(column.rows).split(column.counts.tolist())
        for index, tensor in zip(column.holders.tolist(), tensors, strict=True):
            records[index][key] = tensor
    return records


def _unpack_results(packed: Sequence[_Records]) -> list[Any]:
    return list(zip(*map(_unpack, packed), strict=True))

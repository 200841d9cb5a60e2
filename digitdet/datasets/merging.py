"""What several data sets say of themselves, made one."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.logging import print_log

from digitdet.datasets.samples import column


def check_image_ids(datasets: Sequence[Any]) -> None:
    """Refuse pictures of the same id: a metric tells pictures by their ids.

    Raises:
        ValueError: If there are any.
    """
    ids = np.concatenate([column(dataset, "image_ids") for dataset in datasets])
    values, counts = np.unique(ids, return_counts=True)
    if (counts > 1).any():
        raise ValueError(
            f"ConcatDataset: {(counts > 1).sum()} image ids stand in several of the datasets to "
            f"evaluate, the first {values[counts > 1][0]}; give each picture an id of its own, or "
            "evaluate the datasets one by one"
        )


def merge_metainfo(datasets: Sequence[Any]) -> Mapping[str, Any]:
    """Merge what data sets say of themselves.

    Returns:
        The first's ``classes``, the first ``category_ids`` that one has, and all ``files``.

    Raises:
        ValueError: If the classes differ.
    """
    infos = [getattr(dataset, "metainfo", {}) for dataset in datasets]
    merged: dict[str, Any] = {}
    for position, info in enumerate(infos):
        for key, value in info.items():
            if key == "files":
                merged["files"] = {**merged.get("files", {}), **value}
            elif merged.setdefault(key, value) != value:
                _report(key, position, value, merged[key])
    return merged


def _report(key: str, position: int, value: Any, first: Any) -> None:
    if key == "classes":
        raise ValueError(
            f"ConcatDataset: datasets[{position}] has the classes {value}, another {first}"
        )
    print_log(
        f"ConcatDataset: datasets[{position}] has other {key} than one before it; labels are the "
        "same, and predictions are written with the first's",
        logger="current",
        level=logging.WARNING,
    )

"""What can compute COCO's curves, and which of it is installed."""

import importlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec

import numpy as np
from mmengine.logging import print_log

from digitdet.evaluation.coco import by_hotcoco, by_pycocotools, by_torchmetrics
from digitdet.evaluation.coco.arrays import CocoArrays, Curves
from digitdet.evaluation.coco.settings import (
    IOU_THRESHOLDS,
    LABELS,
    MAX_DETECTIONS,
    RECALL_THRESHOLDS,
    SizeRanges,
)

AUTO, FAST, REFERENCE = "auto", "hotcoco", "torchmetrics"


@dataclass(frozen=True)
class Backend:
    """What computes the curves.

    Attributes:
        name: Its name in a config: that of the package.
        requirements: What pip installs it by.
        compute: Evaluates the detections of a split, which has pictures, by ranges of size.
        beneath: The package that it stands on, if any.
    """

    name: str
    requirements: tuple[str, ...]
    compute: Callable[[CocoArrays, SizeRanges], Curves]
    beneath: str = ""

    @property
    def packages(self) -> tuple[str, ...]:
        """The packages that it needs."""
        return (self.name, self.beneath) if self.beneath else (self.name,)

    @property
    def evaluator(self) -> str:
        """Its name and version, with what it stands on."""
        own, *beneath = (f"{package} {version(package)}" for package in self.packages)
        return f"{own} ({beneath[0]})" if beneath else own

    def compute_curves(self, arrays: CocoArrays, ranges: SizeRanges) -> Curves:
        """Evaluate the detections of a split.

        Args:
            arrays: Truth and detections.
            ranges: The ranges of size.
        """
        if arrays.num_pictures:
            return self.compute(arrays, ranges)
        axes = len(LABELS), len(ranges.names), len(MAX_DETECTIONS)
        return Curves(
            np.full((len(IOU_THRESHOLDS), len(RECALL_THRESHOLDS), *axes), -1.0),
            np.full((len(IOU_THRESHOLDS), *axes), -1.0),
        )


BACKENDS = {
    backend.name: backend
    for backend in (
        Backend("hotcoco", ("hotcoco>=1.3",), by_hotcoco.compute_curves),
        Backend("pycocotools", ("pycocotools>=2.0.7",), by_pycocotools.compute_curves),
        Backend(
            "torchmetrics",
            ("torchmetrics>=1.6", "pycocotools>=2.0.7"),
            by_torchmetrics.compute_curves,
            beneath="pycocotools",
        ),
    )
}


def find_backend(name: str) -> Backend:
    """Return what computes the curves.

    Args:
        name: One of `BACKENDS`, or ``"auto"``: hotcoco, and torchmetrics where hotcoco can't be
            imported, which is said on the log.

    Raises:
        ImportError: If its packages can't be imported; the message says how to install them.
        ValueError: If there is no such backend.
    """
    if name not in (AUTO, *BACKENDS):
        raise ValueError(f"backend has to be one of {', '.join((AUTO, *BACKENDS))}; got {name!r}")
    if name != AUTO:
        return _importable(BACKENDS[name])
    try:
        return _importable(BACKENDS[FAST])
    except ImportError as error:
        slower = f"{error}. {REFERENCE} computes the same figures, slower"
        print_log(slower, logger="current", level=logging.WARNING)
        return _importable(BACKENDS[REFERENCE])


def _importable(backend: Backend) -> Backend:
    try:
        for package in backend.packages:
            if find_spec(package) is None:
                raise ModuleNotFoundError(f"No module named {package!r}")
        if backend.name == FAST:  # quick to import; a library that does not load is told now
            importlib.import_module(FAST)
    except ImportError as error:
        raise ImportError(
            f"backend {backend.name!r} can't be imported ({error}); "
            f"pip install {' '.join(map(repr, backend.requirements))}"
        ) from error
    return backend

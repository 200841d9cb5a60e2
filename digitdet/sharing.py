"""Values that a config states once, at its top level, for several of its parts."""

from typing import Any

from mmengine.config import Config

from digitdet.config_checks.parts import find_parts
from digitdet.registry import DATASETS, METRICS


def hand_on(config: Config) -> None:
    """Give each dataset the ``data_root`` and each metric the ``reader`` of the top level.

    One that takes none gets none, and one that states its own keeps it.
    """
    takers: dict[str, Any] = {"data_root": DATASETS, "reader": METRICS}
    stated = {name: registry for name, registry in takers.items() if config.get(name) is not None}
    for part in find_parts(config) if stated else []:
        for name, registry in stated.items():
            if part.registry is registry and name in part.signature.parameters:
                part.config.setdefault(name, config[name])  # type: ignore[attr-defined]

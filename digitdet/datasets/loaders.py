"""Builds the loaders of a run."""

from collections.abc import Mapping
from typing import Any

import mmengine.runner
import torch
from torch.utils.data import DataLoader

from digitdet.worker_signals import ignore_signals

OF_WORKERS = ("persistent_workers", "prefetch_factor")


def build_loader(
    loader: DataLoader[Any] | dict[str, Any], seed: int | None, diff_rank_seed: bool
) -> DataLoader[Any]:
    """Build a loader, whose workers outlive signals to the whole group.

    Without workers, what only concerns workers is left out.

    Args:
        loader: Its config, or the loader itself.
        seed: Of its sampler and its workers.
        diff_rank_seed: Give each process of a distributed run another seed.
    """
    if isinstance(loader, Mapping) and loader.get("num_workers", 0) == 0:
        loader = {key: value for key, value in loader.items() if key not in OF_WORKERS}
    built = mmengine.runner.Runner.build_dataloader(loader, seed, diff_rank_seed)
    built.worker_init_fn = ignore_signals(built.worker_init_fn)
    if built.generator is None:
        # For the seeds of its workers, which else change the states of the global generators:
        # how often, depends on whether workers are kept, so that a resumed run would differ.
        built.generator = torch.Generator()
    return built


def batch_size_of(loader: Any) -> int | None:
    """Return how many pictures a loader's batches have; None where its batch sampler hides it."""
    stated = loader.batch_size
    return getattr(loader.batch_sampler, "batch_size", None) if stated is None else stated


def refuse_empty(loader: DataLoader[Any], name: str) -> None:
    """Refuse a loader without a batch: its loop would end at once, without a word.

    Args:
        loader: The loader.
        name: Its key in the config.

    Raises:
        ValueError: If it has none.
    """
    if len(loader) == 0:
        raise ValueError(
            f"{name}: its {len(loader.dataset)} pictures give no batch of "  # type: ignore[arg-type]
            f"{batch_size_of(loader)}; lower batch_size, or write drop_last=False"
        )

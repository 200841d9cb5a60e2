"""Takes over from a checkpoint what a run goes on with, beside the weights."""

from collections.abc import Mapping
from typing import Any

from mmengine.dist import get_rank, get_world_size, is_main_process

from digitdet.checkpoints.content import unpack_hub
from digitdet.console import console


def restore_state(runner: Any, checkpoint: Mapping[str, Any], source: str) -> None:
    """Restore seed, position, logged figures, optimizer and schedules.

    The states of the generators are left in ``runner.random_states``, for the loop to restore
    when it has made what draws from them.

    Args:
        runner: A `digitdet.runner.Runner` whose optimizer and schedules are built.
        checkpoint: One that `check_resumable` accepts.
        source: Where it comes from.
    """
    meta = checkpoint["meta"]
    _restore_seed(runner, meta["seed"])
    runner.go_to(meta["epoch"], meta["iter"], meta["epoch_step"])
    runner.message_hub.load_state_dict(unpack_hub(checkpoint["message_hub"], runner.work_dir))
    runner.optim_wrapper.load_state_dict(checkpoint["optimizer"])
    for schedule, state in _pairs(runner.param_schedulers, checkpoint["param_schedulers"]):
        schedule.load_state_dict(state)
    runner.random_states = _own_states(checkpoint["random_states"], source)


def _restore_seed(runner: Any, seed: int) -> None:
    """Give the run the seed of the checkpoint; the order of the pictures follows from it too."""
    randomness = runner._randomness_cfg
    if seed == randomness.get("seed"):
        return
    randomness.update(seed=seed)
    runner.set_randomness(**randomness)
    sampler: Any = getattr(runner.train_dataloader.batch_sampler, "sampler", None)
    if hasattr(sampler, "seed") and not randomness.get("diff_rank_seed"):
        sampler.seed = runner.seed


def _pairs(schedules: Any, states: Any) -> list[tuple[Any, Mapping[str, Any]]]:
    """Pair schedules with their states; several optimizers have theirs by their names."""
    if isinstance(schedules, Mapping):
        return [pair for name in schedules for pair in _pairs(schedules[name], states[name])]
    return list(zip(schedules or (), states, strict=True))


def _own_states(states: list[dict[str, Any]], source: str) -> dict[str, Any] | None:
    """Return the random states of this process; None, and say so, where they are of others."""
    if len(states) == get_world_size():
        return states[get_rank()]
    if is_main_process():
        console.print(
            f"{source} was written by {len(states)} processes, and this run has "
            f"{get_world_size()}: its random numbers are others from here on"
        )
    return None

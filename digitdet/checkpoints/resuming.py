"""Takes over from a checkpoint what a run goes on with, beside the weights."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.dist import get_rank, get_world_size, is_main_process
from mmengine.hooks import EMAHook
from mmengine.runner import EpochBasedTrainLoop

from digitdet.checkpoints.changes import ANEW, changes_of, describe_continuation
from digitdet.checkpoints.content import check_resumable, states_of
from digitdet.checkpoints.finding import search
from digitdet.checkpoints.keeping import numbered_files
from digitdet.checkpoints.message_hub import unpack_hub
from digitdet.checkpoints.reading import load_file
from digitdet.console import console
from digitdet.hooks.checkpoint_hook import CheckpointHook


def go_on(runner: Any, file: str, map_location: Any = "cpu") -> None:
    """Put a run to where another was stopped, and say what has changed.

    Args:
        runner: A `digitdet.runner.Runner` that has not made a step.
        file: The checkpoint.
        map_location: Where its tensors go first.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If no run can go on from it, or not this one.
    """
    checkpoint = load_resumable(file, map_location)
    check_continuation(runner, checkpoint, file)
    runner.take_weights(checkpoint, file)
    runner.optim_wrapper = runner.build_optim_wrapper(runner.optim_wrapper)
    if runner.param_schedulers is not None:
        runner.param_schedulers = runner.build_param_scheduler(runner.param_schedulers)
    restore_state(runner, checkpoint, file)
    runner.logger.info(f"resumed epoch: {runner.epoch}, iter: {runner.iter}")
    if is_main_process():
        for text in describe_continuation(runner, checkpoint["meta"], file):
            console.print(text)
            runner.logger.info(text)


def load_resumable(file: str, map_location: Any = "cpu") -> dict[str, Any]:
    """Load a checkpoint that a run can go on from.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not one; the newest that is whole beside it is named.
    """
    try:
        checkpoint: dict[str, Any] = load_file(file, map_location)
        check_resumable(checkpoint, file)
    except ValueError as error:
        raise ValueError(f"{error}{_other(Path(file))}") from error
    return checkpoint


def _other(file: Path) -> str:
    """Name the newest whole checkpoint beside one that can't be used."""
    newest, _ = search(file.parent)
    return f"; the newest whole one beside it: `--resume {newest}`" if newest else ""


def check_continuation(runner: Any, checkpoint: Mapping[str, Any], source: str) -> None:
    """Refuse a checkpoint that goes on only with another config.

    Args:
        runner: A `digitdet.runner.Runner`; its optimizer and schedules need not be built.
        checkpoint: One that `check_resumable` accepts.
        source: Where it comes from.

    Raises:
        ValueError: If its optimizer or schedules are of other kinds, its epoch is not finished and
            has other batches than the run's, or a loop that can't go on there, or its weights are
            averaged and the run's not.
    """
    meta = checkpoint["meta"]
    then, now = meta["batches_per_epoch"], len(runner.train_dataloader)
    if then != now and meta["epoch_step"]:
        raise ValueError(
            f"{source}: is of step {meta['epoch_step']} of the {then} of an epoch, which with this "
            f"config, its data and {get_world_size()} processes has {now}; go on as it was, or "
            "from an epoch's end: `--resume` with an epoch_*.pth"
        )
    kind = type(runner.train_loop)
    begins_anew = getattr(kind, "run_epoch", None) is EpochBasedTrainLoop.run_epoch
    if meta["epoch_step"] and begins_anew:
        raise ValueError(
            f"{source}: is of step {meta['epoch_step']} of an epoch, which train_cfg.type="
            f"{kind.__name__!r} would begin anew; leave train_cfg.type out, as digitdet's own loop "
            "goes on there, or go on from an epoch's end: `--resume` with an epoch_*.pth"
        )
    refused = [c for c in changes_of(runner, meta) if c.effect == "refused"]
    if refused:
        raise ValueError(
            f"{source}: holds the state of another kind: {'; '.join(map(str, refused))}. Resume "
            f"with the config that it was trained with, or {ANEW}"
        )
    if "ema_state_dict" in checkpoint and not any(isinstance(h, EMAHook) for h in runner.hooks):
        raise ValueError(
            f"{source}: its weights are averages of an EMAHook, which this config lacks; keep the "
            f"hook, or {ANEW}"
        )


def restore_state(runner: Any, checkpoint: Mapping[str, Any], source: str) -> None:
    """Restore seed, position, logged figures, optimizer and schedules.

    The states of the generators are left in ``runner.random_states``, for the loop to restore
    when it has made what draws from them.

    Args:
        runner: A `digitdet.runner.Runner` whose optimizer and schedules are built.
        checkpoint: One that `check_continuation` accepts.
        source: Where it comes from.

    Raises:
        ValueError: If optimizer or schedules do not fit.
    """
    meta = checkpoint["meta"]
    _restore_seed(runner, meta["seed"])
    _go_to(runner, meta["epoch"], meta["iter"], meta["epoch_step"])
    best_dir = Path(runner.work_dir) if is_at_home(runner) else None
    runner.message_hub.load_state_dict(unpack_hub(checkpoint["message_hub"], best_dir))
    try:
        for schedule, state in _pairs(runner.param_schedulers, checkpoint["param_schedulers"]):
            if states_of([schedule])[0].keys() != state.keys():
                raise ValueError(f"{type(schedule).__name__} has another state")
            schedule.load_state_dict(state)
        runner.optim_wrapper.load_state_dict(with_known_scale(checkpoint["optimizer"]))
    except (AssertionError, KeyError, ValueError) as error:
        raise ValueError(
            f"{source}: its optimizer or schedules do not fit the config's ({error}); resume with "
            f"the config that it was trained with, or {ANEW}"
        ) from error
    runner.random_states = _own_states(checkpoint["random_states"], source)


def with_known_scale(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return an optimizer's state without the scale of losses that were not scaled.

    A run that scales them, as in float16, begins its scale anew then; torch refuses it.
    """
    return {name: part for name, part in state.items() if name != "loss_scaler" or part}


def is_at_home(runner: Any) -> bool:
    """Whether a run goes on from a checkpoint of its own folder."""
    return Path(runner._load_from).resolve().parent == Path(runner.work_dir).resolve()


def steps_kept(runner: Any) -> int | None:
    """Return up to which step the checkpoints in a run's folder are its own.

    Args:
        runner: A `digitdet.runner.Runner` that has not made a step.

    Returns:
        The step that it goes on from; None where it begins; -1 where it goes on from another
        folder, so that none here is its own.
    """
    if not runner._resume:
        return None
    step: int = runner.iter
    return step if is_at_home(runner) else -1


def files_named(runner: Any) -> set[Path]:
    """Return the files in a run's folder with names that it gives to checkpoints."""
    hooks = [hook for hook in runner.hooks if isinstance(hook, CheckpointHook)]
    templates = {template for hook in hooks for template in hook.templates}
    folder = Path(runner.work_dir)
    return {file for name in templates for file in numbered_files(folder, name).values()}


def _go_to(runner: Any, epoch: int, iteration: int, epoch_step: int) -> None:
    """Put the loop to where a run was stopped: finished epochs, steps, and steps of the next."""
    loop = runner.train_loop
    loop._epoch, loop._iter = epoch, iteration
    batches = len(runner.train_dataloader)
    runner.other_steps = iteration - epoch_step - epoch * batches
    if isinstance(loop, EpochBasedTrainLoop):
        loop._max_iters = loop.max_epochs * batches + runner.other_steps


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
    own: Sequence[Any] = schedules or ()
    if len(own) != len(states):
        raise ValueError(f"it has {len(states)} schedules, the config {len(own)}")
    return list(zip(own, states, strict=True))


def _own_states(states: Sequence[dict[str, Any]], source: str) -> dict[str, Any] | None:
    """Return the random states of this process; None, and say so, where they are of others."""
    if len(states) == get_world_size():
        return states[get_rank()]
    if is_main_process():
        console.print(
            f"{source} was written by {len(states)} processes, and this run has "
            f"{get_world_size()}: its random numbers are others from here on"
        )
    return None

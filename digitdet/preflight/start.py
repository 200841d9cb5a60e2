"""Checks the checkpoint that a run begins with or goes on from."""

from typing import Any

from mmengine.runner import Runner

from digitdet.checkpoints.reading import load_file, state_dict_of
from digitdet.checkpoints.resuming import check_continuation, load_resumable, with_known_scale
from digitdet.models.weights import check_state_dict
from digitdet.preflight.findings import Finding
from digitdet.preflight.trial import Trial


def check_start(runner: Runner, trial: Trial) -> Finding:
    """Load a run's checkpoint into a trial's model and, to go on from it, its optimizer.

    Args:
        runner: Before its training.
        trial: Its trial; begins where the run will.

    Raises:
        ValueError: If the checkpoint can't be loaded, or does not fit.
    """
    file = runner._load_from
    if not file:
        return Finding("start", str(runner.cfg.model.get("weights") or "random weights"))
    if not runner._resume:
        _load(trial, load_file(file), file)
        return Finding("start", f"{file} fits the model")
    checkpoint = load_resumable(file)
    check_continuation(runner, checkpoint, file)
    _load(trial, checkpoint, file)
    try:
        trial.optim_wrapper.load_state_dict(with_known_scale(checkpoint["optimizer"]))
    except (KeyError, ValueError) as error:
        raise ValueError(
            f"{file}: its optimizer does not fit the config's ({error}); resume with the config "
            f"that it was trained with, or take its weights alone: load_from={file}"
        ) from error
    step, epoch = checkpoint["meta"]["epoch_step"], checkpoint["meta"]["epoch"]
    place = f"after step {step} of epoch {epoch + 1}" if step else f"after epoch {epoch}"
    return Finding("start", f"{file} fits model and optimizer; goes on {place}")


def _load(trial: Trial, checkpoint: Any, file: str) -> None:
    state = state_dict_of(checkpoint, file)
    check_state_dict(trial.model, state, file)
    trial.model.load_state_dict(state)

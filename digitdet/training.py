"""Trains a detector as a config says."""

import logging
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mmengine.config import Config
from mmengine.device import get_device
from mmengine.dist import is_main_process
from mmengine.hooks import Hook

from digitdet import config as configs
from digitdet.checkpoints.finding import find_to_resume
from digitdet.checkpoints.reading import existing_checkpoint
from digitdet.console import console
from digitdet.mixed_precision import Amp, set_precision
from digitdet.runner import Runner
from digitdet.whole_files import check_writable

if TYPE_CHECKING:
    from digitdet.preflight.findings import Finding

# What a training needs beside a model.
TRAINED = ("train_dataloader", "train_cfg", "optim_wrapper")


def train(
    config_file: str | Path,
    *,
    work_dir: str | None = None,
    resume: str | bool = False,
    amp: Amp = False,
    options: Sequence[str] = (),
    launcher: str = "none",
    preflight: bool = True,
    hooks: Sequence[Hook] = (),
) -> Runner:
    """Train as a config says.

    Args:
        config_file: The config.
        work_dir: Folder of the results; the config's if None.
        resume: True to go on from the newest checkpoint of the work folder, or from the start if
            there is none; a file to go on from that one.
        amp: True to train in mixed precision, which needs a CUDA device: in bfloat16 where that has
            it, else in float16. ``"bf16"`` or ``"fp16"`` to say which.
        options: Overrides, ``KEY=VALUE``.
        launcher: ``"none"``, ``"pytorch"``, ``"slurm"`` or ``"mpi"``.
        preflight: Check the run before its first step; that changes nothing of the result.
        hooks: More than the config's; they stand in no config that is kept.

    Returns:
        The runner, after training.

    Raises:
        FileNotFoundError: If the config, the data or a checkpoint is missing.
        ValueError: If one of them is not as it has to be, ``amp`` lacks its device, or the
            preflight found an error.
    """
    config = _prepare(config_file, work_dir, resume, amp, options, launcher)
    runner = Runner.from_cfg(config)
    for hook in hooks:
        runner.register_hook(hook)
    if is_main_process():
        console.print(_beginning(runner))
        if preflight:
            from digitdet.preflight.report import refuse, summary

            findings, seconds = _look(runner, config.work_dir)
            refuse(findings)
            console.print("\n".join(summary(findings, seconds)))
    runner.train()
    return runner


def dry_run(
    config_file: str | Path,
    *,
    work_dir: str | None = None,
    resume: str | bool = False,
    amp: Amp = False,
    options: Sequence[str] = (),
    launcher: str = "none",
) -> None:
    """Check a training before its first step, print what was found, and leave nothing behind.

    Args:
        config_file: The config.
        work_dir: Folder that the results would go to; the config's if None. Nothing is written.
        resume: As `train` takes it; the checkpoint has to fit.
        amp: See there.
        options: See there.
        launcher: See there.

    Raises:
        FileNotFoundError: If the config, the data or a checkpoint is missing.
        ValueError: If one of them is not as it has to be, or a check found an error.
    """
    config = _prepare(config_file, work_dir, resume, amp, options, launcher)
    wanted = config.work_dir
    config.visualizer = dict(type="Visualizer", vis_backends=[])
    with tempfile.TemporaryDirectory(prefix="digitdet-") as scratch:
        config.work_dir = scratch
        runner = Runner.from_cfg(config)
        if is_main_process():
            from digitdet.preflight.report import findings_table, refuse

            findings, seconds = _look(runner, wanted)
            console.print(findings_table(findings, seconds))
            refuse(findings)
        _close_logs(runner)


def _close_logs(runner: Runner) -> None:
    """Close a runner's log files, so that their folder can be removed on any platform."""
    for handler in list(runner.logger.handlers):
        if isinstance(handler, logging.FileHandler):
            runner.logger.removeHandler(handler)
            handler.close()


def _prepare(
    config_file: str | Path,
    work_dir: str | None,
    resume: str | bool,
    amp: Amp,
    options: Sequence[str],
    launcher: str,
) -> Config:
    """Load a config and set what the command line says besides its options."""
    config = configs.load(config_file, options)
    configs.require(config, config_file, ("model", *TRAINED))
    config.work_dir = work_dir or config.work_dir
    check_writable(Path(config.work_dir), "--work-dir")
    config.launcher = launcher
    checkpoint = _resume_from(resume, config)
    config.resume = checkpoint is not None
    if checkpoint:
        config.load_from = checkpoint
    if config.get("load_from"):
        _check_start(config.load_from)
        configs.forget_pretrained(config)
    set_precision(config.optim_wrapper, amp)
    return config


def _look(runner: Runner, work_dir: str) -> tuple[list["Finding"], float]:
    """Run the preflight and write to the log what it found; return it, and the seconds it took."""
    from digitdet.preflight.preflight import run_preflight

    start = time.perf_counter()
    findings = run_preflight(runner, Path(work_dir))
    for finding in findings:
        runner.logger.info(f"preflight: {finding.name}: {finding.status}: {finding.detail}")
    return findings, time.perf_counter() - start


def _beginning(runner: Runner) -> str:
    """Say on one line what is about to be trained, from what, and where its log is."""
    pictures = f"{len(runner.train_dataloader.dataset)} training"
    if runner.val_loop is not None:
        pictures += f", {len(runner.val_dataloader.dataset)} validation"
    start = runner._load_from or runner.cfg.model.get("weights") or "random weights"
    word = "resumes" if runner._resume else "starts"
    return (
        f"{get_device()}, {pictures} pictures; {word} from {start}; log: {runner.logger.log_file}"
    )


def _check_start(load_from: str) -> None:
    if not Path(load_from).exists():
        raise FileNotFoundError(
            f"{load_from}: no such checkpoint to start from. Train it first (the quickstart's: "
            "`python tools/train.py configs/experiments/quickstart.py`), name another by "
            "`--cfg-options load_from=FILE`, or start from random weights: load_from=None"
        )
    existing_checkpoint(load_from)


def _resume_from(resume: str | bool, config: Config) -> str | None:
    """Return the checkpoint to go on from, as the command line or the config says."""
    if isinstance(resume, str):
        return str(existing_checkpoint(resume))
    if not resume and config.get("resume") and config.get("load_from"):
        return str(existing_checkpoint(config.load_from))
    if not resume and not config.get("resume"):
        return None
    newest = find_to_resume(Path(config.work_dir))
    return None if newest is None else str(newest)

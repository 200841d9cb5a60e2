"""Trains a detector once with each of several seeds, and says how much its figures differ."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from mmengine.config import Config
from mmengine.dist import is_main_process
from mmengine.logging import MessageHub, MMLogger
from mmengine.registry import DefaultScope
from mmengine.visualization import Visualizer

from digitdet import config as configs
from digitdet.checkpoints.finding import has_checkpoints, newest_checkpoint
from digitdet.console import console, warn
from digitdet.hooks import EvaluationHook
from digitdet.hooks.evaluation_hook import best
from digitdet.mixed_precision import Amp
from digitdet.registry import HOOKS
from digitdet.runner import Runner
from digitdet.seed_results import (
    SEEDS_FILE,
    SeedResult,
    read_results,
    refuse_loss,
    report_results,
    to_setting,
    write_results,
)
from digitdet.training import train

COMPARISON = "compare"
MAX_SEED = 2**32 - 1  # of NumPy's generator


def train_repeatedly(
    config_file: str | Path,
    seeds: Sequence[int],
    *,
    work_dir: str | None = None,
    resume: bool | str = False,
    amp: Amp = False,
    options: Sequence[str] = (),
    launcher: str = "none",
    preflight: bool = True,
) -> list[SeedResult]:
    """Train as a config says with each seed, one after another, and report the spread.

    Each run has the folder ``seed_N`` of the work folder. Its ``seeds.json`` holds the figures of
    each run, and of each figure the mean, the standard deviation, the minimum and the maximum. Its
    folder ``compare`` lays the runs over each other.

    Args:
        config_file: The config; its ``randomness.seed`` is replaced.
        seeds: The seeds.
        work_dir: Folder of the runs; the config's if None.
        resume: True to take runs that ``seeds.json`` holds as they are, and to go on with one that
            was stopped. A checkpoint, as `train` takes it, is refused: it is of one seed.
        amp: As `train` takes it.
        options: Overrides, ``KEY=VALUE``.
        launcher: ``"none"``, ``"pytorch"``, ``"slurm"`` or ``"mpi"``.
        preflight: Check before the first step of the first run.

    Returns:
        The result of each seed, in the order of the seeds.

    Raises:
        FileNotFoundError: If the config is missing.
        RuntimeError: If a run fails; the message names its seed.
        ValueError: If the config, the seeds or the ``seeds.json`` to go on from can't be used.
    """
    check_seeds(seeds, options)
    if isinstance(resume, str):
        raise ValueError(
            f"--seeds: --resume takes no checkpoint here, got {resume!r}; each run goes on from "
            "the newest in its own folder"
        )
    config = configs.load(config_file, options)
    hook = _evaluation_hook(config, str(config_file))
    folder = Path(work_dir or config.work_dir)
    setting = to_setting(config.to_dict(), amp)
    file = folder / SEEDS_FILE
    if not resume:
        refuse_loss(file, seeds)
    results = read_results(file, setting) if resume else {}
    start = partial(train, config_file, amp=amp, launcher=launcher)
    for number, seed in enumerate(seeds, 1):
        done = seed in results
        where = f"finished, see {file}" if done else f"in {_home(folder, seed)}"
        _say(f"seed {seed} ({number} of {len(seeds)}): {where}")
        if not done:
            with _naming(seed, results, folder), _own_globals():
                results[seed] = _run(start, seed, folder, options, bool(resume), preflight)
            preflight = False
        if is_main_process():
            write_results(file, results, seeds, setting)
    if is_main_process():
        report_results([results[seed] for seed in seeds], hook, file)
        _compare([_home(folder, seed) for seed in seeds], folder / COMPARISON)
    return [results[seed] for seed in seeds]


def check_seeds(seeds: Sequence[int], options: Sequence[str] = ()) -> None:
    """Refuse seeds that can't be used together.

    Raises:
        ValueError: If there is none, one is out of its range or comes twice, or an override sets
            the seed as well.
    """
    if not seeds:
        raise ValueError("--seeds needs at least one seed: --seeds 0 1 2")
    for seed in seeds:
        if not 0 <= seed <= MAX_SEED:
            raise ValueError(f"--seeds: a seed is a number from 0 to {MAX_SEED}, got {seed}")
        if seeds.count(seed) > 1:
            raise ValueError(f"--seeds: name {seed} once; a second run with it would be the same")
    for key in configs.parse_overrides(options):
        if key in ("randomness", "randomness.seed"):
            raise ValueError(f"--seeds: leave {key} out of --cfg-options; each run sets its seed")


def _evaluation_hook(config: Config, source: str) -> EvaluationHook:
    """Return the config's hook, which says the metric and the figures to show."""
    hooks = [*(config.get("default_hooks") or {}).values(), *(config.get("custom_hooks") or ())]
    if config.get("val_cfg") is not None:
        for hook in hooks:
            built = HOOKS.build(hook) if _is_evaluation(hook) else None
            if isinstance(built, EvaluationHook):
                return built
    raise ValueError(
        f"{source}: --seeds compares the figures of the validation, but the config has none, or no "
        "EvaluationHook; give it val_dataloader, val_evaluator, val_cfg and "
        'custom_hooks=[dict(type="EvaluationHook", metric="map")]'
    )


def _is_evaluation(hook: object) -> bool:
    kind = HOOKS.get(str(hook.get("type"))) if isinstance(hook, Mapping) else None
    return isinstance(kind, type) and issubclass(kind, EvaluationHook)


@contextmanager
def _naming(seed: int, finished: Mapping[int, SeedResult], folder: Path) -> Iterator[None]:
    """Name the seed in the error of a run."""
    try:
        yield
    except Exception as error:
        text = str(error.args[0] if isinstance(error, KeyError) and error.args else error)
        kept = f"; seeds {', '.join(map(str, finished))} are kept" if finished else ""
        raise RuntimeError(
            f"seed {seed}: {text or type(error).__name__}\n"
            f"(its run is in {_home(folder, seed)}{kept}; --resume goes on from there)"
        ) from error


@contextmanager
def _own_globals() -> Iterator[None]:
    """Let a run share nothing with the next: mmengine names a run's parts by the second."""
    kinds = (DefaultScope, MessageHub, MMLogger, Visualizer)
    before = {kind: set(kind._instance_dict) for kind in kinds}
    try:
        yield
    finally:
        for kind, names in before.items():
            for name in [name for name in kind._instance_dict if name not in names]:
                part = kind._instance_dict.pop(name)
                for handler in part.handlers if isinstance(part, MMLogger) else ():
                    handler.close()


def _home(folder: Path, seed: int) -> Path:
    return folder / f"seed_{seed}"


def _run(
    start: Callable[..., Runner],
    seed: int,
    folder: Path,
    options: Sequence[str],
    resume: bool,
    preflight: bool,
) -> SeedResult:
    """Train with one seed; the runner, and with it the model, is let go afterwards."""
    home = _home(folder, seed)
    runner = start(
        work_dir=str(home),
        resume=resume and has_checkpoints(home),
        options=[*options, f"randomness.seed={seed}"],
        preflight=preflight,
    )
    hook = next(hook for hook in runner.hooks if isinstance(hook, EvaluationHook))
    if not hook.history:
        raise ValueError("no epoch was validated; see train_cfg.val_begin and val_interval")
    info = runner.message_hub.runtime_info
    checkpoint = info.get("best_ckpt") or newest_checkpoint(home)
    where = Path(checkpoint).resolve().relative_to(home.resolve()) if checkpoint else None
    return SeedResult(
        seed=seed,
        best=best(hook.history, hook.metric),
        last=hook.history[-1],
        checkpoint=(Path(home.name) / where).as_posix() if where else None,
    )


def _compare(homes: Sequence[Path], out: Path) -> None:
    """Write the comparison of the runs; what keeps it from being written loses no run."""
    from digitdet.analysis.run_comparison.comparing import compare_seeds  # loads matplotlib

    try:
        page = compare_seeds(homes, out)
    except (OSError, ValueError) as error:
        warn(f"the runs are finished, but not compared: {error}")
        return
    if page:
        console.print(f"comparison: {page}")


def _say(text: str) -> None:
    if is_main_process():
        console.print(text)

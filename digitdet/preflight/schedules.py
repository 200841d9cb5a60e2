"""Holds the schedules against the run's steps, which are known once there are data sets."""

from mmengine.runner import Runner

from digitdet.config_checks.parts import find_parts
from digitdet.config_checks.schedules import check_schedules as find_misfits
from digitdet.preflight.findings import Finding, conclude


def check_schedules(runner: Runner) -> Finding:
    """Warn of schedules that do not fit the steps of the run.

    What the config check could judge by itself was told by it.

    Args:
        runner: Before its training.
    """
    parts, of_epoch = find_parts(runner.cfg), len(runner.train_dataloader)
    told = find_misfits(runner.cfg, parts)
    found = find_misfits(runner.cfg, parts, of_epoch)
    warnings = [f"{p.key}: {p.message}" for p in found if p not in told]
    detail = f"{of_epoch} steps an epoch, {runner.max_iters} in all"
    return conclude("schedules", detail, warnings=warnings)

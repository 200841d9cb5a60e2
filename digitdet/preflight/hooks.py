"""Lets the hooks of a run say whether it suits them."""

from mmengine.runner import Runner

from digitdet.preflight.failures import in_words
from digitdet.preflight.findings import Finding, conclude


def check_hooks(runner: Runner) -> Finding:
    """Call ``check_run(runner)`` of each hook that has it, which refuses what can't work.

    Args:
        runner: Before its training.
    """
    able = [hook for hook in runner.hooks if hasattr(hook, "check_run")]
    errors = []
    for hook in able:
        try:
            hook.check_run(runner)
        except Exception as error:
            errors.append(in_words(error))
    return conclude("hooks", f"{len(runner.hooks)} hooks; the run suits them", errors)

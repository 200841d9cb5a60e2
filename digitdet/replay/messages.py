"""What a user is told of a step that went wrong."""

import math

from digitdet.replay.recording import Report


def describe(report: Report) -> str:
    """Say what was not finite, in which step, and on which pictures."""
    terms = ", ".join(f"{name} {value:.4g}" for name, value in report.losses.items())
    bad = sum(not math.isfinite(norm) for norm in report.gradient_norms.values())
    what = "the loss is" if report.cause == "loss" else "the gradients are"
    return (
        f"step {report.iteration} (epoch {report.epoch}): {what} not finite: {terms}; the "
        f"gradients of {bad} of {len(report.gradient_norms)} parameters are not. "
        f"Pictures: {', '.join(report.sources) or 'not named'}."
    )


def advise(num_skipped: int) -> str:
    """Say how the training can go on.

    Args:
        num_skipped: Batches that were skipped before, as many as were allowed.
    """
    limit = f" {num_skipped} batches were skipped before, as many as may be." if num_skipped else ""
    return (
        f"The weights are as they were before the step.{limit} Lower the rate, warm up or clip "
        "gradients (`optim_wrapper.clip_grad.max_norm=10`), or let such batches be skipped "
        "(`default_hooks.finite_loss.max_skips=10`), and go on with --resume, or anew "
        "where there is no checkpoint yet."
    )

"""Which pictures an epoch takes, where some are to come more often than others."""

import math

import numpy as np
from numpy.typing import NDArray

MAX_STEPS = 50  # of Newton's method; SVHN takes 5
MAX_HALVINGS = 30  # of a step, until it leads down
TOLERANCE = 1e-9  # boxes a picture, between labels
MAX_BISECTIONS = 60  # from a range of at most some 1,500 down to what float64 tells apart


def draw_epoch(
    weights: NDArray[np.float64], num_samples: int, seed: int, epoch: int
) -> NDArray[np.int64]:
    """Draw an epoch's pictures by their weights.

    Systematic sampling over the pictures in random order (Madow 1949): a picture that is expected
    2.3 times comes 2 or 3 times, and 2.3 times on average.

    Args:
        weights: (I,) float64, 0 or more, not all 0; relative.
        num_samples: Samples in the epoch.
        seed: The run's seed.
        epoch: The epoch, from 0.

    Returns:
        (num_samples,) int64, positions of pictures, those of one picture together.
    """
    rng = np.random.default_rng((seed, epoch))
    order = rng.permutation(len(weights))
    ends = np.cumsum(weights[order])
    points = (rng.random() + np.arange(num_samples)) * (ends[-1] / num_samples)
    found = np.searchsorted(ends, points, side="right")
    # Rounding may put the last point behind the last end; a picture of weight 0 is never taken.
    last = np.flatnonzero(weights[order])[-1]
    return order[np.minimum(found, last)]


def balanced_weights(
    label_counts: NDArray[np.int64], max_ratio: float = math.inf
) -> NDArray[np.float64]:
    """Weigh pictures such that every label is expected equally often.

    Of all such weights those that differ least from equal ones (in relative entropy): picture i
    gets exp(sum over labels c of lambda_c * n_ic), n_ic being its boxes of label c (entropy
    balancing, Hainmueller 2012). The lambdas are found by Newton's method on the convex dual.

    Args:
        label_counts: (I, C) int64; labels without any box are left out of account.
        max_ratio: Weights are kept within 1 / max_ratio .. max_ratio, at the cost of balance. It
            matters where few pictures hold a label, or where no weights make all labels equal.

    Returns:
        (I,) float64, 1 on average.
    """
    counts = label_counts[:, label_counts.any(axis=0)].astype(np.float64)
    if not counts.size:
        return np.ones(len(counts))
    counts -= counts.mean(axis=1, keepdims=True)  # balanced where these are 0 on average
    return _bounded(_softmax(counts @ _solve_dual(counts)) * len(counts), max_ratio)


def _solve_dual(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Minimise log(mean(exp(counts @ lambdas))): its slope is the weighted mean of the counts."""
    lambdas = np.zeros(counts.shape[1])
    value = _log_mean_exp(counts @ lambdas)
    for _ in range(MAX_STEPS):
        weights = _softmax(counts @ lambdas)
        slope = weights @ counts
        if np.abs(slope).max() < TOLERANCE:
            break
        curvature = (counts * weights[:, None]).T @ counts - np.outer(slope, slope)
        step = np.linalg.lstsq(curvature, slope, rcond=None)[0]
        for halving in range(MAX_HALVINGS):
            tried = lambdas - step / 2**halving
            lower = _log_mean_exp(counts @ tried)
            if lower < value:
                break
        else:
            break
        lambdas, value = tried, lower
    return lambdas


def _bounded(weights: NDArray[np.float64], max_ratio: float) -> NDArray[np.float64]:
    """Cut weights to 1 / max_ratio .. max_ratio, first scaled such that they stay 1 on average."""
    low, high = 1 / max_ratio, max_ratio
    if low <= weights.min() and weights.max() <= high:
        return weights
    logs = np.log(np.maximum(weights, np.finfo(np.float64).tiny))
    below, above = math.log(low) - logs.max(), math.log(high) - logs.min()
    for _ in range(MAX_BISECTIONS):
        shift = (below + above) / 2
        weights = np.exp(logs + shift).clip(low, high)
        below, above = (shift, above) if weights.mean() < 1 else (below, shift)
    return weights


def _log_mean_exp(values: NDArray[np.float64]) -> float:
    top = values.max()
    return float(top + np.log(np.exp(values - top).mean()))


def _softmax(values: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(values - values.max())
    return powers / powers.sum()

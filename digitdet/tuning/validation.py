"""Judges the choice of a setting by cross-validation."""

import numpy as np
from numpy.typing import NDArray


def assign_folds(num_pictures: int, folds: int, seed: int = 0) -> NDArray[np.int64]:
    """Deal pictures to folds at random; the sizes of folds differ by one at most.

    Args:
        num_pictures: How many pictures there are.
        folds: How many folds, 2 to ``num_pictures``.
        seed: Of the draw.

    Returns:
        (P,) int64: each picture's fold, from 0.

    Raises:
        ValueError: If there are fewer folds than 2, fewer pictures than folds, or the seed is
            negative.
    """
    if seed < 0:
        raise ValueError(f"seed has to be at least 0, got {seed}")
    if not 2 <= folds <= num_pictures:
        raise ValueError(
            f"folds has to be at least 2 and at most the number of pictures ({num_pictures}), "
            f"got {folds}"
        )
    assigned = np.empty(num_pictures, dtype=np.int64)
    assigned[np.random.default_rng(seed).permutation(num_pictures)] = (
        np.arange(num_pictures) % folds
    )
    return assigned


def choose(correct: NDArray[np.bool_]) -> int:
    """Return the setting that reads most pictures, of equal ones the first.

    Args:
        correct: (S, P) bool: whether setting s reads picture p.
    """
    return int(correct.sum(axis=1).argmax())


def cross_validate(
    correct: NDArray[np.bool_], folds: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Judge on each fold the setting that reads most pictures of the other folds.

    Args:
        correct: (S, P) bool: whether setting s reads picture p; of equal settings the first counts.
        folds: (P,) int64: each picture's fold, from 0.

    Returns:
        (K,) int64: the setting chosen for each fold; and (P,) bool: whether each picture is read
        by the setting of its fold, which was chosen without it.
    """
    member = folds[:, None] == np.arange(folds.max() + 1)
    inside = correct.astype(np.int64) @ member.astype(np.int64)
    chosen = (inside.sum(axis=1, keepdims=True) - inside).argmax(axis=0)
    return chosen, correct[chosen[folds], np.arange(len(folds))]

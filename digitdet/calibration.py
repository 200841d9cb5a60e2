"""Maps the confidence of a number to the probability that it is right."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

KIND = "logistic"
KEYS = ("kind", "slope", "offset", "num_numbers", "num_right")
# Nearer to 0 and 1 a confidence says no more: float32, which scores are in, has few values there.
LEAST = 1e-6
# How far slope and offset are believed to lie from 1 and 0 before any number is seen, as standard
# deviation. Of .25, .5, 1 and 2 this one gave, from 10 and 30 readings alone, the least log loss on
# other scenes, less than without calibration; from 1,000 on they make no difference.
PRIOR_SPREAD = 0.5
MAX_STEPS, PRECISION = 100, 1e-9
LARGEST = 1e6  # of slope and offset in a file; fitted ones are of the order of 1
DIGITS = 6  # of slope and offset: further ones differ between machines, and tell nothing


@dataclass(frozen=True)
class Calibration:
    """A map from the confidence of a number to the probability that it is right.

    With the logit ``ln(c / (1 - c))`` of a confidence c, the logit of the probability is
    ``slope * logit + offset``: J. Platt, Probabilistic Outputs for Support Vector Machines, 1999. A
    larger confidence never gives a smaller probability. It holds for the detector and the reader,
    and for pictures like those, that it was fitted with.

    Attributes:
        slope: 0 or more; 1 leaves the logit as it is.
        offset: What is added to the logit.
        num_numbers: How many numbers it was fitted on.
        num_right: How many of them were right.
    """

    slope: float
    offset: float
    num_numbers: int
    num_right: int

    def apply(self, confidence: float) -> float:
        """Return the probability that a number is right.

        Args:
            confidence: The product of its digits' scores, 0 to 1.

        Raises:
            ValueError: If ``confidence`` is not 0 to 1.
        """
        if not 0 <= confidence <= 1:
            raise ValueError(f"a confidence is 0 to 1, got {confidence!r}")
        bounded = min(max(confidence, LEAST), 1 - LEAST)
        value = self.slope * (math.log(bounded) - math.log1p(-bounded)) + self.offset
        power = math.exp(-abs(value))
        return (1 if value >= 0 else power) / (1 + power)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values, for JSON."""
        return {"kind": KIND, **asdict(self)}

    @classmethod
    def from_dict(cls, content: Any) -> "Calibration":
        """Return what `to_dict` gave.

        Raises:
            ValueError: If something else is given; the message names the key.
        """
        if not isinstance(content, Mapping):
            raise ValueError(f"a calibration is an object, got a {type(content).__name__}")
        _check_keys(content)
        for key in ("slope", "offset"):
            if not _is_number(content[key]):
                raise ValueError(f"{key}: has to be a number, got {content[key]!r}")
        if content["slope"] < 0:
            raise ValueError(f"slope: has to be 0 or more, got {content['slope']!r}")
        for key in ("num_numbers", "num_right"):
            if type(content[key]) is not int or content[key] < 0:
                raise ValueError(f"{key}: has to be a whole number from 0, got {content[key]!r}")
        if content["num_right"] > content["num_numbers"]:
            raise ValueError(
                f"num_right: has to be num_numbers at most, got {content['num_right']}"
            )
        return cls(
            slope=float(content["slope"]),
            offset=float(content["offset"]),
            num_numbers=content["num_numbers"],
            num_right=content["num_right"],
        )


def fit_calibration(
    confidences: Sequence[float] | NDArray[np.float64], is_right: Sequence[bool] | NDArray[np.bool_]
) -> Calibration:
    """Fit a calibration on numbers of which it is known whether they are right.

    It is the most probable one. Before any number is seen, that is the one that changes nothing,
    by `PRIOR_SPREAD`, so that few numbers, or such as are all right, change little.

    Args:
        confidences: (N,) 0 to 1.
        is_right: (N,) whether each number is right.

    Raises:
        ValueError: If there are none, not as many of one as of the other, or a confidence is not 0
            to 1.
    """
    raw = np.asarray(confidences, dtype=np.float64)
    right = np.asarray(is_right, dtype=bool)
    if raw.ndim != 1 or raw.shape != right.shape or not len(raw):
        raise ValueError(
            "a calibration takes as many confidences as answers whether they are right, one at "
            f"least; got shapes {raw.shape} and {right.shape}"
        )
    if not ((raw >= 0) & (raw <= 1)).all():
        position = int(np.argmin((raw >= 0) & (raw <= 1)))
        raise ValueError(f"confidences[{position}]: has to be 0 to 1, got {raw[position]}")
    bounded = np.clip(raw, LEAST, 1 - LEAST)
    logits, ones = np.log(bounded) - np.log1p(-bounded), np.ones_like(bounded)
    slope, offset = _most_probable(np.stack([logits, ones], axis=1), right, np.array([1.0, 0.0]))
    if slope < 0:  # then the best one of those that are allowed has a slope of 0
        slope, (offset,) = 0.0, _most_probable(ones[:, None], right, np.zeros(1))
    return Calibration(
        slope=round(float(slope), DIGITS),
        offset=round(float(offset), DIGITS),
        num_numbers=len(right),
        num_right=int(right.sum()),
    )


def _most_probable(
    features: NDArray[np.float64], right: NDArray[np.bool_], prior: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the weights of a logistic regression with a normal prior, by Newton's method."""
    precision = 1 / PRIOR_SPREAD**2

    def loss(weights: NDArray[np.float64]) -> float:
        values = features @ weights
        fit = np.logaddexp(0, np.where(right, -values, values)).sum()
        return float(fit + precision / 2 * ((weights - prior) ** 2).sum())

    weights = prior
    for _ in range(MAX_STEPS):
        shares = 0.5 * (1 + np.tanh(features @ weights / 2))
        slope = features.T @ (shares - right) + precision * (weights - prior)
        bend = features.T @ (features * (shares * (1 - shares))[:, None])
        step = np.linalg.solve(bend + precision * np.eye(len(prior)), slope)
        before = loss(weights)
        while loss(weights - step) > before and np.abs(step).max() > PRECISION:
            step = step / 2
        weights = weights - step
        if np.abs(step).max() <= PRECISION:
            break
    return weights


def _check_keys(content: Mapping[str, Any]) -> None:
    """Refuse a calibration that lacks a key, has one too many, or is of another kind."""
    lacking = [key for key in KEYS if key not in content]
    if lacking:
        raise ValueError(f"{lacking[0]}: is missing")
    unknown = sorted(map(str, set(content) - set(KEYS)))
    if unknown:
        raise ValueError(f"{unknown[0]}: is no key of a calibration ({', '.join(KEYS)})")
    if content["kind"] != KIND:
        raise ValueError(f"kind: has to be {KIND!r}, got {content['kind']!r}")


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < LARGEST

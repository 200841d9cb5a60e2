"""The values of one key of a config that a sweep tries."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from digitdet.config_views.text import literal

KINDS = {"float": float, "int": int}
_ROUNDING = 1e-8  # of a count of steps


@dataclass(frozen=True)
class Dimension:
    """The values of one key of a config that are tried.

    Attributes:
        key: Dotted key, positions of lists as numbers.
        place: Where it is stated: ``"space.py:3"``.
        kind: ``"float"`` or ``"int"`` for a range, ``"choice"`` for a list.
        low: Lower end of a range.
        high: Upper end, included.
        log: Whether small values are tried as often as large ones, by their order of magnitude.
        step: From one value of a range to the next; None for all of them.
        choices: The values of a list.
    """

    key: str
    place: str
    kind: str
    low: float = 0
    high: float = 0
    log: bool = False
    step: float | None = None
    choices: Sequence[Any] = ()

    @property
    def ends(self) -> list[Any]:
        """The values that are checked: both ends of a range, or all of a list."""
        if self.kind == "choice":
            return list(self.choices)
        return [self.low, self.high] if self.low < self.high else [self.low]

    @property
    def labels(self) -> list[Any]:
        """The choices as a study keeps them: what is no plain value, as text."""
        if all(isinstance(choice, str | int | float | None) for choice in self.choices):
            return list(self.choices)
        return [literal(choice) for choice in self.choices]

    def value(self, label: Any) -> Any:
        """Return the value for what a study keeps."""
        return self.choices[_position(self.labels, label)] if self.kind == "choice" else label

    def label(self, value: Any) -> Any:
        """Return what a study keeps for a value.

        Raises:
            ValueError: If the value is not in the dimension.
        """
        if self.kind == "choice":
            return self.labels[_position(list(self.choices), value)]
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not self.low <= value <= self.high or not self._is_on_step(value):
            raise ValueError(f"{value!r} is not in the range")
        return KINDS[self.kind](value)

    def _is_on_step(self, value: float) -> bool:
        if self.kind == "int" and value != int(value):
            return False
        steps = (value - self.low) / self.step if self.step else 0
        return abs(steps - round(steps)) < _ROUNDING

    def values(self) -> list[Any] | None:
        """Return all values; None for a range that has no step."""
        if self.kind == "choice":
            return list(self.choices)
        step = self.step or (1 if self.kind == "int" and not self.log else None)
        if step is None:
            return None
        count = math.floor((self.high - self.low) / step + _ROUNDING) + 1
        return [KINDS[self.kind](self.low + number * step) for number in range(count)]

    def to_plain(self) -> dict[str, Any]:
        """Return what it is, without where it is stated, as JSON holds it."""
        plain = {name: value for name, value in asdict(self).items() if name != "place"}
        return {**plain, "choices": [literal(choice) for choice in self.choices]}


def _position(values: Sequence[Any], wanted: Any) -> int:
    """Return where a value stands; True is not 1, but 1.0 is."""
    for position, value in enumerate(values):
        if value == wanted and isinstance(value, bool) == isinstance(wanted, bool):
            return position
    raise ValueError(f"{wanted!r} is not among the values")

"""What a check before the first step found."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Status = Literal["ok", "warning", "error"]
SHOWN = 3  # of many alike; the rest is counted


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Attributes:
        name: The check's: ``"labels"``.
        detail: What was found; where it is not ok, a line for each fault, with what to do.
        status: ``"error"`` where training would fail or learn something wrong, ``"warning"`` where
            it may be meant.
        cause: The exception that ended the check, if one did.
    """

    name: str
    detail: str
    status: Status = "ok"
    cause: Exception | None = field(default=None, compare=False, repr=False)


def conclude(
    name: str, detail: str, errors: Sequence[str] = (), warnings: Sequence[str] = ()
) -> Finding:
    """Make a finding of what a check has to say.

    Args:
        name: The check's.
        detail: What to say if there is no fault.
        errors: Faults that stop a run.
        warnings: Faults that don't.
    """
    status: Status = "error" if errors else "warning" if warnings else "ok"
    return Finding(name, "\n".join([*errors, *warnings]) or detail, status)


def some(names: Sequence[str], most: int = SHOWN) -> str:
    """Name the first few of many: ``"a, b, c and 2 more"``."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"

"""Schedules against the length of the run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mmengine.config import Config
from mmengine.optim import scheduler as schedulers

from digitdet.config_checks.libraries import library_of
from digitdet.config_checks.numbers import is_number
from digitdet.config_checks.parts import Part
from digitdet.config_checks.problems import Problem
from digitdet.config_checks.run_length import RunLength, run_length
from digitdet.config_checks.validations import check_validations

WARM_UPS = (schedulers.LinearParamScheduler, schedulers.ConstantParamScheduler)
ENDLESS = 10**9  # mmengine's end of a schedule that has none


@dataclass(frozen=True)
class Schedule:
    """A scheduler of mmengine's, and the run.

    Attributes:
        part: The scheduler.
        unit: ``"epochs"`` or ``"steps"``.
        begin: First of them that it acts in.
        end: The one that it ends before, as stated or by default; None where it is not known.
        run: How many of them the run has; None where it is not known.
    """

    part: Part
    unit: str
    begin: int
    end: int | None
    run: int | None

    @property
    def length(self) -> int | None:
        """How many epochs or steps it acts in within the run."""
        ends = [end for end in (self.end, self.run) if end is not None]
        return min(ends) - self.begin if ends else None

    def is_a(self, *kinds: type) -> bool:
        """Whether it is of one of these classes, or derived from one."""
        return isinstance(self.part.kind, type) and issubclass(self.part.kind, kinds)

    def problem(self, argument: str, message: str, *, is_warning: bool = True) -> Problem:
        """Return a problem of one of its arguments."""
        return Problem(f"{self.part.key}.{argument}", message, is_warning)


def check_schedules(
    config: Config, parts: Sequence[Part], of_epoch: int | None = None
) -> list[Problem]:
    """Find schedules that do not fit the run: too long, too short, or in another unit.

    Steps are counted where the data set states its size in the config; of a run on several devices
    there are fewer. Only mmengine's schedulers are judged.

    Args:
        config: The merged config.
        parts: What is built of it.
        of_epoch: Steps of an epoch, where they are known otherwise.
    """
    run = run_length(config, parts, of_epoch)
    problems = list(check_validations(config, parts, run))
    for part in parts:
        if part.registry.name == "parameter scheduler" and library_of(part.kind) == "mmengine":
            schedule = _schedule(part, run)
            if schedule is None:
                continue
            found = list(_span(schedule)) or list(_unit(schedule, run.epochs))
            problems += found or [
                *_cosine(schedule),
                *_one_cycle(schedule),
                *_steps(schedule),
                *_warm_up(schedule),
            ]
    return problems


def _schedule(part: Part, run: RunLength) -> Schedule | None:
    by_epoch = part.config.get("by_epoch", True)
    length = run.epochs if by_epoch else run.steps
    begin, end = part.config.get("begin", 0), part.config.get("end", length)
    if type(begin) is not int or begin < 0 or not (end is None or type(end) is int):
        return None
    return Schedule(part, "epochs" if by_epoch else "steps", begin, end, length)


def _span(schedule: Schedule) -> Iterator[Problem]:
    """Find a schedule that ends before it begins, or begins after the run."""
    begin, end, run = schedule.begin, schedule.end, schedule.run
    if run is not None and begin >= run:
        text = f"it begins at {begin}, when the run of {run} {schedule.unit} is over; begin earlier"
        yield schedule.problem("begin", text, is_warning=False)
    elif end is not None and end <= begin:
        text = f"it ends at {end}, not after it begins, at {begin}; write an end of more than that"
        yield schedule.problem("end", text, is_warning=False)


def _unit(schedule: Schedule, epochs: int | None) -> Iterator[Problem]:
    """Find numbers that are epochs where steps are counted."""
    if schedule.unit != "steps" or epochs is None or schedule.run == epochs:
        return
    for argument, value in _lengths(schedule.part.config):
        largest = max(value) if isinstance(value, list | tuple) else value
        if 1 < largest <= epochs and (argument != "end" or largest == epochs):
            yield schedule.problem(
                argument,
                f"by_epoch=False counts steps, and {value!r} steps are less than an epoch or a few;"
                " for epochs leave by_epoch=False out",
            )


def _lengths(config: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the arguments that are lengths or places in the run, but for `begin`."""
    found = []
    for argument in ("T_max", "step_size", "milestones", "periods", "end"):
        value = config.get(argument)
        numbers = value if isinstance(value, list | tuple) else [value]
        if numbers and all(is_number(number) for number in numbers):
            found.append((argument, value))
    return found


def _cosine(schedule: Schedule) -> Iterator[Problem]:
    """Find a half wave of another length than the schedule."""
    wave, length = schedule.part.config.get("T_max"), schedule.length
    if not schedule.is_a(schedulers.CosineAnnealingParamScheduler) or not wave or length is None:
        return
    if not is_number(wave) or wave == length:
        return
    # Epoch by epoch the last value is that of T_max = length - 1: at its lowest.
    spare = 0 if schedule.part.config.get("convert_to_iter_based") else 1
    what = f"the {length} {schedule.unit} that it acts in; leave T_max out, or write {length}"
    if wave > length:
        text = f"it stops before its lowest value: T_max={wave!r} is more than {what}"
        yield schedule.problem("T_max", text)
    elif wave < length - spare:
        text = f"it falls and then rises again: T_max={wave!r} is less than {what}"
        yield schedule.problem("T_max", text)


def _one_cycle(schedule: Schedule) -> Iterator[Problem]:
    """Find a cycle of another length than the schedule; mmengine stops a run past its end."""
    total, length = schedule.part.config.get("total_steps"), schedule.length
    if not is_number(total) or length is None or total == length:
        return
    what = f"the {length} {schedule.unit} that it acts in; leave total_steps out, or write {length}"
    if total < length:
        text = f"its cycle of {total!r} is over before {what}"
        yield schedule.problem("total_steps", text, is_warning=False)
    else:
        text = f"it stops before its lowest value: {total!r} is more than {what}"
        yield schedule.problem("total_steps", text)


def _steps(schedule: Schedule) -> Iterator[Problem]:
    """Find steps that are never reached."""
    config, length = schedule.part.config, schedule.length
    if length is None:
        return
    what = f"the {length} {schedule.unit} that it acts in"
    milestones = config.get("milestones")
    if isinstance(milestones, list | tuple):
        late = [value for value in milestones if is_number(value) and value >= length]
        if late:
            text = f"{_listed(late)} not reached within {what}; write less, or leave it out"
            yield schedule.problem("milestones", text)
    size = config.get("step_size")
    if is_number(size) and size >= length:
        text = f"a first step after {size!r} is not reached within {what}; write less"
        yield schedule.problem("step_size", text)
    periods = config.get("periods")
    total = sum(filter(is_number, periods)) if isinstance(periods, list | tuple) else length
    if total < length:
        text = f"the periods, {total!r} in all, end before {what}; add another"
        yield schedule.problem("periods", text)


def _listed(values: Sequence[Any]) -> str:
    return " and ".join(map(repr, values)) + (" is" if len(values) == 1 else " are")


def _warm_up(schedule: Schedule) -> Iterator[Problem]:
    """Find a rise that does not reach its end within the run."""
    config, run = schedule.part.config, schedule.run
    if not schedule.is_a(*WARM_UPS) or run is None:
        return
    first, last = config.get("start_factor", 1 / 3), config.get("end_factor", 1.0)
    rises = is_number(first) and is_number(last) and first < last
    end = config.get("end")
    if end is not None and run < end < ENDLESS and (rises or "factor" in config):
        remedy = "; for steps write by_epoch=False" if schedule.unit == "epochs" else ""
        text = f"it goes on to {end}, but the run has {run} {schedule.unit}; write less{remedy}"
        yield schedule.problem("end", text)
    elif end is None and rises and schedule.is_a(schedulers.LinearParamScheduler):
        text = "without an end it rises through the whole run; write end=N for N " + schedule.unit
        yield schedule.problem("end", text)

"""What was found wrong with the deliverables."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from digitdet.evaluation.submissions.kinds import KINDS, Kind

EXAMPLES = 3  # of each kind of fault


@dataclass(frozen=True)
class Fault:
    """One kind of fault, with where it lies.

    Attributes:
        code: Its kind, a key of `KINDS`.
        count: How often it was found.
        examples: The first of them, each with its file and place; at most `EXAMPLES`.
    """

    code: str
    count: int
    examples: tuple[str, ...]

    @property
    def kind(self) -> Kind:
        """What kind it is."""
        return KINDS[self.code]

    @property
    def is_error(self) -> bool:
        """Whether a grader would refuse it, or score something else than is meant."""
        return self.kind.severity == "error"


def faults_at(code: str, places: Sequence[int], describe: Callable[[int], str]) -> Iterator[Fault]:
    """Yield one fault for all places of a kind; none where there is no place.

    Args:
        code: The kind.
        places: Where it was found, in the order of the file.
        describe: Names a place and what stands there; called for the first `EXAMPLES` alone.
    """
    if len(places):
        examples = tuple(describe(int(place)) for place in places[:EXAMPLES])
        yield Fault(code, len(places), examples)


def fault(code: str, detail: str) -> Fault:
    """Make a fault that is about a whole file."""
    return Fault(code, 1, (detail,))


def merge(faults: Sequence[Fault]) -> list[Fault]:
    """Make one fault of all of a kind, in the order of `KINDS`."""
    groups: dict[str, list[Fault]] = {code: [] for code in KINDS}
    for found in faults:
        groups[found.code].append(found)
    return [
        Fault(
            code,
            sum(found.count for found in group),
            tuple(example for found in group for example in found.examples)[:EXAMPLES],
        )
        for code, group in groups.items()
        if group
    ]


def first_error(faults: Sequence[Fault]) -> str:
    """Say what the first error of some faults is, where, and what to do; empty if there is none."""
    for found in faults:
        if found.is_error:
            more = f" (and {found.count - 1:,} more)" if found.count > 1 else ""
            kind = found.kind
            return f"{found.examples[0]}{more}. Needed: {kind.what}; {kind.remedy}"
    return ""

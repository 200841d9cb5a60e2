"""Runs all checks of the deliverables."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from digitdet.datasets.json_files import parse_json
from digitdet.evaluation.submission import PRED_CSV, PRED_JSON, to_label
from digitdet.evaluation.submissions.archives import Deliverables
from digitdet.evaluation.submissions.corners import find_corners
from digitdet.evaluation.submissions.entries import Entries, read_entries
from digitdet.evaluation.submissions.faults import Fault, fault, merge
from digitdet.evaluation.submissions.habits import find_habits
from digitdet.evaluation.submissions.kinds import Stage
from digitdet.evaluation.submissions.labels import Lines, check_lines, decode, read_lines
from digitdet.evaluation.submissions.numbers import check_digits, check_zeros
from digitdet.evaluation.submissions.pictures import Graded
from digitdet.evaluation.submissions.predictions import to_predictions
from digitdet.evaluation.submissions.values import find_value_faults
from digitdet.structures import Number, Prediction

Reader = Callable[[Prediction], list[Number]]


@dataclass
class Review:
    """What was found out about deliverables.

    Attributes:
        faults: What is wrong.
        stages: What could be looked at.
        entries: Entries of ``pred.json``; None if it can't be read.
        lines: Lines of ``pred.csv``; None if it can't be read.
        readings: Image id -> the number that the reader finds in the boxes of ``pred.json``; empty
            if that has errors.
    """

    faults: list[Fault]
    stages: set[Stage] = field(default_factory=set)
    entries: Entries | None = None
    lines: Lines | None = None
    readings: dict[int, str] = field(default_factory=dict)

    @property
    def num_errors(self) -> int:
        """How many kinds of errors there are."""
        return sum(found.is_error for found in self.faults)

    @property
    def num_warnings(self) -> int:
        """How many kinds of warnings there are."""
        return len(self.faults) - self.num_errors

    def add(self, faults: Iterable[Fault]) -> None:
        """Add faults; those of a kind become one, in the order of the checklist."""
        self.faults = merge([*self.faults, *faults])


def review(found: Deliverables, graded: Graded, reader: Reader) -> Review:
    """Check deliverables; all faults are found at once.

    Args:
        found: The deliverables, or ``pred.json`` alone.
        graded: The pictures that they have to be about.
        reader: Reads numbers from the boxes, to tell zeros that were lost.
    """
    result = Review(list(found.faults), set(found.stages))
    if PRED_JSON in found.contents:
        _review_json(result, found.contents[PRED_JSON], found.names[PRED_JSON], graded)
    if PRED_CSV in found.contents:
        _review_csv(result, found.contents[PRED_CSV], found.names[PRED_CSV], graded)
    _read_numbers(result, graded, reader)
    _review_numbers(result, graded)
    result.add(())
    return result


def _review_json(result: Review, content: bytes, name: str, graded: Graded) -> None:
    result.stages.add("json")
    text, faults = decode(content, name, "json_not_utf8")
    result.faults += faults
    if not text and faults:
        return
    try:
        parsed = parse_json(content, name)
    except ValueError as error:
        result.faults.append(fault("json_unreadable", str(error)))
        return
    entries, faults = read_entries(parsed, name)
    result.faults += faults
    if not isinstance(parsed, list):
        return
    result.stages.add("entries")
    result.entries = entries
    result.faults += find_value_faults(entries, graded.image_ids, sorted(graded.labels))
    result.faults += find_corners(entries, graded)
    result.faults += find_habits(entries)


def _review_csv(result: Review, content: bytes, name: str, graded: Graded) -> None:
    result.stages.add("csv")
    text, faults = decode(content, name, "csv_not_utf8")
    result.faults += faults
    if not text and faults:
        return
    lines, faults = read_lines(text, name)
    result.faults += faults
    if any(found.code == "csv_unreadable" for found in faults):
        return
    result.stages.add("rows")
    result.lines = lines
    result.faults += check_lines(lines, graded.image_ids, graded.name)


def _read_numbers(result: Review, graded: Graded, reader: Reader) -> None:
    """Read the numbers of all pictures, if the boxes are sound."""
    if result.entries is None or any(_is_about(f, "json", "entries") for f in result.faults):
        return
    predictions = to_predictions(result.entries, graded.image_ids, graded.labels)
    texts = (to_label(reader(prediction)) for prediction in predictions)
    result.readings = dict(zip(graded.image_ids.tolist(), texts, strict=True))


def _review_numbers(result: Review, graded: Graded) -> None:
    """Compare numbers and boxes, if it is known which digits each picture has."""
    if result.entries is None or result.lines is None:
        return
    doubtful = [found for found in result.faults if _is_about(found, "json", "entries")]
    if all(found.code.startswith(("bbox_", "score_")) for found in doubtful):
        result.stages.add("numbers")
        result.faults += check_digits(result.lines, result.entries, graded)
        result.faults += check_zeros(result.lines, result.readings)


def _is_about(found: Fault, *stages: Stage) -> bool:
    return found.is_error and found.kind.stage in stages

"""What ``digitdet read`` prints of a reading: a line, JSON or rows of a table."""

import csv
import io
import json
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from digitdet.console import in_a_line
from digitdet.readings import Reading, to_words
from digitdet.structures import Number

COLUMNS = (
    "file",
    "time",
    "number",
    "confidence",
    "left",
    "top",
    "right",
    "bottom",
    "drawn",
    "error",
)


@dataclass
class Record:
    """A reading, and where it comes from.

    Attributes:
        reading: What was read.
        file: The picture's file, or that of the video, or the camera's name.
        time: Seconds since the beginning of the video; None for a picture.
        duration: Seconds that the video takes, where that is known.
        drawn: The drawn picture; None for none.
        undrawn: Why there is none of what was read; empty where nothing failed.
    """

    reading: Reading
    file: str
    time: float | None = None
    duration: float | None = None
    drawn: Path | None = None
    undrawn: str = ""

    @property
    def error(self) -> str:
        """What went wrong: it could not be read, or not be drawn; empty if nothing did."""
        return self.reading.error or self.undrawn

    @property
    def name(self) -> str:
        """The file, with the time of a frame: ``clip.mp4@12.480s``."""
        return self.file if self.time is None else f"{self.file}@{self.time:.3f}s"


def to_line(record: Record) -> str:
    r"""Write a line; of what could not be read nothing, as standard error tells it.

    Control characters in names are written as ``\x0a``, so that a line is a picture.
    """
    if record.reading.error is not None:
        return ""
    return f"{in_a_line(record.name)}: {to_words(record.reading.numbers)}\n"


def to_json(record: Record) -> str:
    """Write a line of JSON: `Reading.to_dict`, with ``time`` and ``drawn`` where there is such."""
    content: dict[str, Any] = {**record.reading.to_dict(), "file": record.file}
    if record.time is not None:
        content = {"file": record.file, "time": round(record.time, 3), **content}
    if record.drawn is not None:
        content["drawn"] = str(record.drawn)
    if record.undrawn:
        content["error"] = record.undrawn
    return json.dumps(content) + "\n"


def to_rows(record: Record) -> str:
    """Write a row of `COLUMNS` for each number, or one without number."""
    drawn = "" if record.drawn is None else str(record.drawn)
    time = "" if record.time is None else f"{record.time:.3f}"
    start = {"file": record.file, "time": time, "drawn": drawn, "error": record.error}
    rows = [{**start, **_cells(number)} for number in record.reading.numbers]
    return _csv([row.get(name, "") for name in COLUMNS] for row in rows or [start])


def _cells(number: Number) -> dict[str, str]:
    left, top = number.boxes[:, :2].amin(0).tolist()
    right, bottom = number.boxes[:, 2:].amax(0).tolist()
    box = {"left": left, "top": top, "right": right, "bottom": bottom}
    cells = {name: f"{side:.1f}" for name, side in box.items()}
    return {"number": number.text, "confidence": f"{number.confidence:.4f}", **cells}


def _csv(rows: Iterable[Iterable[str]]) -> str:
    return "".join(map(_csv_row, rows))


def _csv_row(cells: Iterable[str]) -> str:
    """Return a row that ends with a line feed; csv quotes a carriage return only if rows end so."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().removesuffix("\r\n") + "\n"


FORMS: dict[str, tuple[str, Callable[[Record], str]]] = {
    "text": ("", to_line),
    "json": ("", to_json),
    "csv": (_csv([COLUMNS]), to_rows),
}


class Output:
    """Prints records as they come, so that what reads them need not wait.

    Args:
        stream: Where to; None where standard output is closed.
        form: A key of `FORMS`.
    """

    def __init__(self, stream: TextIO | None, form: str) -> None:
        self._stream = stream
        head, self._write = FORMS[form]
        if isinstance(stream, io.TextIOWrapper):
            # Names of files that are not UTF-8 are written as the bytes that they are; for a
            # terminal, what it has no sign for is escaped.
            if stream.isatty():
                stream.reconfigure(errors="backslashreplace")
            else:
                stream.reconfigure(encoding="utf-8", errors="surrogateescape")
        self._print(head)

    @property
    def is_terminal(self) -> bool:
        """Whether somebody sees the readings as they come."""
        return self._stream is not None and self._stream.isatty()

    def write(self, record: Record) -> None:
        """Print a record.

        Raises:
            BrokenPipeError: If what reads it has gone.
            OSError: If it can't be written for another reason, such as a full disk.
        """
        self._print(self._write(record))

    def _print(self, text: str) -> None:
        if self._stream is None or not text:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            _drop(self._stream)
            raise


def _drop(stream: TextIO) -> None:
    """Send what a stream still holds nowhere: Python would try again, and complain, at its end."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)

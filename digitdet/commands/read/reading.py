"""Reads what ``digitdet read`` names, and prints it while it goes on."""

import contextlib
import itertools
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from digitdet.commands.read.drawings import Drawings
from digitdet.commands.read.messages import tell_error
from digitdet.commands.read.progress import ReadingProgress
from digitdet.commands.read.records import Output, Record
from digitdet.commands.read.request import Request
from digitdet.commands.read.sources import CAMERA, STANDARD_INPUT, Source, find_sources
from digitdet.console import printable
from digitdet.digit_reader import DigitReader
from digitdet.readings import Reading
from digitdet.video_frames import camera_frames, video_frames

ALL_READ, SOME_READ, NONE_READ = 0, 1, 2
BROKEN_PIPE = 128 + 13  # as a shell has it for SIGPIPE


def read(request: Request) -> int:
    """Read pictures, videos and cameras; print what was read, and draw it where that is asked for.

    What can't be read is told on standard error, and the rest goes on. Standard output holds
    readings and nothing else, whatever libraries have to say.

    Args:
        request: What to read, with what.

    Returns:
        The exit status: `ALL_READ`, `SOME_READ`, `NONE_READ` or `BROKEN_PIPE`.

    Raises:
        FileNotFoundError: If the config or the checkpoint is missing.
        OSError: If standard output can't be written.
        ValueError: If the model is not as it has to be, or drawn pictures can't go where they
            should.
    """
    stream: TextIO | None = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        try:
            return _read(request, Output(stream, request.form))
        except BrokenPipeError:
            return BROKEN_PIPE


def _read(request: Request, output: Output) -> int:
    drawings = None if request.out is None else Drawings(request.out)
    found = find_sources(request.paths, _names())
    total = None
    if STANDARD_INPUT in request.paths:
        found = _outside(found, drawings)
    else:
        sources = list(found)
        found = iter(sources)
        for source in sources:
            _check(source, drawings)
        is_counted = all(source.kind in ("picture", "nothing") for source in sources)
        total = len(sources) if is_counted else None
        if all(source.kind == "nothing" for source in sources):
            return _tell_all(sources, output)
    reader = DigitReader(
        request.config,
        request.checkpoint,
        min_confidence=request.min_confidence,
        device=request.device,
    )
    num_read = num_failed = 0
    with ReadingProgress(total, is_shown=not output.is_terminal) as progress:
        for record in _records(reader, found, request):
            if record.reading.error is None and drawings:
                _draw(record, drawings)
            num_read += record.reading.error is None
            if record.error:
                num_failed += 1
                tell_error(record.error)
            output.write(record)
            progress.advance(printable(_place(record)))
    if not num_read and not num_failed:
        tell_error("nothing to read: standard input names no picture")
    return NONE_READ if not num_read else SOME_READ if num_failed else ALL_READ


def _tell_all(sources: Iterable[Source], output: Output) -> int:
    """Tell why nothing can be read, without loading a model for it."""
    for source in sources:
        tell_error(source.error)
        output.write(_failed(source.name, source.error))
    return NONE_READ


def _names() -> Iterator[str]:
    """Yield the lines of standard input as they come; of any bytes, as names are."""
    stdin: Any = sys.stdin
    if hasattr(stdin, "reconfigure"):
        stdin.reconfigure(errors="surrogateescape")
    yield from stdin or ()


def _check(source: Source, drawings: Drawings | None) -> None:
    if drawings and source.kind == "picture":
        drawings.check(source.name)


def _outside(sources: Iterable[Source], drawings: Drawings | None) -> Iterator[Source]:
    """Yield sources as they come, those in the folder for drawn pictures as what can't be read."""
    for source in sources:
        try:
            _check(source, drawings)
        except ValueError as error:
            yield Source(source.name, "nothing", str(error))
        else:
            yield source


def _draw(record: Record, drawings: Drawings) -> None:
    """Draw what was read; where that fails, the reading stands."""
    try:
        record.drawn = drawings.save(record.reading, _stem(record))
    except OSError as error:
        record.undrawn = f"{record.name}: was read, but can't be drawn ({error})"


def _records(reader: DigitReader, sources: Iterable[Source], request: Request) -> Iterator[Record]:
    for kind, group in itertools.groupby(sources, lambda source: source.kind):
        if kind == "picture":
            yield from _pictures(reader, group)
            continue
        for source in group:
            if kind == "nothing":
                yield _failed(source.name, source.error)
            else:
                frames = _video if kind == "video" else _camera
                records = frames(reader, source.name, request.every)
                yield from _changes(records) if request.changes else records


def _pictures(reader: DigitReader, sources: Iterable[Source]) -> Iterator[Record]:
    waiting: deque[str] = deque()

    def names() -> Iterator[str]:
        for source in sources:
            waiting.append(source.name)
            yield source.name

    for reading in reader.stream(names(), on_error="keep"):
        yield Record(reading, waiting.popleft())


def _video(reader: DigitReader, file: str, every: float) -> Iterator[Record]:
    waiting: deque[tuple[float, float | None]] = deque()
    errors: list[Exception] = []

    def images() -> Iterator[Any]:
        try:
            for frame in video_frames(file, every):
                waiting.append((frame.time, frame.duration))
                yield frame.image
        except (FileNotFoundError, ValueError) as error:
            errors.append(error)  # once all frames before it are read

    for reading in reader.stream(images(), on_error="keep"):
        yield _of_frame(Record(reading, file, *waiting.popleft()))
    for error in errors:
        yield _failed(file, str(error))


def _camera(reader: DigitReader, name: str, every: float) -> Iterator[Record]:
    found = CAMERA.fullmatch(name)
    number = int(found[1]) if found else 0
    try:
        for frame in camera_frames(number, every):
            for reading in reader.stream([frame.image], on_error="keep"):  # each at once
                yield _of_frame(Record(reading, name, frame.time))
    except ValueError as error:
        yield _failed(name, str(error))


def _of_frame(record: Record) -> Record:
    """Name the reading of a frame, which was given without a file."""
    if record.reading.error is not None:
        record.reading.error = f"{record.name}: {record.reading.error.partition(': ')[2]}"
    record.reading.source = record.name
    return record


def _changes(records: Iterable[Record]) -> Iterator[Record]:
    """Leave out records whose numbers are those of the one before."""
    before: list[str] | None = None
    for record in records:
        texts = [number.text for number in record.reading.numbers]
        if record.reading.error is not None or texts != before:
            yield record
        before = texts


def _failed(name: str, error: str) -> Record:
    return Record(Reading.failed(name, error), name)


def _stem(record: Record) -> str:
    stem = Path(record.file).stem
    return stem if record.time is None else f"{stem}@{record.time:.3f}s"


def _place(record: Record) -> str:
    return record.name + (f" of {record.duration:.0f} s" if record.duration else "")

"""What the fuzz tests share: damage of bytes, and the judge of what a reader does with bad data."""

import os
import signal
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

import digitdet

PACKAGE = str(Path(digitdet.__file__).parent)
# Far longer than any read takes: a reader that waits for a pipe has to fail, not to hang the suite.
SECONDS = 60

_opened: list[Any] = []


def _note(name: str, arguments: tuple[Any, ...]) -> None:
    if name in ("open", "os.listdir", "os.scandir"):
        _opened.append(arguments[0])


sys.addaudithook(_note)


def _is_code(path: str) -> bool:
    """Whether Python opens it to import a module."""
    # A late import lists the folders that modules are looked for in.
    return path in sys.path or path.startswith((sys.prefix, sys.base_prefix, PACKAGE))


def _check_opened(roots: Sequence[Path]) -> None:
    paths = {os.fsdecode(path) for path in _opened if isinstance(path, str | bytes | os.PathLike)}
    allowed = [os.path.realpath(root) for root in roots]
    for path in paths:
        inside = any(Path(os.path.realpath(path)).is_relative_to(root) for root in allowed)
        assert inside or _is_code(path), f"opened {path}"


def _check_refusal(error: Exception, subjects: tuple[str, ...]) -> None:
    traceback = error.__traceback__
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    assert traceback
    raised_in = traceback.tb_frame.f_code.co_filename
    assert raised_in.startswith(PACKAGE), f"{error!r} comes out of {raised_in}"
    message = str(error)
    assert type(error) in (ValueError, FileNotFoundError), repr(error)
    assert message.startswith(subjects), message
    assert len(message.splitlines()) == 1, message
    assert len(message.encode()) < 4000, message


def judge(
    read: Callable[[], Any],
    root: Path,
    named: Sequence[Path] = (),
    *,
    subjects: Sequence[str] = (),
    seconds: int = SECONDS,
) -> Any:
    """Call a reader on bad data; it has to read it right, or to refuse it well.

    Args:
        read: The reader.
        root: The data: all that may be opened but for ``named``.
        named: Files and folders that the user names, which may be links to elsewhere.
        subjects: What a refusal may begin with, besides a path of ``root``.
        seconds: Time until it counts as hanging.

    Returns:
        What the reader returned; or its refusal, a plain `ValueError` or `FileNotFoundError` that
        our own code raised, with one line that begins with the path at fault.

    Raises:
        AssertionError: If it opened another file, warned, or failed in any other way.
    """

    def stop(*_: object) -> None:
        pytest.fail(f"not done in {seconds} s")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            _opened.clear()
            try:
                result = read()
            except Exception as error:
                result = error
            _check_opened([root, *named])
    finally:
        signal.alarm(0)
    assert not warned, warned[0]
    if isinstance(result, Exception):
        _check_refusal(result, (str(root), *subjects))
    return result


# Numbers at the edges of the types that headers hold.
EDGES = [
    number.to_bytes(size, order)
    for size, numbers in ((1, (0, 1, 0x7F, 0xFF)), (2, (0, 0x7FFF, 0xFFFF)))
    for number in numbers
    for order in ("little", "big")
] + [
    number.to_bytes(4, order)
    for number in (0, 1, 2**16, 2**24, 2**31 - 1, 2**31, 2**32 - 1)
    for order in ("little", "big")
]


def damages(tokens: Sequence[bytes]) -> st.SearchStrategy[tuple[str, float, int, bytes]]:
    """Make a strategy of changes of bytes, for `damage`; ``tokens`` are what the format knows."""
    return st.tuples(
        st.sampled_from(["overwrite", "insert", "delete", "repeat", "cut", "flip"]),
        st.floats(0, 1),
        st.integers(0, 64),
        st.sampled_from([*EDGES, *tokens]) | st.binary(max_size=8),
    )


def damage(content: bytes, kind: str, where: float, count: int, new: bytes) -> bytes:
    """Change bytes at a place, given as a share of all: one of the kinds of `damages`."""
    at = int(where * len(content))
    head, tail = content[:at], content[at:]
    match kind:
        case "overwrite":
            return head + new + tail[len(new) :]
        case "insert":
            return head + new + tail
        case "delete":
            return head + tail[count:]
        case "repeat":
            return head + tail[:count] * 2 + tail[count:]
        case "cut":
            return head
        case _:
            return head + bytes(byte ^ (1 << count % 8) for byte in tail[:1]) + tail[1:]

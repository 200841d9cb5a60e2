"""Tells what a file is by how it begins, whatever its name says."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ZIP = b"PK\x03\x04"
# The pickled number that torch.save wrote first before version 1.6, when its files were no zips.
OLD_TORCH = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
HEAD = 512
AGAIN = "copy or download it again"
SAVE_WEIGHTS = (
    "have the program that wrote it save the weights alone: torch.save(model.state_dict(), FILE)"
)


@dataclass(frozen=True)
class Kind:
    """A kind of file that is no checkpoint.

    Attributes:
        what: What it is, to follow "it".
        remedy: What to do.
        is_one: Whether a file that begins with given bytes is one.
    """

    what: str
    remedy: str
    is_one: Callable[[bytes], bool]


def _begins(*starts: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(starts)


def _is_page(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype html", b"<html"))


def _is_text(head: bytes) -> bool:
    """Whether bytes are printable text, of which the last letter may be cut."""
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        text = head[: error.start].decode() if error.start > HEAD - 4 else "\0"
    return all(letter.isprintable() or letter in "\t\r\n" for letter in text)


# The first that fits counts.
KINDS = (
    Kind("is empty", AGAIN, lambda head: not head),
    Kind(
        "begins with zeros, as a file that was never written to its end",
        "take the checkpoint before it",
        lambda head: not any(head),
    ),
    Kind(
        "is a pointer of Git LFS, which stands for the file",
        "get the file itself by `git lfs pull`",
        _begins(b"version https://git-lfs"),
    ),
    Kind(
        "is a web page, perhaps one that asks to log in",
        "download the file itself",
        _is_page,
    ),
    Kind("is a tar archive", "unpack it", lambda head: head[257:262] == b"ustar"),
    Kind(
        "is compressed",
        "unpack it",
        _begins(b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf"),
    ),
    Kind("is an HDF5 file", "take weights of torch", _begins(b"\x89HDF")),
    Kind(
        "is a pickle, which could run anything when it is loaded",
        SAVE_WEIGHTS,
        lambda head: head[:1] == b"\x80" and len(head) > 1 and head[1] <= 5,
    ),
    Kind("is a text", "take a checkpoint of tools/train.py", _is_text),
)


def refusal(file: Path, what: str, remedy: str) -> ValueError:
    """Return the error that refuses a file.

    Args:
        file: The file.
        what: What it is, to follow "it".
        remedy: What to do.
    """
    return ValueError(f"{file}: can't be loaded as a checkpoint: it {what}; {remedy}")


def is_zip(file: Path) -> bool:
    """Whether a file begins as the zips do that torch.save writes, or as its older files.

    Raises:
        ValueError: If it begins otherwise; the message says what it is.
    """
    with file.open("rb") as stream:
        head = stream.read(HEAD)
    if head.startswith((ZIP, OLD_TORCH)):
        return head.startswith(ZIP)
    for kind in KINDS:
        if kind.is_one(head):
            raise refusal(file, kind.what, kind.remedy)
    raise refusal(file, f"begins with the bytes {head[:4].hex(' ')}, as none does", AGAIN)

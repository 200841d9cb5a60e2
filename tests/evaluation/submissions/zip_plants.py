"""Faults to plant in the zip of a submission."""

import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

from .conftest import pack
from .plants import Plant


def _json_and_csv(file: Path) -> tuple[bytes, bytes]:
    with zipfile.ZipFile(file) as archive:
        return archive.read("pred.json"), archive.read("pred.csv")


def renamed(json_name: str, csv_name: str, *more: str) -> Callable[[Path], None]:
    def plant(file: Path) -> None:
        content, text = _json_and_csv(file)
        pack(file, [(json_name, content), (csv_name, text), *((name, b"x") for name in more)])

    return plant


def json_alone(file: Path) -> None:
    pack(file, [("pred.json", _json_and_csv(file)[0])])


def twice(file: Path) -> None:
    content, text = _json_and_csv(file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pack(file, [("pred.json", content), ("pred.csv", text), ("pred.csv", text)])


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-40])


def damaged(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[80:90] = bytes(10)
    file.write_bytes(content)


def by_lzma(file: Path) -> None:
    content, text = _json_and_csv(file)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("pred.json", content)
        archive.writestr("pred.csv", text, zipfile.ZIP_STORED)


def encrypted(file: Path) -> None:
    """Set the flag of encryption in the headers of pred.csv, as programs for zips do."""
    content = bytearray(file.read_bytes())
    for head, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.rindex(head) + flags] |= 1
    file.write_bytes(content)


def content_of(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def plant(file: Path) -> None:
        contents = dict(zip(("pred.json", "pred.csv"), _json_and_csv(file), strict=True))
        contents[name] = change(contents[name])
        pack(file, list(contents.items()))

    return plant


ZIP_PLANTS = (
    Plant("zip_unreadable", truncated, "any name.zip"),
    Plant("zip_unreadable", damaged, "pred.json"),
    Plant("zip_encrypted", encrypted, "pred.csv needs a password"),
    Plant("zip_compression", by_lzma, "pred.json is packed by method 14"),
    Plant("zip_in_folder", renamed("submit/pred.json", "submit/pred.csv"), "'submit/pred.json'"),
    Plant("zip_in_folder", renamed("pred.json", "a\\pred.csv"), "pred.csv"),
    Plant("zip_name_wrong", renamed("predictions.json", "pred.csv"), "'predictions.json'"),
    Plant("zip_name_wrong", renamed("pred.json", "Pred.csv"), "'Pred.csv'"),
    Plant("zip_extra_file", renamed("pred.json", "pred.csv", "readme.txt"), "'readme.txt'"),
    Plant("zip_extra_file", renamed("pred.json", "pred.csv", "__MACOSX/._pred.csv"), "__MACOSX"),
    Plant("zip_file_twice", twice, "holds pred.csv 2 times"),
    Plant("file_missing", json_alone, "holds no pred.csv"),
    Plant("json_unreadable", content_of("pred.json", lambda c: c[:-30]), "pred.json"),
    Plant("json_unreadable", content_of("pred.json", lambda _: b""), "pred.json"),
    Plant("json_not_utf8", content_of("pred.json", lambda c: b"\xef\xbb\xbf" + c), "order mark"),
    Plant(
        "json_not_utf8", content_of("pred.json", lambda c: c.decode().encode("utf-16")), "byte 0"
    ),
    Plant("csv_not_utf8", content_of("pred.csv", lambda c: b"\xef\xbb\xbf" + c), "order mark"),
    Plant("csv_not_utf8", content_of("pred.csv", lambda c: c + b"\xff"), "byte 71 (0xff)"),
)

"""Files are held against what pip recorded."""

import base64
import hashlib
from importlib import metadata
from pathlib import Path

import pytest

from digitdet.commands.doctor.recorded_files import differs_from_record


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, record: str) -> Path:
    """Put a file of an installed digitdet into a folder, recorded as another may be."""
    file = folder / "digitdet" / "w.safetensors"
    file.parent.mkdir()
    file.write_bytes(content)
    info = folder / "digitdet-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: digitdet\nVersion: 1\n")
    (info / "RECORD").write_text(record)
    found = metadata.Distribution.at(info)
    monkeypatch.setattr(metadata, "files", lambda _: found.files)
    return file


def sha256(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("record", "differs"),
    [
        ("", False),
        ("digitdet/w.safetensors,,\n", False),
        (f"digitdet/w.safetensors,sha256={sha256(b'weights')},7\n", False),
        (f"digitdet/w.safetensors,sha256={sha256(b'others')},6\n", True),
        (f"other/w.safetensors,sha256={sha256(b'others')},6\n", False),
    ],
)
def test_a_file_differs_where_its_record_says_so(
    record: str, differs: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert differs_from_record(install(tmp_path, monkeypatch, b"weights", record)) is differs


def test_without_installation_there_is_no_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "files", missing)
    assert not differs_from_record(tmp_path)

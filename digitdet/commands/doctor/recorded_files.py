"""Compares installed files with what pip recorded of them."""

import base64
import hashlib
from importlib import metadata
from pathlib import Path


def differs_from_record(file: Path) -> bool:
    """Say whether a file of digitdet's is another than was installed.

    pip records the SHA-256 of all that it installs; of an editable installation it does not.
    """
    try:
        recorded = metadata.files("digitdet") or []
    except metadata.PackageNotFoundError:
        return False
    hashes = [
        entry.hash.value
        for entry in recorded
        if entry.name == file.name
        and Path(str(entry.locate())).resolve() == file.resolve()
        and entry.hash
        and entry.hash.mode == "sha256"
    ]
    digest = base64.urlsafe_b64encode(hashlib.sha256(file.read_bytes()).digest())
    return any(value != digest.decode().rstrip("=") for value in hashes)

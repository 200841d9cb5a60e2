"""Writes config files for the tests."""

from pathlib import Path


def write_configs(folder: Path, **texts: str) -> Path:
    """Write ``NAME.py`` files; return the last of them."""
    for name, text in texts.items():
        file = folder / f"{name}.py"
        file.write_text(text, encoding="utf-8")
    return file

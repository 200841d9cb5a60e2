"""Shows a merged config."""

from collections.abc import Sequence
from pathlib import Path

from digitdet import config as configs
from digitdet.config_views.text import config_text
from digitdet.console import console


def show(file: str | Path, options: Sequence[str] = (), out: str | Path | None = None) -> None:
    """Print or write a config with all that it inherits, as a config that loads to the same.

    Args:
        file: The config.
        options: Overrides, ``KEY=VALUE``.
        out: File to write; the console if None.

    Raises:
        ValueError: If the config can't be used, or ``out`` is no name of a config.
    """
    text = config_text(configs.load(file, options).to_dict())
    if out is None:
        console.print(text, end="")
        return
    out = Path(out)
    if out.suffix != ".py":
        raise ValueError(f"--out: a config is a Python file, NAME.py, got {out}")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    console.print(f"written: {out}")

"""Shows which configs inherit which, and the keys that each sets."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from digitdet.config_sources.parsing import parse
from digitdet.config_sources.places import shown_path
from digitdet.config_sources.purity import refuse_code
from digitdet.config_sources.statements import BASES, base_files, own_statements
from digitdet.console import console

EXPERIMENTS = Path("configs/experiments")


def print_trees(files: Sequence[str | Path] = ()) -> None:
    """Print the inheritance tree of configs; nothing of them is executed.

    Args:
        files: The configs; those of ``configs/experiments`` if there are none.

    Raises:
        FileNotFoundError: If there are none either.
        ValueError: If a config holds code, or a base is missing.
    """
    found = [Path(file) for file in files] or sorted(EXPERIMENTS.glob("*.py"))
    if not found:
        raise FileNotFoundError(
            f"no config in {EXPERIMENTS}; name configs, or work in the folder that holds `configs`"
        )
    for file in found:
        refuse_code(file)
        console.print("\n".join(tree(file)))


def tree(file: Path) -> Iterator[str]:
    """Yield a line for a config, then lines for its bases: file and top-level keys of each."""
    source = parse(file)
    keys = [own.key for own in own_statements(source) if len(own.path) == 1 and own.key != BASES]
    yield f"{shown_path(file)}: {', '.join(keys) or '(sets nothing)'}"
    bases = base_files(source)
    for number, base in enumerate(bases, 1):
        first, further = ("└── ", "    ") if number == len(bases) else ("├── ", "│   ")
        for position, line in enumerate(tree(base)):
            yield f"{further if position else first}{line}"

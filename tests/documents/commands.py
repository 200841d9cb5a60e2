"""Commands are found in the code blocks of Markdown pages."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHELLS = {"", "bash", "console", "sh", "shell", "text"}
OTHER_PROGRAMS = {
    "cd": "a shell's",
    "git": "fetches digitdet",
    "mlflow": "a server that runs until it is stopped",
    "open": "a browser",
    "pip": "installs; the gate does",
    "pytest": "the tests",
    "python3": "makes an environment",
    "source": "a shell's",
    "sphinx-build": "the gate builds the documents",
    "tensorboard": "a server that runs until it is stopped",
    "unzip": "no program of digitdet's",
    "wandb": "an account's",
    "xdg-open": "a browser",
}
MENTION = r"`(?:python )?((?:tools/\w+\.(?:py|sh)|digitdet (?:-|read|doctor))[^`]*)`"
SEPARATORS = {"&&", "||", "|", ";", "&", ">"}


@dataclass(frozen=True)
class Command:
    """A command of a page.

    Attributes:
        page: The page, from the root of the repository.
        line: Where its first line stands, from 1.
        words: Its words, without ``python``; the first is a path, such as ``tools/train.py``, or
            ``digitdet``.
    """

    page: str
    line: int
    words: tuple[str, ...]

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def text(self) -> str:
        return " ".join(self.words)

    @property
    def tool(self) -> str:
        """The tool in ``tools``, or ``digitdet`` itself; nothing, as for ``-m pytest``."""
        if self.words[0] == "digitdet":
            return "digitdet"
        found = re.fullmatch(r"tools/(\w+)\.py", self.words[0])
        return found[1] if found else ""


def pages() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]


def find_commands(page: str, text: str) -> list[Command]:
    """All commands of a page that call Python, a script in ``tools`` or digitdet."""
    found = []
    for block in _shell_blocks(text):
        prompted = any(line.startswith("$ ") for _, line in block)
        for number, line in _whole_lines(block, prompted=prompted):
            for words in _simple_commands(line):
                if words[0] == "python" and len(words) > 1:
                    found.append(Command(page, number, tuple(words[1:])))
                elif words[0] == "digitdet":
                    found.append(Command(page, number, tuple(words)))
                elif words[0].startswith(("tools/", "./tools/")):
                    found.append(Command(page, number, (words[0].removeprefix("./"), *words[1:])))
    return found


def find_mentions(page: str, text: str) -> list[Command]:
    """What stands between the lines in backquotes as a command of digitdet's; it may be a part."""
    return [
        Command(page, number, tuple(span.split()))
        for number, line in enumerate(text.splitlines(), 1)
        for span in re.findall(MENTION, line)
    ]


def expand(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The commands that a synopsis stands for: without what is optional, and with each of it.

    ``a [--b C] [D|e]`` gives ``a``, ``a --b C`` and ``a D``; ``...`` is left out.
    """
    if not any(word.startswith("[") for word in words):
        return [_chosen(words)]
    text = " ".join(words)
    while re.search(r"\[[^\[\]]*\[[^\]]*\]", text):  # [--gpu [GIB]] is [--gpu GIB]
        text = re.sub(r"\[([^\[\]]*)\[([^\[\]]*)\]", r"[\1\2", text)
    parts = [part for part in re.split(r"(\[[^\]]*\])", text) if part.strip()]
    always = [part for part in parts if not part.startswith("[")]
    found = [" ".join(always)]
    for optional in parts:
        if optional.startswith("["):
            with_it = [part.strip("[]") for part in parts if part in (*always, optional)]
            found.append(" ".join(with_it))
    return [_chosen(tuple(each.split())) for each in found]


def _chosen(words: tuple[str, ...]) -> tuple[str, ...]:
    plain = re.compile(r"[\w.-]+(\|[\w.-]+)+")
    return tuple(
        word.split("|")[0] if plain.fullmatch(word) else word for word in words if word != "..."
    )


def _shell_blocks(text: str) -> Iterator[list[tuple[int, str]]]:
    """The lines of each block that is a shell's, with their numbers."""
    block: list[tuple[int, str]] = []
    fence: str | None = None
    for number, line in enumerate([*text.splitlines(), ""], 1):
        mark = re.match(r"\s*(?:```|~~~)(.*)", line)
        if mark and fence is None:
            fence = mark[1].strip()
        elif mark:
            fence = None
        elif fence is not None:
            if fence in SHELLS:
                block.append((number, line.strip()))
            continue
        elif line.startswith("    "):
            block.append((number, line.strip()))
            continue
        if block:
            yield block
        block = []


def _whole_lines(block: list[tuple[int, str]], *, prompted: bool) -> Iterator[tuple[int, str]]:
    """Lines joined where one ends in a backslash or within quotes."""
    begun, held = 0, ""
    for number, line in block:
        if not held:
            if prompted and not line.startswith("$ "):
                continue  # what the command before prints
            begun, line = number, line.removeprefix("$ ")
        held = f"{held} {line}".strip()
        if held.endswith("\\"):
            held = held[:-1].rstrip()
        elif _is_command(held) and not _is_closed(held):
            continue
        else:
            yield begun, held
            held = ""


def _is_command(line: str) -> bool:
    return bool(re.match(r"(\w+=\S* )*(srun )?(\./)?(python |tools/|digitdet )", line))


def _is_closed(line: str) -> bool:
    try:
        shlex.split(line, comments=True)
    except ValueError:
        return False
    return True


def _simple_commands(line: str) -> Iterator[list[str]]:
    """The words of each command of a line, without variables and comments before and after it."""
    try:
        words = shlex.split(line, comments=True)
    except ValueError:  # prose, such as an error message with an apostrophe
        return
    held: list[str] = []
    for word in [*words, ";"]:
        if word.rstrip(";") in SEPARATORS or word == ";":
            if held:
                yield held
            held = []
        elif held or not (re.match(r"\w+=", word) or word in ("srun", "do", "time", "nice")):
            held.append(word.removesuffix(";"))
            if word.endswith(";"):
                yield held
                held = []

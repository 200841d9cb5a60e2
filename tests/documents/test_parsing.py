"""Each command of the documents is one that its tool takes."""

from collections.abc import Callable

import pytest

from documents.commands import ROOT, Command, expand, find_commands, find_mentions, pages
from documents.parsing import options_of, parse_error

Tool = Callable[[str], Callable[[list[str]], None]]
PAGES = [str(page.relative_to(ROOT)) for page in pages()]


def _text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def _is_there(path: str) -> bool:
    return path == "digitdet" or (ROOT / path).is_file()


def faults(commands: list[Command], tool: Tool) -> list[str]:
    """What the tools' own parsers say against commands, each with its place."""
    found = []
    for command in commands:
        path = command.words[0]
        if path == "-m":
            continue
        if not _is_there(path):
            found.append(f"{command.place}: there is no {path}")
        elif command.tool:
            for words in expand(command.words):
                said = parse_error(tool, command.tool, words[1:])
                found += [f"{command.place}: {' '.join(words)}: {said}"] * bool(said)
    return found


def mention_faults(mentions: list[Command], tool: Tool) -> list[str]:
    """Tools and options that are named and not there, each with its place."""
    found = []
    for mention in mentions:
        path, *words = mention.words
        if not _is_there(path):
            found.append(f"{mention.place}: there is no {path}")
        elif mention.tool:
            options = [word.strip("[].,") for word in words if word.lstrip("[").startswith("-")]
            known = options_of(tool, mention.tool, words)
            missing = [option.split("=")[0] for option in options if option not in known]
            found += [f"{mention.place}: {path} has no {option}" for option in missing]
    return found


@pytest.mark.parametrize("page", PAGES)
def test_each_command_of_a_page_is_one_that_its_tool_takes(page: str, tool: Tool) -> None:
    assert faults(find_commands(page, _text(page)), tool) == []


@pytest.mark.parametrize("page", PAGES)
def test_each_tool_and_option_that_a_page_mentions_is_there(page: str, tool: Tool) -> None:
    assert mention_faults(find_mentions(page, _text(page)), tool) == []


def test_a_wrong_command_is_told_with_page_and_line(tool: Tool) -> None:
    page = """Text.

```bash
python tools/train.py CONFIG --resumee
python tools/tarin.py CONFIG
python tools/test.py CONFIG
python tools/config.py chekc CONFIG
python tools/train.py CONFIG --dry-run --no-preflight
python tools/train.py CONFIG --seeds 0 1   # this one is right
digitdet raed PATH
digitdet read PATH --csv | less   # this one, too
```
"""
    typo, unknown, lacking, command, both, misread = faults(find_commands("a.md", page), tool)
    assert typo.startswith("a.md:4: ")
    assert typo.endswith("unrecognized arguments: --resumee")
    assert unknown == "a.md:5: there is no tools/tarin.py"
    assert "a.md:6: " in lacking
    assert "required: CHECKPOINT" in lacking
    assert "a.md:7: " in command
    assert "invalid choice: 'chekc'" in command
    assert "not allowed with argument --dry-run" in both
    assert "a.md:10: " in misread
    assert "invalid choice: 'raed'" in misread


def test_a_wrong_part_of_a_synopsis_is_told_too(tool: Tool) -> None:
    page = "    python tools/check_data.py DATA_ROOT [--fix OUT] [--no-image FILE]\n"
    (fault,) = faults(find_commands("a.md", page), tool)
    assert fault.startswith("a.md:1: tools/check_data.py DATA_ROOT --no-image FILE: ")


def test_a_wrong_mention_is_told_with_page_and_line(tool: Tool) -> None:
    page = "See `tools/train.py --resume`,\n`tools/trian.py` and `tools/config.py show --outt F`.\n"
    assert mention_faults(find_mentions("a.md", page), tool) == [
        "a.md:2: there is no tools/trian.py",
        "a.md:2: tools/config.py has no --outt",
    ]
    page = "`digitdet read A --csv`, `digitdet --version`, `digitdet doctor`\n`digitdet read --cvs`"
    assert mention_faults(find_mentions("a.md", page), tool) == ["a.md:2: digitdet has no --cvs"]

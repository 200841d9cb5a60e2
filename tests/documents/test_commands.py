"""Commands are found where they stand."""

import pytest

from documents.commands import ROOT, expand, find_commands, find_mentions, pages


def found(page: str) -> list[tuple[int, str]]:
    return [(command.line, command.text) for command in find_commands("page.md", page)]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("", []),
        ("Call `python tools/a.py`, or\n\npython tools/b.py\n", []),
        ("```\npython tools/a.py B\n```\n", [(2, "tools/a.py B")]),
        ("```bash\npython tools/a.py B  # what for\n```\n", [(2, "tools/a.py B")]),
        ("```python\npython = tools\n    python tools/a.py\n```\n", []),
        ("Text.\n\n    python tools/a.py 'B C'\n", [(3, "tools/a.py B C")]),
        ("1. First\n\n   ```\n   python tools/a.py\n   ```\n", [(4, "tools/a.py")]),
        ("~~~sh\ntools/a.sh B\n~~~\n", [(2, "tools/a.sh B")]),
        ("```\npip install -e . && python tools/a.py\n```\n", [(2, "tools/a.py")]),
        ("```\nA=1 B=2 python tools/a.py | less\n```\n", [(2, "tools/a.py")]),
        ("```\npip install x && digitdet read A | less\n```\n", [(2, "digitdet read A")]),
        ("```\nsrun python tools/a.py > log\n```\n", [(2, "tools/a.py")]),
        ("```\nfor n in 1 2; do python tools/a.py $n; done\n```\n", [(2, "tools/a.py $n")]),
        (
            "```\npython tools/a.py \\\n    B\ntools/c.sh\n```\n",
            [(2, "tools/a.py B"), (4, "tools/c.sh")],
        ),
        ('```\npython tools/a.py "b=[1,\n  2]"\n```\n', [(2, "tools/a.py b=[1, 2]")]),
        ("```\n$ python tools/a.py\npython tools/b.py was wrong\n```\n", [(2, "tools/a.py")]),
        ("```\nit can't be\nto go on: python tools/a.py --resume\n```\n", []),
    ],
)
def test_commands_are_found_with_their_lines(page: str, expected: list[tuple[int, str]]) -> None:
    assert found(page) == expected


@pytest.mark.parametrize(
    ("synopsis", "expected"),
    [
        ("a B", ["a B"]),
        ("a B ...", ["a B"]),
        ("a fast|quality --b", ["a fast --b"]),
        ("a [--b C] D", ["a D", "a --b C D"]),
        ("a B [--c d|e] [--f]", ["a B", "a B --c d", "a B --f"]),
        ("a [--gpu [GIB]]", ["a", "a --gpu GIB"]),
    ],
)
def test_a_synopsis_stands_for_commands(synopsis: str, expected: list[str]) -> None:
    assert [" ".join(words) for words in expand(tuple(synopsis.split()))] == expected


def test_mentions_are_found_between_the_lines() -> None:
    page = "Use\n`tools/a.py --b C`, not `a.py` or `python tools/c.sh`.\n"
    mentions = find_mentions("page.md", page)
    assert [(each.place, each.text) for each in mentions] == [
        ("page.md:2", "tools/a.py --b C"),
        ("page.md:2", "tools/c.sh"),
    ]


def test_each_tool_stands_in_a_command_of_the_documents() -> None:
    shown = {
        command.words[0]
        for page in pages()
        for command in find_commands(page.name, page.read_text(encoding="utf-8"))
    }
    tools = {f"tools/{file.name}" for file in (ROOT / "tools").iterdir() if file.is_file()}
    assert tools - shown == set()

"""Each mistake is answered with its place, its cause and a remedy, and with no traceback."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mistakes import CONFIG, GOOD, Mistake, configs, files, sources

ROOT = Path(__file__).parents[2]
MISTAKES: list[Mistake] = [*configs.MISTAKES, *sources.MISTAKES, *files.MISTAKES]
# In a process of its own, which takes seconds: all is imported before its file is read.
AS_A_USER = "a checkpoint of another model"


@pytest.fixture
def make(layout: Path, checkpoint: Path) -> Callable[..., list[str]]:
    """Returns a function that makes a mistake in a new folder, and gives its command."""

    def fill(text: str) -> str:
        return text.format(configs=ROOT / "configs", checkpoint=checkpoint)

    def make_it(mistake: Mistake, folder: Path) -> list[str]:
        shutil.copytree(layout, folder / "data")
        text = mistake.text if mistake.alone else GOOD + mistake.text
        (folder / CONFIG).write_text(fill(text), encoding="utf-8")
        if mistake.damage:
            mistake.damage(folder)
        return [fill(word) for word in mistake.command]

    return make_it


def check(mistake: Mistake, status: object, output: str) -> None:
    """Check that the answer is the one that the mistake has to get."""
    assert status == mistake.status, output
    for fragment in mistake.says:
        assert fragment in output
    assert "Traceback" not in output
    # In parentheses, a name tells what a library said; bare, it would be all that is said.
    assert not re.search(r"(?<!\()\b[A-Z]\w*(Error|Exception)\b", output), output


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_answered(
    mistake: Mistake,
    make: Callable[..., list[str]],
    tmp_path: Path,
    tool: Callable[[str], Callable[[list[str]], None]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name, *arguments = make(mistake, tmp_path)
    monkeypatch.chdir(tmp_path)
    status: object = 0
    try:
        tool(name)(arguments)
    except SystemExit as stopped:
        status = stopped.code
    output = capsys.readouterr()
    check(mistake, status, output.out + output.err)


def test_a_mistake_is_answered_as_a_user_makes_it(
    make: Callable[..., list[str]], tmp_path: Path
) -> None:
    (mistake,) = (mistake for mistake in MISTAKES if mistake.name == AS_A_USER)
    tool, *arguments = make(mistake, tmp_path)
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / f"{tool}.py"), *arguments],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    check(mistake, done.returncode, done.stdout)


def test_the_table_names_each_mistake_once_and_is_long() -> None:
    names = [mistake.name for mistake in MISTAKES]
    assert len(names) == len(set(names)) >= 90

"""The command ``digitdet`` as a shell calls it."""

import re
import subprocess
import sys
from importlib import metadata

import pytest

import digitdet
from digitdet.commands.main import main

# The test of the entry point is one of a process that imports nothing heavy.
PROGRAM = """
import sys
from digitdet.commands.main import main
try:
    main(sys.argv[1:])
finally:
    print("heavy:", [m for m in ("torch", "numpy", "PIL", "mmengine", "rich") if m in sys.modules])
"""


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"digitdet {digitdet.__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["raed", "a.png"], ["read"], ["doctor", "a.png"]])
def test_wrong_arguments_are_status_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert capsys.readouterr().err.startswith("usage: digitdet")


@pytest.mark.parametrize("arguments", [["--help"], ["read", "--help"], ["doctor", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    command = [sys.executable, "-c", PROGRAM, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("usage: digitdet")
    assert done.stdout.endswith("heavy: []\n")


def test_python_m_digitdet_is_the_command() -> None:
    command = [sys.executable, "-m", "digitdet", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"digitdet {digitdet.__version__}\n"


def test_the_command_is_installed_with_the_package() -> None:
    points = metadata.entry_points(group="console_scripts", name="digitdet")
    if not points:
        pytest.skip("digitdet was installed before it had a command; install it again")
    assert {point.load() for point in points} == {main}


def test_the_help_names_each_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    assert re.findall(r"^    (\w+) ", capsys.readouterr().out, re.MULTILINE) == ["read", "doctor"]

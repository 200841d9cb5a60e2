"""The package is found from wherever a program runs."""

import os
import subprocess
import sys
from pathlib import Path

import digitdet


def test_a_folder_of_the_same_name_does_not_hide_the_package(tmp_path: Path) -> None:
    """As the clone itself, in the folder where a first program is written."""
    (tmp_path / "digitdet").mkdir()
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONSAFEPATH"}
    done = subprocess.run(
        [sys.executable, "-c", "import digitdet; print(digitdet.__file__)"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == digitdet.__file__, done.stderr

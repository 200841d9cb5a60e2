"""One folder, one training."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from digitdet.folder_lock import LOCK_FILE, held_folder, is_held

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is held there")


def _hold_and_fork(folder: Path) -> None:
    """Hold a folder for ever, with a child as a loader's worker is one."""
    with held_folder(folder):
        worker = os.fork()
        if worker:
            (folder / "part").write_text(str(worker))
            (folder / "part").rename(folder / "worker")
        time.sleep(60)


def test_a_folder_that_nobody_holds_is_made_and_held(tmp_path: Path) -> None:
    for _ in range(2):
        with held_folder(tmp_path / "run"):
            assert (tmp_path / "run" / LOCK_FILE).read_text() == f"{os.getpid()}\n"


def test_a_folder_is_refused_while_another_process_trains_there(tmp_path: Path) -> None:
    child = os.fork()
    if not child:
        _hold_and_fork(tmp_path)
        os._exit(0)
    try:
        while not (tmp_path / "worker").is_file():
            time.sleep(0.01)
        assert is_held(tmp_path)
        said = f"{tmp_path}: another training is running in this folder, process {child}; wait"
        with pytest.raises(ValueError, match=re.escape(said)), held_folder(tmp_path):
            pass
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    worker = int((tmp_path / "worker").read_text())
    assert not is_held(tmp_path)
    with held_folder(tmp_path):  # though the worker is there
        os.kill(worker, signal.SIGKILL)


def test_asking_whether_a_folder_is_held_neither_takes_nor_frees_it(tmp_path: Path) -> None:
    assert not is_held(tmp_path / "missing")
    assert not is_held(tmp_path)
    with held_folder(tmp_path):
        assert is_held(tmp_path)
        assert _asked_by_another(tmp_path)  # still, though this process has asked
    assert not is_held(tmp_path)
    assert not _asked_by_another(tmp_path)


def _asked_by_another(folder: Path) -> bool:
    program = "import sys; from pathlib import Path; from digitdet.folder_lock import is_held\n"
    program += "print(is_held(Path(sys.argv[1])))"
    command = [sys.executable, "-c", program, str(folder)]
    return subprocess.run(command, capture_output=True, text=True).stdout == "True\n"

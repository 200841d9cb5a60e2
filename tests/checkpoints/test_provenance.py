"""Versions and git state; git itself is the oracle."""

import os
import subprocess
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from digitdet.checkpoints import provenance
from digitdet.checkpoints.provenance import git_state, versions

Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """A repository in ``tmp_path / "work"``; returns a function that runs git in it."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    folder = tmp_path / "work"
    folder.mkdir()

    def run(*arguments: str) -> str:
        name = ("-c", "user.name=a", "-c", "user.email=a@b")
        command = ["git", *name, *arguments]
        return subprocess.run(
            command, cwd=folder, check=True, capture_output=True, text=True
        ).stdout.strip()

    run("init", "-q")
    return run


def test_a_folder_outside_a_repository_has_no_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git_state(tmp_path) is None
    assert git_state(tmp_path / "none") is None


def test_a_repository_without_a_commit_has_no_state(tmp_path: Path, git: Git) -> None:
    assert git("status", "--porcelain") == ""
    assert git_state(tmp_path / "work") is None


def test_commit_and_changes_are_gits_own(tmp_path: Path, git: Git) -> None:
    file = tmp_path / "work" / "inner" / "a.txt"
    file.parent.mkdir()
    file.write_text("1")
    git("add", ".")
    git("commit", "-qm", "one")
    expected = {"commit": git("rev-parse", "HEAD"), "has_changes": False}
    assert git_state(file.parent) == expected
    (tmp_path / "work" / "results.txt").touch()  # a run's own results are no change
    assert git_state(file.parent) == expected
    file.write_text("2")
    assert git_state(file.parent) == {**expected, "has_changes": True}


def test_without_git_there_is_no_state(
    tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("commit", "-qm", "one", "--allow-empty")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_state(tmp_path / "work") is None


@pytest.mark.skipif(os.name != "posix", reason="the slow git is a shell script")
def test_a_slow_git_is_not_waited_for(
    tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("commit", "-qm", "one", "--allow-empty")
    commit = git("rev-parse", "HEAD")
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text(f"#!/bin/sh\n[ $1 = status ] && exec sleep 60\necho {commit}\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(slow.parent), prepend=os.pathsep)
    monkeypatch.setattr(provenance, "PATIENCE", 0.5)
    start = time.monotonic()
    assert git_state(tmp_path / "work") == {"commit": commit, "has_changes": None}
    assert time.monotonic() - start < 30


def test_versions_are_those_of_the_installed_packages() -> None:
    found = versions()
    assert found.pop("python")[:2] == "3."
    for name in ("digitdet", "mmengine", "numpy"):
        assert found[name] == version(name)
    assert set(found) == {"digitdet", "mmengine", "numpy", "torch", "torchvision"}

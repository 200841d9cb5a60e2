"""Where a run comes from: versions of what computes, and the state of its source code."""

import os
import platform
import subprocess
from pathlib import Path
from typing import TypedDict

import mmengine
import numpy as np
import torch
import torchvision

from digitdet import __version__

PATIENCE = 5.0  # seconds that git may take for an answer; a large tree on a slow disk takes long


class GitState(TypedDict):
    """The state of a working tree.

    Attributes:
        commit: The hash of its commit.
        has_changes: Whether files that git knows differ from it; None where git took too long.
    """

    commit: str
    has_changes: bool | None


def versions() -> dict[str, str]:
    """Return name and version of what a result depends on."""
    return {
        "digitdet": __version__,
        "mmengine": mmengine.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "torchvision": torchvision.__version__,
    }


def git_state(folder: Path) -> GitState | None:
    """Return commit and state of the git repository that a folder is in.

    Args:
        folder: The folder.

    Returns:
        The state; None outside a repository, before its first commit, and without git.
    """
    commit = _ask_git(folder, "rev-parse", "--verify", "HEAD")
    if commit is None:
        return None
    changes = _ask_git(folder, "status", "--porcelain", "--untracked-files=no")
    return GitState(commit=commit, has_changes=None if changes is None else bool(changes))


def _ask_git(folder: Path, *arguments: str) -> str | None:
    """Return git's answer, or None where there is none."""
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}  # reads alone, also while others write
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode(errors="replace").strip()

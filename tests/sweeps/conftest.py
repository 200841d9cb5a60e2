"""What the tests of sweeps share."""

from pathlib import Path

import pytest
from sweeps.toys import write_toy

pytest.importorskip("optuna", reason="Optuna is not installed")


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The config of a training of a moment."""
    return write_toy(tmp_path_factory.mktemp("toy"))

"""What it takes that the same bits come out again."""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager

from digitdet.checkpoints.random_states import capture, restore

CUBLAS = "CUBLAS_WORKSPACE_CONFIG"
# Of cuBLAS's own documentation on reproducible results: eight buffers of 4 MiB, or of 16 KiB.
REPEATABLE = (":4096:8", ":16:8")


def prepare_cublas(environment: MutableMapping[str, str]) -> None:
    """Give cuBLAS a workspace with which products of matrices repeat bit for bit.

    It is read when a process first multiplies on CUDA, so this has to come before.

    Args:
        environment: The process's environment; it is changed where it says nothing.

    Raises:
        ValueError: If it says another workspace.
    """
    value = environment.setdefault(CUBLAS, REPEATABLE[0])
    if value not in REPEATABLE:
        raise ValueError(
            f"randomness.deterministic=True: with {CUBLAS}={value!r} products of matrices do not "
            f"repeat on CUDA; unset the variable, or set it to {' or '.join(REPEATABLE)}"
        )


@contextmanager
def restored_randomness() -> Iterator[None]:
    """Restore the states of Python's, NumPy's and torch's generators, CUDA's too."""
    states = capture()
    try:
        yield
    finally:
        restore(states)

"""Computing with one thread for a while."""

import pytest
import torch

from digitdet.threads import one_thread


def _fail_with_one_thread() -> None:
    with one_thread():
        raise RuntimeError(f"threads: {torch.get_num_threads()}")


@pytest.mark.parametrize("threads", [1, 3])
def test_the_number_of_threads_is_put_back_even_after_an_error(threads: int) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with pytest.raises(RuntimeError, match="threads: 1"):
            _fail_with_one_thread()
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)

"""Decoded pictures in shared memory."""

import multiprocessing
import pickle

import numpy as np
import pytest

from digitdet.datasets.ram_cache import RamCache


def picture(value: int, height: int = 4, width: int = 5) -> np.ndarray:
    return np.full((3, height, width), value, dtype=np.uint8)


def test_an_empty_cache_holds_nothing() -> None:
    cache = RamCache(2, max_bytes=1000)
    assert cache.get(0) is None
    assert cache.num_bytes == 0
    RamCache(0, max_bytes=0)


@pytest.mark.parametrize("max_bytes", [2**60, 2**70])
def test_more_than_the_machine_has_is_refused_with_a_remedy(max_bytes: int) -> None:
    with pytest.raises(ValueError, match=f"no {max_bytes} bytes of memory .*smaller cache_bytes"):
        RamCache(1, max_bytes)


def test_what_is_put_is_held() -> None:
    cache = RamCache(3, max_bytes=1000)
    cache.put(2, picture(7))
    cache.put(0, picture(9, 2, 3))
    for index, expected in ((2, picture(7)), (0, picture(9, 2, 3)), (2, picture(7))):
        np.testing.assert_array_equal(cache.get(index), expected)
    assert cache.get(1) is None
    assert cache.num_bytes == 60 + 18


def test_the_first_picture_at_a_position_stays() -> None:
    cache = RamCache(1, max_bytes=1000)
    cache.put(0, picture(7))
    cache.put(0, picture(8))
    np.testing.assert_array_equal(cache.get(0), picture(7))
    assert cache.num_bytes == 60


@pytest.mark.parametrize("room", [0, 59])
def test_what_has_no_room_is_left_out_and_smaller_pictures_still_go_in(room: int) -> None:
    cache = RamCache(3, max_bytes=60 + room)
    cache.put(0, picture(1))
    cache.put(1, picture(2))
    cache.put(2, picture(3, 1, 1))
    assert cache.get(0) is not None
    assert cache.get(1) is None
    assert (cache.get(2) is not None) == (room > 0)
    assert cache.num_bytes <= 60 + room


def test_a_forked_worker_fills_the_cache_for_all() -> None:
    cache = RamCache(2, max_bytes=1000)
    worker = multiprocessing.get_context("fork").Process(target=cache.put, args=(1, picture(6)))
    worker.start()
    worker.join()
    np.testing.assert_array_equal(cache.get(1), picture(6))


def test_a_pickled_copy_begins_empty_and_has_the_same_limit() -> None:
    cache = RamCache(2, max_bytes=100)
    cache.put(0, picture(1))
    copy = pickle.loads(pickle.dumps(cache))
    assert copy.get(0) is None
    copy.put(0, picture(2))
    copy.put(1, picture(3))
    assert copy.num_bytes == 60
    np.testing.assert_array_equal(cache.get(0), picture(1))

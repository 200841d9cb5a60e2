"""Decoded pictures in one mapped file."""

import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitdet.datasets.disk_cache import DiskCache

Pixels = np.ndarray[Any, np.dtype[np.uint8]]


class Folder:
    """Some files, and a reader of them that counts what it decodes, also in other processes."""

    def __init__(self, tmp_path: Path) -> None:
        self.files = [tmp_path / "data" / f"{number}.png" for number in range(4)]
        self.cache_dir = tmp_path / "cache" / "of pictures"
        self.log = tmp_path / "log"
        self.log.touch()
        (tmp_path / "data").mkdir()
        for number, file in enumerate(self.files):
            file.write_bytes(bytes([number]))

    def read(self, index: int) -> Pixels:
        with self.log.open("a") as log:
            log.write(f"{index}\n")
        value = self.files[index].read_bytes()
        if value == b"broken":
            raise ValueError("can't be decoded")
        return np.full((3, 2 + index, 5), value[0], dtype=np.uint8)

    def open(self, max_bytes: int = 10_000) -> DiskCache:
        return DiskCache(self.files, self.cache_dir, max_bytes, self.read)

    def decoded(self) -> list[int]:
        """What was decoded since the last time."""
        lines = self.log.read_text().split()
        self.log.write_text("")
        return sorted(map(int, lines))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def assert_holds_all(cache: DiskCache, folder: Folder) -> None:
    for index in range(len(folder.files)):
        np.testing.assert_array_equal(cache.get(index), folder.read(index))


def test_a_folder_without_pictures_makes_an_empty_cache(tmp_path: Path) -> None:
    for _ in range(2):
        DiskCache([], tmp_path, 10, Folder.read)  # type: ignore[arg-type]


def test_each_picture_is_decoded_once_for_all_runs(folder: Folder) -> None:
    first = folder.open()
    assert folder.decoded() == [0, 1, 2, 3]
    second = folder.open()
    assert folder.decoded() == []
    assert_holds_all(first, folder)
    assert_holds_all(second, folder)
    assert first.file == second.file
    assert first.file.parent == folder.cache_dir


def test_nothing_is_written_beside_the_pictures_and_nothing_is_left_over(folder: Folder) -> None:
    cache = folder.open()
    assert sorted(folder.files[0].parent.iterdir()) == folder.files
    assert {file.suffix for file in cache.file.parent.iterdir()} == {".pictures", ".lock"}


def test_the_cache_cannot_be_written_to(folder: Folder) -> None:
    pixels = folder.open().get(0)
    assert pixels is not None
    with pytest.raises(ValueError, match="read-only"):
        pixels[0] = 1


@pytest.mark.parametrize("same_size", [True, False])
def test_a_changed_picture_makes_it_anew(folder: Folder, same_size: bool) -> None:
    folder.open()
    folder.decoded()
    folder.files[1].write_bytes(b"\x09" if same_size else b"\x09\x09")
    os.utime(folder.files[1], ns=(1, folder.files[0].stat().st_mtime_ns + 5_000_000))
    cache = folder.open()
    assert folder.decoded() == [0, 1, 2, 3]
    assert_holds_all(cache, folder)


def test_other_pictures_have_a_file_of_their_own(folder: Folder) -> None:
    cache = folder.open()
    other = DiskCache(folder.files[:2], folder.cache_dir, 10_000, folder.read)
    assert other.file != cache.file
    folder.decoded()
    folder.open()
    assert folder.decoded() == []


def _shorten(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def _lengthen(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"0")


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _fill(file: Path) -> None:
    file.write_bytes(b"no array at all" * 100)


def _keep_head(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:170])


def _pickle(file: Path) -> None:
    file.write_bytes(pickle.dumps(["harm"]))


@pytest.mark.parametrize("damage", [_shorten, _lengthen, _empty, _fill, _keep_head, _pickle])
def test_a_damaged_cache_is_made_anew(folder: Folder, damage: Callable[[Path], None]) -> None:
    damage(folder.open().file)
    folder.decoded()
    cache = folder.open()
    assert folder.decoded() == [0, 1, 2, 3]
    assert_holds_all(cache, folder)


def test_a_picture_that_cannot_be_decoded_is_left_out(folder: Folder) -> None:
    folder.files[1].write_bytes(b"broken")
    cache = folder.open()
    assert cache.get(1) is None
    cache.put(1, np.zeros((3, 1, 1), np.uint8))
    assert cache.get(1) is None
    np.testing.assert_array_equal(cache.get(2), folder.read(2))


def test_a_missing_picture_is_left_out_until_it_comes(folder: Folder) -> None:
    content = folder.files[3].read_bytes()
    folder.files[3].unlink()
    assert folder.open().get(3) is None
    folder.files[3].write_bytes(content)
    assert_holds_all(folder.open(), folder)


def test_pixels_beyond_the_limit_are_left_out(folder: Folder) -> None:
    cache = folder.open(max_bytes=30 + 45)  # the first two
    assert [cache.get(index) is not None for index in range(4)] == [True, True, False, False]
    assert cache.file.stat().st_size < 30 + 45 + 1000
    assert folder.open(max_bytes=0).get(0) is None


def test_an_interrupted_making_leaves_nothing_and_the_next_run_makes_it(folder: Folder) -> None:
    def interrupt(index: int) -> Pixels:
        if index == 2:
            raise KeyboardInterrupt
        return folder.read(index)

    with pytest.raises(KeyboardInterrupt):
        DiskCache(folder.files, folder.cache_dir, 10_000, interrupt)
    assert {file.suffix for file in folder.cache_dir.iterdir()} == {".lock"}
    assert_holds_all(folder.open(), folder)


def test_what_a_killed_run_left_is_removed(folder: Folder) -> None:
    context = multiprocessing.get_context("fork")

    def die(index: int) -> Pixels:
        if index == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return folder.read(index)

    arguments = (folder.files, folder.cache_dir, 10_000, die)
    run = context.Process(target=DiskCache, args=arguments)
    run.start()
    run.join()
    assert list(folder.cache_dir.glob("*.part"))
    assert_holds_all(folder.open(), folder)
    assert {file.suffix for file in folder.cache_dir.iterdir()} == {".pictures", ".lock"}


def test_a_run_that_uses_the_old_file_goes_on_with_it(folder: Folder) -> None:
    old = folder.open()
    expected = [folder.read(index) for index in range(4)]
    folder.files[0].write_bytes(b"\x20\x20")
    assert_holds_all(folder.open(), folder)
    for index in range(4):
        np.testing.assert_array_equal(old.get(index), expected[index])


def test_two_runs_at_once_decode_once(folder: Folder) -> None:
    context = multiprocessing.get_context("fork")
    runs = [context.Process(target=folder.open) for _ in range(4)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert [run.exitcode for run in runs] == [0] * 4
    assert folder.decoded() == [0, 1, 2, 3]
    assert_holds_all(folder.open(), folder)


def test_a_pickled_copy_maps_the_same_file(folder: Folder) -> None:
    cache = folder.open()
    folder.decoded()
    text = pickle.dumps(cache)
    assert len(text) < 1000
    copy = pickle.loads(text)
    assert folder.decoded() == []
    assert_holds_all(copy, folder)
    cache.file.unlink()
    assert pickle.loads(text).get(0) is None


def test_a_folder_that_cannot_be_written_is_named_with_a_remedy(folder: Folder) -> None:
    folder.cache_dir.parent.write_text("a file")
    with pytest.raises(ValueError, match=r"cache.*can't be written .*cache='ram'"):
        folder.open()

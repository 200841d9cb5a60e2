"""Reading of JSON files of any origin."""

import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from fuzzing import judge
from hypothesis import given
from hypothesis import strategies as st

from digitdet.datasets.json_files import read_json, short

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


def _write(folder: Path, content: bytes, name: str = "a.json") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


@pytest.mark.parametrize("content", ["[]", "{}", '""', "0"])
def test_empty_values_are_read(tmp_path: Path, content: str) -> None:
    assert read_json(_write(tmp_path, content.encode())) == json.loads(content)


@given(VALUES)
def test_a_value_comes_back_from_any_encoding(
    tmp_path_factory: pytest.TempPathFactory, value: Any
) -> None:
    folder = tmp_path_factory.mktemp("json")
    text = json.dumps(value)
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"):
        assert read_json(_write(folder, text.encode(encoding))) == value
    assert read_json(_write(folder, gzip.compress(text.encode()), "a.json.gz")) == value


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "Expecting value"),
        (b"{", "Expecting property name"),
        (b'{"a": 1} x', "Extra data"),
        ('["é"]'.encode("latin-1"), "can't decode byte"),
        (b"[" * 100_000, "recursion"),
        (b'{"a":' * 100_000, "recursion"),
        (b"[" + b"9" * 5000 + b"]", "Exceeds the limit"),
        (b'{"a": 1, "b": 2, "a": 3}', "the key 'a' stands twice in one object"),
        (b'[{"b": {"c": 1, "c": 1}}]', "the key 'c' stands twice"),
        (b'{"\\u0061": 1, "a": 1}', "the key 'a' stands twice"),
    ],
)
def test_what_is_not_strict_json_is_refused_with_file_and_reason(
    tmp_path: Path, content: bytes, what: str
) -> None:
    file = _write(tmp_path, content)
    with pytest.raises(ValueError, match=what) as caught:
        read_json(file)
    assert str(caught.value).startswith(f"{file}: is not readable as JSON (")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("tail", [b"x", b"\0\0x", b"\x1f\x8b", gzip.compress(b"1", mtime=0)])
def test_gzip_with_more_behind_it_is_refused(tmp_path: Path, tail: bytes) -> None:
    file = _write(tmp_path, gzip.compress(b"[]") + tail, "a.json.gz")
    with pytest.raises(ValueError, match=r"a\.json\.gz: is not readable as JSON"):
        read_json(file)


def test_gzip_that_unpacks_to_gigabytes_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    """8 GiB of spaces: gzip takes parts that stand one behind the other."""
    part = gzip.compress(b" " * 2**24)
    file = _write(tmp_path, part * 512, "a.json.gz")
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"a\.json\.gz: .*unpacks to more than 536870912 bytes"):
        read_json(file)
    assert tracemalloc.get_traced_memory()[1] < 2**29 + 2**25
    tracemalloc.stop()


def test_a_file_of_more_values_than_fit_the_memory_is_refused(tmp_path: Path) -> None:
    """A packed file of 49 kB that would become 16 million lists."""
    file = _write(tmp_path, gzip.compress(b"[" + b"[]," * 2**24 + b"0]"), "a.json.gz")
    with pytest.raises(
        ValueError, match=rf"a\.json\.gz: .*holds {2**25 + 1} values, above {2**25}"
    ):
        read_json(file)


def test_a_repeated_key_behind_many_others_is_found_soon(tmp_path: Path) -> None:
    keys = ", ".join(f'"{number}": 0' for number in range(200_000))
    file = _write(tmp_path, f'{{{keys}, "199999": 1}}'.encode())
    refusal = judge(lambda: read_json(file), tmp_path)
    assert "the key '199999' stands twice" in str(refusal)


def test_a_value_is_shown_in_bounded_length() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for value in (deep, "x" * 10**6, list(range(10**5)), {str(n): n for n in range(999)}, 10**9999):
        assert len(short(value)) < 300
    assert short([1, 2.5, "a\n"]) == "[1, 2.5, 'a\\n']"

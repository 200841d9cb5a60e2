"""Whatever stands in a submission, checking it gives faults, never an error of a library."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitdet.evaluation.submissions.archives import Deliverables, read_zip
from digitdet.evaluation.submissions.pictures import Graded, load_graded
from digitdet.evaluation.submissions.review import Review, review
from digitdet.readers import LeftToRightReader

from .conftest import clean_csv, clean_entries, pack

NAMES = {"pred.json": "pred.json", "pred.csv": "pred.csv"}
NUMBERS = st.one_of(
    st.integers(-2, 130), st.floats(), st.sampled_from([10**400, -(2**63), 2**63, True, "1", None])
)
VALUES = st.recursive(
    NUMBERS | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
ENTRIES = st.fixed_dictionaries(
    {},
    optional={
        "image_id": st.integers(0, 11) | VALUES,
        "bbox": st.lists(NUMBERS, min_size=4, max_size=4) | VALUES,
        "score": st.floats(0, 1) | VALUES,
        "category_id": st.integers(0, 11) | VALUES,
        "x": VALUES,
    },
)
LINES = st.lists(
    st.tuples(
        st.integers(0, 11).map(str) | st.text(max_size=3), st.text("0123456789-. \"',", max_size=4)
    ),
    max_size=12,
)


@pytest.fixture(scope="module")
def graded(pictures: Path) -> Graded:
    return load_graded(pictures)


def _review(found: Deliverables, graded: Graded) -> Review:
    result = review(found, graded, LeftToRightReader())
    assert all(fault.count >= len(fault.examples) > 0 for fault in result.faults)
    assert all(len(example) < 4000 for fault in result.faults for example in fault.examples)
    return result


@given(content=st.lists(ENTRIES | VALUES, max_size=14) | VALUES, lines=LINES)
@settings(max_examples=150)
def test_any_entries_and_lines_are_judged(content: Any, lines: Any, graded: Graded) -> None:
    text = "\n".join(["image_id,pred_label", *map(",".join, lines)])
    contents = {
        "pred.json": json.dumps(content).encode(),
        "pred.csv": text.encode("utf-8", "surrogatepass"),
    }
    result = _review(Deliverables(contents, NAMES), graded)
    # A picture of which no line tells is always missed.
    told = {line[0] for line in lines}
    if result.lines is not None and told.isdisjoint(map(str, range(1, 11))):
        assert "picture_missing" in {fault.code for fault in result.faults}


@given(damage=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6))
@settings(max_examples=150)
def test_a_zip_of_damaged_bytes_is_judged(
    damage: list[tuple[float, int]], graded: Graded, packed: Callable[[bytes], Path], clean: bytes
) -> None:
    content = bytearray(clean)
    for share, byte in damage:
        content[min(int(share * len(content)), len(content) - 1)] = byte
    found = read_zip(packed(bytes(content)))
    result = _review(found, graded)
    assert result.num_errors or found.contents == _contents(clean, packed)


def _contents(clean: bytes, packed: Callable[[bytes], Path]) -> dict[str, bytes]:
    with zipfile.ZipFile(packed(clean)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a clean zip."""
    file = tmp_path_factory.mktemp("clean") / "a.zip"
    content = json.dumps(clean_entries()).encode()
    return pack(file, [("pred.json", content), ("pred.csv", clean_csv().encode())]).read_bytes()


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], Path]:
    """Returns a function that writes bytes to a file."""
    file = tmp_path_factory.mktemp("damaged") / "a.zip"

    def write(content: bytes) -> Path:
        file.write_bytes(content)
        return file

    return write

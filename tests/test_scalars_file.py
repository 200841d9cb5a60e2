"""The table of what a run logged, cut and continued."""

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from digitdet.scalars_file import HEADER, Extent, Row, begin, go_on

FIRST: list[Row] = [(1, 1, "train/loss", 0.1), (1, 1, "train/lr", 0.02)]
SECOND: list[Row] = [(2, 1, "train/loss", 1 / 3)]


def write(file: Path, *steps: Sequence[Row]) -> list[Extent]:
    """Write a file, and return how far it went after its header and after each step."""
    table, _ = begin(file)
    extents = [table.sync()]
    for rows in steps:
        table.append(rows)
        extents.append(table.sync())
    table.close()
    return extents


def test_a_file_without_rows_is_its_header(tmp_path: Path) -> None:
    file = tmp_path / "scalars.csv"
    (tmp_path / ".scalars.csv.0a1b2c3d.part").touch()  # of a start that was killed
    (extent,) = write(file)
    assert list(tmp_path.iterdir()) == [file]
    assert file.read_bytes() == b"step,epoch,name,value\n"
    assert extent["bytes"] == 22


@pytest.mark.parametrize("rows", [[], [FIRST], [FIRST, SECOND]])
def test_rows_are_in_the_file_at_once(rows: list[list[Row]], tmp_path: Path) -> None:
    table, said = begin(tmp_path / "scalars.csv")
    for step in rows:
        table.append(step)
    with (tmp_path / "scalars.csv").open(newline="", encoding="utf-8") as stream:
        header, *read = csv.reader(stream)
    assert tuple(header) == HEADER
    expected = [row for step in rows for row in step]
    assert [(int(s), int(e), n, float(v)) for s, e, n, v in read] == expected
    assert said == ""
    table.close()


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("", 0, "3,2,,0"),
        ("val/count", 7, "3,2,val/count,7"),
        ("val/map", 0.1 + 0.2, "3,2,val/map,0.30000000000000004"),
        ("val/map", 1e-300, "3,2,val/map,1e-300"),
        ("val/map", float("nan"), "3,2,val/map,nan"),
        ("val/map", float("-inf"), "3,2,val/map,-inf"),
        ("val/a,b", 1.0, '3,2,"val/a,b",1.0'),
        ('val/"a"', 1.0, '3,2,"val/""a""",1.0'),
        ("val/größe", 1.0, "3,2,val/größe,1.0"),
    ],
)
def test_values_are_written_as_python_writes_them(
    name: str, value: float, line: str, tmp_path: Path
) -> None:
    write(tmp_path / "scalars.csv", [(3, 2, name, value)])
    assert (tmp_path / "scalars.csv").read_bytes().split(b"\n")[1:] == [line.encode(), b""]


@pytest.mark.parametrize("steps", [0, 1, 2])
@pytest.mark.parametrize("torn", [b"", b"3,1,train/lo"])
def test_what_is_beyond_the_checkpoint_is_cut_off(torn: bytes, steps: int, tmp_path: Path) -> None:
    file = tmp_path / "scalars.csv"
    extents = write(file, FIRST, SECOND)
    whole = file.read_bytes()
    file.write_bytes(whole + torn)
    table, said = go_on(file, file, extents[steps])
    assert table.sync() == extents[steps]
    for rows in (FIRST, SECOND)[steps:]:
        table.append(rows)
    assert table.sync() == extents[2]
    assert file.read_bytes() == whole
    assert said == ""
    assert list(tmp_path.iterdir()) == [file]


def test_rows_of_another_folder_are_copied(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    old, new = tmp_path / "scalars.csv", tmp_path / "new" / "scalars.csv"
    extents = write(old, FIRST, SECOND)
    whole = old.read_bytes()
    table, said = go_on(new, old, extents[1])
    table.append(SECOND)
    assert old.read_bytes() == new.read_bytes() == whole
    assert said == ""
    table, said = go_on(new, old, extents[1])  # stopped before its first checkpoint
    assert new.read_bytes() == whole[: extents[1]["bytes"]]
    assert said == ""


def test_what_another_run_left_in_the_folder_is_kept(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    old, new = tmp_path / "scalars.csv", tmp_path / "new" / "scalars.csv"
    extents = write(old, FIRST)
    new.write_text("of another run", encoding="utf-8")
    _, said = go_on(new, old, extents[1])
    assert said == f"{new}: what was there is kept as scalars_1.csv"
    assert new.read_bytes() == old.read_bytes()
    assert (tmp_path / "new" / "scalars_1.csv").read_text(encoding="utf-8") == "of another run"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "is not there"),
        (b"", "ends after 0 bytes, but the checkpoint's rows after 59"),
        (b"step,epoch,name,value\n1,1,train/loss,0.1\n", "ends after 41 bytes, but "),
        (b"step,epoch,name,value\n1,1,train/loss,0.2\n1,1,train/lr,0.02\n", "holds other rows"),
        (b"step,epoch,name,value\r\n1,1,train/loss,0.1\r\n1,1,train/lr,0.02\r\n", "holds other"),
    ],
)
def test_a_file_that_lacks_the_rows_is_kept_and_a_new_one_begun(
    content: bytes | None, reason: str, tmp_path: Path
) -> None:
    file = tmp_path / "scalars.csv"
    extents = write(file, FIRST)
    file.unlink() if content is None else file.write_bytes(content)
    table, said = go_on(file, file, extents[1])
    table.append(SECOND)
    assert said.startswith(f"{file}: begins here, without the steps before: {file} {reason}")
    assert file.read_bytes() == b"step,epoch,name,value\n2,1,train/loss,0.3333333333333333\n"
    kept = tmp_path / "scalars_1.csv"
    assert (kept.read_bytes() if kept.exists() else None) == content
    assert ("kept as scalars_1.csv" in said) == (content is not None)
    new = table.sync()
    table.close()
    assert go_on(file, file, new)[1] == ""


def test_rows_that_are_in_neither_folder_are_told_of_both(tmp_path: Path) -> None:
    new, old = tmp_path / "new.csv", tmp_path / "old.csv"
    old.touch()
    _, said = go_on(new, old, Extent(bytes=30, crc32=0))
    assert f"{new} is not there and {old} ends after 0 bytes" in said
    assert old.read_bytes() == b""


def test_a_checkpoint_that_says_nothing_of_rows_begins_a_file(tmp_path: Path) -> None:
    file = tmp_path / "scalars.csv"
    _, said = go_on(file, file, None)
    assert said == f"{file}: begins here, as the checkpoint was saved without one."
    _, said = go_on(file, file, None)
    assert said.endswith("saved without one. " + f"{file}: what was there is kept as scalars_1.csv")


def test_each_new_file_leaves_those_before_it(tmp_path: Path) -> None:
    for number in range(3):
        _, said = begin(tmp_path / "scalars.csv")
        (tmp_path / "scalars.csv").write_text(str(number), encoding="utf-8")
    assert said.endswith("kept as scalars_2.csv")
    for name, text in (("scalars_1", "0"), ("scalars_2", "1"), ("scalars", "2")):
        assert (tmp_path / f"{name}.csv").read_text(encoding="utf-8") == text


def test_a_full_disk_is_told_and_what_is_torn_is_cut_off_later(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    file = tmp_path / "scalars.csv"
    table, _ = begin(file)
    table.append(FIRST)
    extent = table.sync()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (extent["bytes"] + 5, limits[1]))
    try:
        with pytest.raises(OSError, match=r"csv: can't be written .it exceeds the size") as told:
            table.append(SECOND)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "MB are free); the checkpoints are untouched. Make room and go on" in str(told.value)
    assert file.stat().st_size == extent["bytes"] + 5
    table, said = go_on(file, file, extent)
    table.append(SECOND)
    table.close()
    assert said == ""
    expected = tmp_path / "expected" / "scalars.csv"
    expected.parent.mkdir()
    write(expected, FIRST, SECOND)
    assert file.read_bytes() == expected.read_bytes()

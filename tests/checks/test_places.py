"""Where a check of data may read and write."""

from pathlib import Path

import pytest

from digitdet.checks.places import check_places


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such folder"):
        check_places(tmp_path / "missing", tmp_path / "r.json", None)


def test_new_and_empty_places_beside_the_data_are_taken(tmp_path: Path) -> None:
    for folder in ("data", "out"):
        (tmp_path / folder).mkdir()
    for out in (None, tmp_path / "out", tmp_path / "new" / "out"):
        check_places(tmp_path / "data", tmp_path / "r.json", out)


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("data", "beside"),
        ("data/out", "beside"),
        ("link/out", "beside"),
        (".", "beside"),
        ("full", "not an empty folder"),
        ("full/file", "not an empty folder"),
    ],
)
def test_a_copy_never_goes_into_the_data_or_over_other_files(
    tmp_path: Path, out: str, message: str
) -> None:
    for folder in ("data", "full"):
        (tmp_path / folder).mkdir()
    (tmp_path / "full" / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    with pytest.raises(ValueError, match=message):
        check_places(tmp_path / "data", tmp_path / "r.json", tmp_path / out)


@pytest.mark.parametrize(("file", "message"), [("data/r.json", "never changed"), (".", "a folder")])
def test_a_report_never_goes_into_the_data_or_over_a_folder(
    tmp_path: Path, file: str, message: str
) -> None:
    (tmp_path / "data").mkdir()
    with pytest.raises(ValueError, match=message):
        check_places(tmp_path / "data", tmp_path / file, None)


@pytest.mark.parametrize("file", ["out", "out/train.json"])
def test_a_report_never_goes_into_the_copy(tmp_path: Path, file: str) -> None:
    (tmp_path / "data").mkdir()
    with pytest.raises(ValueError, match="--json"):
        check_places(tmp_path / "data", tmp_path / file, tmp_path / "out")

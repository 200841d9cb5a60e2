"""What an analysis would overwrite."""

import json
from pathlib import Path

import pytest

from digitdet.analysis.outputs import MADE_BY, NAMES, check_out


def test_a_new_or_empty_folder_is_taken(tmp_path: Path) -> None:
    check_out(tmp_path / "new" / "deep", [tmp_path / "pred.json"])
    check_out(tmp_path, [tmp_path / "pred.json"])


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(ValueError, match="out: is a file; --out names a folder"):
        check_out(tmp_path / "out", [])


def test_a_folder_that_cannot_be_made_is_refused_before_all_else(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="deep: nothing can be written there"):
        check_out(tmp_path / "file" / "deep", [])


def test_what_an_earlier_analysis_wrote_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "errors.json").write_text(json.dumps({"made_by": MADE_BY}))
    for name in NAMES[1:-1]:
        (tmp_path / name).touch()
    check_out(tmp_path, [])


@pytest.mark.parametrize("content", ["[]", "{}", '{"made_by": "hand"}', "{", '"errors"'])
def test_files_of_others_are_kept(tmp_path: Path, content: str) -> None:
    (tmp_path / "errors.json").write_text(content)
    with pytest.raises(ValueError, match=r"errors\.json: is there already"):
        check_out(tmp_path, [])


@pytest.mark.parametrize("name", NAMES[1:])
def test_one_file_of_others_is_enough(tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to("nowhere")
    with pytest.raises(ValueError, match=f"{name}: is there already"):
        check_out(tmp_path, [])
    (tmp_path / name).unlink()
    check_out(tmp_path, [])


@pytest.mark.parametrize("name", [*NAMES, "cards/photographs", "cards/ann.json"])
def test_what_is_read_is_not_overwritten_even_where_an_analysis_wrote_before(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "errors.json").write_text(json.dumps({"made_by": MADE_BY}))
    with pytest.raises(ValueError, match="would be overwritten"):
        check_out(tmp_path, [tmp_path / "other.json", tmp_path / name])

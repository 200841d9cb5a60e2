"""The check of a data folder reports whatever it meets."""

import json
import os
import tempfile
from pathlib import Path

import pytest
from fuzzing import judge
from fuzzing.annotations import annotation_files
from fuzzing.folders import FAULTY, write_faulty_folder
from hypothesis import event, given, settings
from hypothesis import strategies as st

from digitdet.checks.data_check import check_data

Faults = list[tuple[str, str]]
# The folder's annotation file, or one with edits and damages.
ANNOTATIONS = st.none() | annotation_files()


def _check(folder: Path, faults: Faults, file: tuple[str, bytes] | None, fix: bool) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as base:
        root, written = Path(base, "data"), Path(base, "written")
        write_faulty_folder(root, faults)
        if file:
            (root / file[0].replace("digits", "pictures")).write_bytes(file[1])
        elif os.path.lexists(root / "digits.json"):
            (root / "digits.json").rename(root / "pictures.json")
        fix_dir = written / "fixed" if fix else None
        splits = list(root.iterdir())  # each may be a split, and a link to one
        result = judge(
            lambda: check_data(root, written / "report.json", fix_dir=fix_dir),
            root,
            [written, *splits],
        )
        if isinstance(result, Exception):
            event("refused")
            return
        event("errors" if result.num_errors else "no errors")
        content = json.loads((written / "report.json").read_text(encoding="utf-8"))
        assert content


ARGUMENTS = (st.just([]) | FAULTY, ANNOTATIONS, st.booleans())


@settings(max_examples=50, deadline=None)
@given(*ARGUMENTS)
def test_a_faulty_folder_is_reported(
    tmp_path_factory: pytest.TempPathFactory,
    faults: Faults,
    file: tuple[str, bytes] | None,
    fix: bool,
) -> None:
    _check(tmp_path_factory.getbasetemp(), faults, file, fix)


@pytest.mark.campaign
@settings(max_examples=1000, deadline=None)
@given(*ARGUMENTS)
def test_campaign_of_1000_reports(
    tmp_path_factory: pytest.TempPathFactory,
    faults: Faults,
    file: tuple[str, bytes] | None,
    fix: bool,
) -> None:
    _check(tmp_path_factory.getbasetemp(), faults, file, fix)

"""Addresses of databases in files."""

from pathlib import Path

import pytest

from digitdet.sqlite_files import sqlite_address


@pytest.mark.parametrize("name", ["plain", "two words", "50%25 done?x#y", "{seed}"])
def test_the_address_leads_to_the_file(name: str, tmp_path: Path) -> None:
    sqlalchemy = pytest.importorskip("sqlalchemy", reason="comes with the extras sweep and mlflow")
    file = tmp_path / name / "study.db"
    assert sqlalchemy.make_url(sqlite_address(file)).database == str(file)

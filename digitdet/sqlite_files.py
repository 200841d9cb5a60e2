"""Databases in files, as addresses name them."""

from pathlib import Path


def sqlite_address(file: Path) -> str:
    """Return the address of a database in a file, whatever signs its path holds.

    It needs SQLAlchemy, as those do who take such addresses.
    """
    from sqlalchemy import URL

    return str(URL.create("sqlite", database=file.absolute().as_posix()))

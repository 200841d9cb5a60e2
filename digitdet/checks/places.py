"""Decides where a check of data may read and write; imports nothing that takes long."""

from pathlib import Path


def check_places(root: Path, json_file: Path, fix_dir: Path | None) -> None:
    """Refuse places that are not there, or where writing could harm something.

    Args:
        root: The data folder.
        json_file: File of the report.
        fix_dir: Folder of the fixed copy, if one is wanted.

    Raises:
        ValueError: If the data folder is not there, something would be written into it, the folder
            of the copy is not empty, or the report would lie in that.
    """
    if not root.is_dir():
        raise ValueError(f"{root}: no such folder; name the one that holds train.json and train/")
    data = root.resolve()
    if json_file.resolve().is_relative_to(data):
        raise ValueError(
            f"{json_file}: lies in {root}, which is never changed; name another place by --json"
        )
    if json_file.is_dir():
        raise ValueError(f"{json_file}: is a folder; name a file for the report")
    if fix_dir is None:
        return
    out = fix_dir.resolve()
    if out.is_relative_to(data) or data.is_relative_to(out):
        raise ValueError(f"{fix_dir}: has to lie beside {root}, which is never changed")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f"{fix_dir}: is not an empty folder; nothing was written")
    if json_file.resolve().is_relative_to(out):
        raise ValueError(
            f"{json_file}: lies in {fix_dir}, the fixed copy; name another place by --json"
        )

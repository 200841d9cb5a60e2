"""What to say of a file that is not there."""

import difflib
from pathlib import Path

MOST_NAMES = 4
NEAR = 0.8  # likeness, 0 to 1, of a name that may be meant; train.json and valid.json have .7


def nearby(file: Path) -> str:
    """Say what there is in place of a file that is missing, as the end of a sentence.

    Args:
        file: The file, which is not there.

    Returns:
        ``"; did you mean 'FOLDER/NAME'?"``, or what files of its kind its folder holds, or that
        there is no such folder.
    """
    folder = file.parent
    if not folder.is_dir():
        return f"; there is no folder {folder}"
    try:
        names = sorted(p.name for p in folder.iterdir() if p.suffix == file.suffix and p.is_file())
    except OSError:  # a folder that may not be listed
        return f"; is it in another folder than {folder.absolute()}?"
    close = difflib.get_close_matches(file.name, names, n=1, cutoff=NEAR)
    if close:
        return f"; did you mean {str(folder / close[0])!r}?"
    if not names:
        return f"; {folder.absolute()} holds no file *{file.suffix}"
    more = ", ..." if len(names) > MOST_NAMES else ""
    return f"; {folder.absolute()} holds {', '.join(names[:MOST_NAMES])}{more}"

"""Files as a power cut leaves them: their names are there, their data only in part."""

import random
from pathlib import Path

PAGE = 4096


def tear(file: Path, draws: random.Random) -> str:
    """Damage a file as a power cut may; return how.

    A killed process tears no file: what it wrote is the kernel's. What the kernel had not yet
    written is lost with the power: the end of a file, some of its pages, or all of it.
    """
    content = file.read_bytes()
    kind = draws.choice(["emptied", "cut", "zeroed"])
    if kind == "emptied":
        torn = b""
    elif kind == "cut":
        torn = content[: draws.randrange(1, len(content))]
    else:
        pages = [at for at in range(0, len(content), PAGE) if any(content[at : at + PAGE])]
        at = draws.choice(pages)
        torn = content[:at] + bytes(len(content[at : at + PAGE])) + content[at + PAGE :]
    file.write_bytes(torn)
    return kind

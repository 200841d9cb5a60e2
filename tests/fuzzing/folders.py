"""A folder of a few pictures, whose files are missing, replaced or linked elsewhere."""

import io
import json
import os
import shutil
from pathlib import Path

from hypothesis import strategies as st
from PIL import Image

HEIGHT, WIDTH = 5, 7
NAMES = ("1.png", "2.png", "sub/3.png")
ANNOTATIONS = {
    "images": [
        {"id": number, "file_name": name, "height": HEIGHT, "width": WIDTH}
        for number, name in enumerate(NAMES)
    ],
    "annotations": [{"image_id": 1, "bbox": [1, 2, 3, 2], "category_id": 4}],
    "categories": [{"id": 4, "name": "3"}],
}
PLACES = (
    *("pictures/1.png", "pictures/sub/3.png", "digits.json", "pictures", "pictures/sub"),
    *("pictures/4.png", "pictures/01.png", "pictures/x.jpg", "pictures/٣.png", "pictures/a.GIF"),
    *(
        "pictures/a\n.png",
        "pictures/\x1b[2J.png",
        "pictures/.x.png",
        "pictures/" + "9" * 250 + ".png",
    ),
    os.fsdecode(b"pictures/caf\xe9.png"),
)
FAULTS = (
    *("remove", "empty", "text", "sparse", "folder", "pipe", "device", "loop", "dangling"),
    *("leave", "leave by the parent", "leave for a folder", "stay", "stay for a folder", "picture"),
)


def _picture() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (WIDTH, HEIGHT), "gray").save(stream, "PNG")
    return stream.getvalue()


PICTURE = _picture()


def _write(folder: Path) -> None:
    (folder / "pictures" / "sub").mkdir(parents=True)
    for name in NAMES:
        (folder / "pictures" / name).write_bytes(PICTURE)
    (folder / "digits.json").write_text(json.dumps(ANNOTATIONS), encoding="utf-8")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def plant(root: Path, place: str, fault: str) -> None:
    """Put something else in a place; ``root.parent / "secret"`` is what must not be read."""
    path, secret = root / place, root.parent / "secret"
    _remove(path)
    match fault:
        case "empty" | "text" | "picture":
            path.write_bytes({"empty": b"", "text": b"version 1\n", "picture": PICTURE}[fault])
        case "sparse":
            with path.open("wb") as stream:
                stream.truncate(10**12)
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case _ if fault != "remove":
            path.symlink_to(
                {
                    "device": Path("/dev/zero"),
                    "loop": path,
                    "dangling": Path("none.png"),
                    "leave": secret / "pictures" / "1.png",
                    "leave by the parent": Path("..", "..", "secret", "pictures", "1.png"),
                    "leave for a folder": secret / "pictures",
                    "stay": root / "pictures" / "2.png",
                    "stay for a folder": root,
                }[fault]
            )


def write_faulty_folder(root: Path, faults: list[tuple[str, str]]) -> None:
    """Write a folder with faults, and beside it the folder ``secret``, not to be read."""
    _write(root)
    _write(root.parent / "secret")
    for place, fault in faults:
        if (root / place).parent.is_dir():
            plant(root, place, fault)


FAULTY = st.lists(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(FAULTS)), min_size=1, max_size=4
)

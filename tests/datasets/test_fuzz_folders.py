"""Folders whose files are missing, replaced or linked elsewhere are read or refused by name."""

import io
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from fuzzing import judge
from hypothesis import event, given, settings
from hypothesis import strategies as st
from PIL import Image

from digitdet.datasets import CocoDigits, ImageFolder

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


def _plant(root: Path, place: str, fault: str) -> None:
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


def _samples(dataset: Any, root: Path, named: list[Path]) -> list[Any]:
    if isinstance(dataset, Exception):
        return [dataset]
    return [judge(lambda i=i: dataset[i], root, named) for i in range(len(dataset))]


def _is_read(base: Path, faults: list[tuple[str, str]]) -> bool:
    """Whether all data sets of a folder are taken, and then read right."""
    root = base / "data"
    _write(root)
    _write(base / "secret")
    for place, fault in faults:
        if (root / place).parent.is_dir():
            _plant(root, place, fault)
    named = [root / "pictures", root / "digits.json"]
    readers = (
        lambda: CocoDigits("pictures", "digits.json", str(root), test_mode=True),
        lambda: CocoDigits("pictures", "digits.json", str(root)),
        lambda: ImageFolder("pictures", str(root)),
        lambda: ImageFolder("pictures/sub", str(root)),
    )
    results = [_samples(judge(reader, root, named), root, named) for reader in readers]
    taken = [[s for s in samples if not isinstance(s, Exception)] for samples in results]
    assert all(image.shape == (3, HEIGHT, WIDTH) for samples in taken for image, _ in samples)
    refusals = [[str(s) for s in samples if isinstance(s, Exception)] for samples in results]
    assert refusals[0] == refusals[1]
    return not any(refusals)


def _check(folder: Path, faults: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as base:
        event("read" if _is_read(Path(base), faults) else "refused")


faulty = given(
    st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(FAULTS)), min_size=1, max_size=4)
)


def test_a_whole_folder_is_read(tmp_path: Path) -> None:
    assert _is_read(tmp_path, [])


@settings(max_examples=100, deadline=None)
@faulty
def test_a_faulty_folder_is_read_or_refused_by_name(
    tmp_path_factory: pytest.TempPathFactory, faults: list[tuple[str, str]]
) -> None:
    _check(tmp_path_factory.getbasetemp(), faults)


@pytest.mark.campaign
@settings(max_examples=1000, deadline=None)
@faulty
def test_campaign_of_1000_faulty_folders(
    tmp_path_factory: pytest.TempPathFactory, faults: list[tuple[str, str]]
) -> None:
    _check(tmp_path_factory.getbasetemp(), faults)

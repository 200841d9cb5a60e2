"""Annotation files of a few pictures, edited and damaged."""

import copy
import gzip
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from fuzzing import damage, damages

IMAGES = [
    {"id": 7, "file_name": "1.png", "height": 6, "width": 8},
    {"id": 3, "file_name": "sub/b é.png", "height": 5, "width": 9},
    {"id": 0, "file_name": "2.png", "height": 7, "width": 7},
]
GOOD: dict[str, Any] = {
    "info": {"year": 2025},
    "images": IMAGES,
    "annotations": [
        {"id": 50, "image_id": 3, "bbox": [1, 2, 3, 2], "category_id": 10, "iscrowd": 0},
        {"id": 51, "image_id": 7, "bbox": [-1.5, 2, 30, 2.5], "category_id": 1},
        {"id": 52, "image_id": 3, "bbox": [0, 0, 2, 2], "category_id": 2, "iscrowd": 1},
        {"id": 53, "image_id": 3, "bbox": [4, 1, 2, 3], "category_id": 4, "number": 1},
    ],
    "categories": [{"id": digit + 1, "name": str(digit)} for digit in range(10)],
}
# What stands in the picture folder besides, for a file name to lead to.
TRAPS = ("out.png", "pipe.png", "loop.png", "folder.png", "device.png", "up/secret.png")
VALUES = [
    *(None, True, False, 0, -1, 1, 3, 10, 11, 0.5, -0.0, 1e-320, 2.0, 1e9, 1e308, 10**400),
    *(2**31, 2**63 - 1, 2**63, -(2**63), 2**64, float("nan"), float("inf"), -float("inf")),
    *("", "0", "3", " 3 ", "³", "٣", "NaN", "digit", "..", ".", "/", "1.png/", "./1.png", "1.PNG"),
    *("../secret.png", "sub/../1.png", "/etc/passwd", "C:\\1.png", "\\\\host\\1.png", "~/1.png"),
    *("\0", "1.png\0", "a\nb", "\x1b[2J", "\u202e1.png", "\u2028", "\ud800", "\ufeff", "数字.png"),
    *("x" * 300, "x/" * 700 + "1.png", "%s%n{0}", "None", *TRAPS),
    *([], [[]], {}, {"id": 1}, [1, 2, 3, 4], [0, 0, 1e9, 1e9], [1, 2, -3, -4], [[1, 2, 3, 4]]),
]
JSON = st.sampled_from(VALUES) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=6,
)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["replace", "delete", "copy", "swap", "wrap", "rename"]),
        st.integers(0, 10**4),
        JSON,
    ),
    max_size=3,
)
TOKENS = [
    *(b"{", b"}", b"[", b"]", b",", b'"', b"\\", b"NaN", b"-Infinity", b"1e999", b"-0", b"null"),
    *(b'"id": 7,', b'"images": [],', b"\\ud800", b"\\u0000", b"\xef\xbb\xbf", b"\xff\xfe", b"//"),
    *(b"[" * 2000, b'{"a":' * 2000, b"9" * 5000, b'{"a": 1, "a": 2}', b"\xed\xa0\x80"),
]
ENCODINGS = st.sampled_from(["utf-8"] * 6 + ["utf-8-sig", "utf-16", "utf-32-be", "latin-1"])


def _nodes(content: Any) -> Iterator[tuple[Any, Any]]:
    """Walk all containers and keys, outermost first."""
    waiting = [content]
    while waiting:
        container = waiting.pop(0)
        keys = list(container) if isinstance(container, dict) else range(len(container))
        for key in keys:
            yield container, key
            if isinstance(container[key], dict | list):
                waiting.append(container[key])


def _edit(content: Any, kind: str, position: int, value: Any) -> None:
    nodes = list(_nodes(content))
    if not nodes:
        return
    container, key = nodes[position % len(nodes)]
    match kind:
        case "replace":
            container[key] = copy.deepcopy(value)
        case "delete":
            del container[key]
        case "copy" if isinstance(container, list):
            container.insert(0, copy.deepcopy(container[key]))
        case "copy" | "rename":
            kept = container[key] if kind == "copy" else container.pop(key)
            if isinstance(container, dict):
                container[str(value)] = copy.deepcopy(kept)
        case "swap":
            other, place = nodes[(position * 7 + 3) % len(nodes)]
            container[key], other[place] = (
                copy.deepcopy(other[place]),
                copy.deepcopy(container[key]),
            )
        case _:
            container[key] = [container[key]]


@st.composite
def annotation_files(draw: st.DrawFn) -> tuple[str, bytes]:
    """Name and content of an annotation file with up to three edits and up to two damages."""
    content = copy.deepcopy(GOOD)
    for edit in draw(EDITS):
        _edit(content, *edit)
    ascii_only = draw(st.booleans())
    text = json.dumps(content, ensure_ascii=ascii_only)
    encoded = text.encode(draw(ENCODINGS), "backslashreplace")
    packed = draw(st.sampled_from([False, False, False, True]))
    changes = draw(st.just([]) | st.lists(damages(TOKENS), max_size=2))
    inner = packed and draw(st.booleans())
    if inner:
        encoded = gzip.compress(encoded)
    for change in changes:
        encoded = damage(encoded, *change)
    if packed and not inner:
        encoded = gzip.compress(encoded)
    return ("digits.json.gz" if packed else "digits.json"), encoded

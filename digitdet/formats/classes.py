"""Maps the names of classes to digits, explicitly."""

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from digitdet.datasets.json_files import short
from digitdet.formats.pictures import Collection
from digitdet.labels import DIGITS


def parse_classes(options: Sequence[str]) -> dict[str, str]:
    """Parse ``NAME=DIGIT`` texts of the command line.

    Args:
        options: Texts such as ``"zero=0"``; the digit stands behind the last ``=``.

    Returns:
        Name -> digit.

    Raises:
        ValueError: If one is not of that form, or a name stands twice.
    """
    classes: dict[str, str] = {}
    for option in options:
        name, equals, digit = option.rpartition("=")
        if not equals or not name.strip() or digit.strip() not in DIGITS:
            raise ValueError(f"--classes takes NAME=DIGIT, such as zero=0, got {option!r}")
        if name.strip() in classes:
            raise ValueError(f"--classes names {name.strip()!r} twice")
        classes[name.strip()] = digit.strip()
    return classes


def map_classes(found: Collection, classes: Mapping[str, str]) -> Collection:
    """Name each box by its digit.

    Args:
        found: What was read.
        classes: Name -> digit. A name that is a digit means itself, unless it is mapped.

    Returns:
        The same with digits for names.

    Raises:
        ValueError: If a box's class has no digit, with the list of all such; or if a mapped name is
            not among the classes.
    """
    used = Counter(box.name for picture in found.pictures for box in picture.boxes)
    known = sorted({*used, *found.classes})
    for name in classes:
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise ValueError(f"--classes: there is no class {name!r} among {short(known)}{hint}")
    digits = {**{digit: digit for digit in DIGITS}, **classes}
    unmapped = {name: count for name, count in used.items() if name not in digits}
    if unmapped:
        names = ", ".join(f"{short(name)} ({unmapped[name]} boxes)" for name in sorted(unmapped))
        example = " ".join(f"{name}=DIGIT" for name in sorted(unmapped)[:3])
        raise ValueError(
            f"classes that are no digits: {names}; map each of them: --classes {example}"
        )
    pictures = [
        replace(p, boxes=tuple(replace(box, name=digits[box.name]) for box in p.boxes))
        for p in found.pictures
    ]
    return replace(found, pictures=pictures, classes=set(DIGITS))

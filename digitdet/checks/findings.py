"""What was found wrong with a data set."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from digitdet.checks.kinds import KINDS, Kind
from digitdet.datasets.json_files import short


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        code: Its kind, a key of `KINDS`.
        file: The annotation file or folder, relative to the data root.
        detail: What exactly.
        image: Position in the file's images; None if it is about no single picture of it.
        annotation: Position in the file's annotations; None if it is about no single one.
        image_id: The picture's id, as the file has it.
        annotation_id: The annotation's id, as the file has it.
        name: The picture's file, relative to its folder, as the file has it.
    """

    code: str
    file: str
    detail: str
    image: int | None = None
    annotation: int | None = None
    image_id: Any = None
    annotation_id: Any = None
    name: Any = None

    @property
    def kind(self) -> Kind:
        """What kind it is."""
        return KINDS[self.code]

    @property
    def is_error(self) -> bool:
        """Whether its kind is an error."""
        return self.kind.severity == "error"

    @property
    def where(self) -> dict[str, int | str]:
        """File, positions, ids and name, those that are known; ready for JSON."""
        known = {key: value for key, value in vars(self).items() if value is not None}
        places = {key: known[key] for key in known if key not in ("code", "detail")}
        return {key: v if _is_plain(v) else short(v) for key, v in places.items()}

    def to_json(self) -> dict[str, Any]:
        """Return ``code``, ``severity``, ``where``, ``detail`` and ``remedy``."""
        return {
            "code": self.code,
            "severity": self.kind.severity,
            "where": self.where,
            "detail": self.detail,
            "remedy": self.kind.remedy,
        }

    def __str__(self) -> str:
        picture = f"picture {short(self.image_id)}"
        if self.image_id is None:
            picture = f"images[{self.image}]"
        if self.annotation is None:
            place = "" if self.image is None else f" {picture}:"
        else:
            name = short(self.annotation_id)
            if self.annotation_id is None:
                name = f"[{self.annotation}]"
            place = f" annotation {name}{'' if self.image is None else f' of {picture}'}:"
        return f"{self.file}:{place} {self.detail}"


def _is_plain(value: Any) -> bool:
    return type(value) is int or (isinstance(value, str) and len(value) <= 255)


def group(problems: Iterable[Problem]) -> Mapping[str, list[Problem]]:
    """Group problems by kind, in the order of `KINDS`, without kinds that were not found."""
    groups: dict[str, list[Problem]] = {code: [] for code in KINDS}
    for problem in problems:
        groups[problem.code].append(problem)
    return {code: found for code, found in groups.items() if found}

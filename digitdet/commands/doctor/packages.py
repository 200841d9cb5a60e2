"""Which packages are installed, in which versions; needs nothing but Python."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import digitdet
from digitdet.commands.doctor.findings import Finding, well, wrong

if TYPE_CHECKING:
    from packaging.requirements import Requirement

INSTALL = "pip install -e . in a clone, or pip install digitdet"
Versions = Callable[[str], str]


def check_packages(
    about: Any | None = None, version_of: Versions = metadata.version
) -> Iterator[Finding]:
    """Look at digitdet, Python, what digitdet needs, and its extras.

    Args:
        about: The metadata of digitdet, as `importlib.metadata` gives them; looked up if None.
        version_of: Returns the version of an installed package.

    Yields:
        A finding for each package, and one for the extras.
    """
    folder = Path(digitdet.__file__).parent
    here = f"{digitdet.__version__} in {folder}"
    try:
        about = about or metadata.metadata("digitdet")
    except metadata.PackageNotFoundError:
        yield wrong("digitdet", f"{here}, but not installed", INSTALL)
        yield well("python", _python())
        return
    yield _check_digitdet(here, about["Version"])
    try:
        yield _check_python(about["Requires-Python"])
        requirements = _parse(about.get_all("Requires-Dist") or [])
    except ImportError:
        yield wrong("packaging", "not installed: versions are not checked", "pip install packaging")
        return
    always = [each for each in requirements if not each.marker or each.marker.evaluate()]
    yield from (_check(requirement, version_of) for requirement in always)
    optional = [each for each in requirements if each not in always]
    yield _say_extras(about.get_all("Provides-Extra") or [], optional, version_of)


def _check_digitdet(here: str, installed: str) -> Finding:
    if installed == digitdet.__version__:
        return well("digitdet", here)
    said = f"{here}, but {installed} is what was installed"
    return wrong("digitdet", said, INSTALL)


def _python() -> str:
    return f"{platform.python_version()} in {sys.prefix}, {platform.platform()}"


def _check_python(asked: str | None) -> Finding:
    [requirement] = _parse([f"python{asked or ''}"])
    if requirement.specifier.contains(platform.python_version(), prereleases=True):
        return well("python", _python())
    said = f"{_python()}, but digitdet asks for {asked}"
    return wrong("python", said, f"make an environment with a Python {asked}")


def _parse(texts: Iterable[str]) -> list[Requirement]:
    from packaging.requirements import Requirement

    return [Requirement(text) for text in texts]


def _check(requirement: Requirement, version_of: Versions) -> Finding:
    name, asked = requirement.name, str(requirement.specifier)
    remedy = f"pip install '{name}{asked}'"
    try:
        version = version_of(name)
    except metadata.PackageNotFoundError:
        return wrong(name, "not installed", remedy)
    if requirement.specifier.contains(version, prereleases=True):
        return well(name, version)
    return wrong(name, f"{version}, but digitdet asks for {asked}", remedy)


def _say_extras(
    extras: Iterable[str], requirements: Iterable[Requirement], version_of: Versions
) -> Finding:
    there: list[str] = []
    missing: list[str] = []
    for extra in sorted(extras):
        parts = [each for each in requirements if each.marker.evaluate({"extra": extra})]  # type: ignore[union-attr]
        is_there = all(_check(part, version_of).kind == "ok" for part in parts)
        (there if is_there else missing).append(extra)
    said = ", ".join(there) or "none"
    return well("extras", f"{said}; not there: {', '.join(missing)}" if missing else said)

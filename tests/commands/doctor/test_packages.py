"""Versions are held against what digitdet asks for."""

import sys
from collections.abc import Callable
from email.message import Message
from importlib import metadata

import pytest

import digitdet
from digitdet.commands.doctor.findings import Finding
from digitdet.commands.doctor.packages import check_packages


def about(*requirements: str, python: str = ">=3.11", version: str = "") -> Message:
    """Metadata of a digitdet with the extras ``one`` and ``two``."""
    message = Message()
    message["Version"] = version or digitdet.__version__
    message["Requires-Python"] = python
    for requirement in requirements:
        message["Requires-Dist"] = requirement
    for extra in ("two", "one"):
        message["Provides-Extra"] = extra
    return message


def versions(**known: str) -> Callable[[str], str]:
    def version_of(name: str) -> str:
        if name not in known:
            raise metadata.PackageNotFoundError(name)
        return known[name]

    return version_of


def found(message: Message, **known: str) -> dict[str, Finding]:
    return {finding.what: finding for finding in check_packages(message, versions(**known))}


def test_a_package_within_its_range_is_well() -> None:
    findings = found(about("numpy>=1.26", "torch>=2.6"), numpy="2.0.1", torch="2.7.0a0+cu128")
    assert findings["numpy"] == Finding("ok", "numpy", "2.0.1")
    assert findings["torch"] == Finding("ok", "torch", "2.7.0a0+cu128")
    assert {finding.kind for finding in findings.values()} == {"ok"}


def test_a_package_outside_its_range_or_missing_is_wrong_with_the_remedy() -> None:
    findings = found(about("numpy<3,>=1.26", "rich"), numpy="1.20")
    assert findings["numpy"].kind == findings["rich"].kind == "wrong"
    assert findings["numpy"].said == "1.20, but digitdet asks for <3,>=1.26"
    assert findings["numpy"].remedy == "pip install 'numpy<3,>=1.26'"
    assert findings["rich"] == Finding("wrong", "rich", "not installed", "pip install 'rich'")


def test_a_package_for_another_platform_is_not_asked_for() -> None:
    findings = found(about("winrt>=1; sys_platform == 'none'", "rich; python_version > '3'"))
    assert "winrt" not in findings
    assert findings["rich"].kind == "wrong"


def test_an_extra_is_there_where_all_of_it_is() -> None:
    asked = about("a>=2; extra == 'one'", "b; extra == 'one'", "c>=3; extra == 'two'")
    assert found(asked, a="2", b="1", c="3")["extras"].said == "one, two"
    assert found(asked, a="2", b="1", c="2")["extras"].said == "one; not there: two"
    assert found(asked, a="2")["extras"].said == "none; not there: one, two"
    assert found(asked)["extras"].kind == "ok"


def test_a_python_outside_the_range_is_wrong() -> None:
    finding = found(about(python="<3.5"))["python"]
    assert finding.kind == "wrong"
    assert finding.said.endswith("but digitdet asks for <3.5")
    assert found(about())["python"].kind == "ok"


def test_another_digitdet_than_was_installed_is_wrong() -> None:
    finding = found(about(version="0.0.1"))["digitdet"]
    assert finding.kind == "wrong"
    assert "but 0.0.1 is what was installed" in finding.said
    assert "pip install" in finding.remedy


def test_a_digitdet_that_is_not_installed_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Message:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "metadata", missing)
    first, second = check_packages()
    assert (first.what, first.kind) == ("digitdet", "wrong")
    assert (second.what, second.kind) == ("python", "ok")


def test_without_packaging_no_version_is_checked_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "packaging.requirements", None)
    *_, finding = check_packages(about("numpy>=1.26"))
    assert (finding.what, finding.kind) == ("packaging", "wrong")


def test_this_installation_is_looked_at() -> None:
    whats = {finding.what for finding in check_packages()}
    assert {"digitdet", "python", "torch", "torchvision", "numpy", "pillow", "extras"} <= whats

"""The kinds of problems, and the page that lists them."""

from pathlib import Path

import pytest

from digitdet.checks.kinds import KINDS

PAGE = Path(__file__).parents[2] / "docs" / "checks.md"


@pytest.mark.parametrize("code", KINDS)
def test_the_page_about_data_lists_each_kind_as_it_is(code: str) -> None:
    kind = KINDS[code]
    row = f"| `{code}` | {kind.severity} | {kind.what} | {kind.fix or '-'} |"
    assert row in PAGE.read_text(encoding="utf-8").splitlines()


def test_errors_stand_before_warnings() -> None:
    severities = [kind.severity for kind in KINDS.values()]
    assert severities == sorted(severities)

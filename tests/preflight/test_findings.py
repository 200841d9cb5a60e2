"""What checks say."""

import pytest

from digitdet.preflight.findings import Finding, conclude, some
from digitdet.preflight.report import findings_table, refuse, summary


def test_without_faults_a_check_is_ok() -> None:
    assert conclude("disk", "plenty") == Finding("disk", "plenty", "ok")


def test_errors_outweigh_warnings_and_both_are_told() -> None:
    assert conclude("a", "fine", [], ["w"]) == Finding("a", "w", "warning")
    assert conclude("a", "fine", ["e"], ["w"]) == Finding("a", "e\nw", "error")


@pytest.mark.parametrize(
    ("names", "text"), [([], ""), (["a", "b"], "a, b"), (list("abcde"), "a, b, c and 2 more")]
)
def test_many_names_are_counted(names: list[str], text: str) -> None:
    assert some(names) == text


def test_no_error_refuses_nothing() -> None:
    refuse([])
    refuse([Finding("data", "odd", "warning")])


def test_all_errors_are_refused_at_once_with_the_first_cause() -> None:
    cause = KeyError("x")
    findings = [
        Finding("data", "one\ntwo", "error"),
        Finding("time", "fast"),
        Finding("step", "three", "error", cause),
    ]
    with pytest.raises(ValueError, match="preflight found 3 errors") as raised:
        refuse(findings)
    assert str(raised.value).splitlines()[1:] == ["  data: one", "  data: two", "  step: three"]
    assert raised.value.__cause__ is cause


def test_a_run_begins_with_one_line_and_one_for_each_warning() -> None:
    findings = [
        Finding("time", "about 3 s an epoch"),
        Finding("memory", "about 1 GB"),
        Finding("data", "one\ntwo", "warning"),
    ]
    assert summary(findings[:2], 1.25) == [
        "preflight: 2 of 2 checks passed in 1.2 s; about 3 s an epoch; about 1 GB"
    ]
    assert summary(findings, 1.25)[1:] == [
        "preflight warning: data: one",
        "preflight warning: data: two",
    ]


def test_the_table_has_a_row_for_each_check() -> None:
    table = findings_table([Finding("time", "fast"), Finding("data", "[odd]", "error")], 1.0)
    assert table.row_count == 2

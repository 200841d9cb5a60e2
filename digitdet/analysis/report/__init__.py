"""Shows what a run gave, as one page and as pictures."""

from digitdet.analysis.report.writing import REPORT, write_report

__all__ = ["REPORT", "write_report"]

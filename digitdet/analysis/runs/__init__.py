"""Reads what runs left in their work folders, without torch; also of runs that still go on."""

from digitdet.analysis.runs.record import EpochTimes, RunRecord, Session
from digitdet.analysis.runs.run import Best, Run, read_run
from digitdet.analysis.runs.series import IntArray, Series

__all__ = ["Best", "EpochTimes", "IntArray", "Run", "RunRecord", "Series", "Session", "read_run"]

"""When a run ran, how long, on what, and of which source."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from digitdet.analysis.charts.sections import ChartSection, Section, TableSection
from digitdet.analysis.report.curves import time_chart
from digitdet.analysis.report.words import duration, megabytes
from digitdet.analysis.runs import Run, Session

NONE = "-"


def account(run: Run) -> list[Section]:
    """Return time, sessions and environment; nothing of a run that keeps no record."""
    if run.record is None:
        return []
    sections: list[Section] = []
    if charts := time_chart(run):
        note = "An epoch that went on after a stop in its middle has no time of its own."
        sections.append(ChartSection("Time", charts, note=note))
    if sessions := run.record.sessions:
        sections += [_sessions(sessions), _environment(sessions)]
    return sections


def _sessions(sessions: Sequence[Session]) -> TableSection:
    header = ["session", "started", "outcome", "steps", "time", "memory", "on", "command"]
    rows = [[str(number), *_session(one)] for number, one in enumerate(sessions, 1)]
    errors = [
        f"Session {number} failed: {one.error}"
        for number, one in enumerate(sessions, 1)
        if one.error
    ]
    return TableSection("Sessions", header, rows, "\n".join(errors))


def _session(session: Session) -> list[str]:
    steps = NONE
    if session.first_step is not None:
        steps = f"{session.first_step:,} to {session.last_step or session.first_step:,}"
    return [
        session.started or NONE,
        session.outcome,
        steps,
        NONE if session.known_seconds is None else duration(session.known_seconds),
        NONE if session.peak_memory_mb is None else megabytes(session.peak_memory_mb),
        " on ".join(filter(None, (session.device, session.host))) or NONE,
        shlex.join(session.command) or NONE,
    ]


def _environment(sessions: Sequence[Session]) -> TableSection:
    """Show that of the last session, and what was another before."""
    described = [_describe(one) for one in sessions]
    rows = [[name, value] for name, value in described[-1].items()]
    notes = [
        f"Session {number} had {name} {value}."
        for number, earlier in enumerate(described[:-1], 1)
        for name, value in earlier.items()
        if value != described[-1].get(name)
    ]
    return TableSection("Environment", ["what", "value"], rows, "\n".join(notes))


def _describe(session: Session) -> dict[str, str]:
    values: dict[str, Any] = {
        **(session.versions or {}),
        "platform": session.platform,
        "device": session.device,
        "processes": session.num_processes,
        "threads of a process": session.num_threads,
        "git": _git(session.git),
    }
    return {name: str(value) for name, value in values.items() if value is not None}


def _git(git: Mapping[str, Any] | None) -> str:
    if git is None:
        return "no repository"
    changes = {True: ", with changes", False: "", None: ", changes unknown"}
    return f"{git.get('commit')}{changes.get(git.get('has_changes'), '')}"

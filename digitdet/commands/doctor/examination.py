"""Examines an installation, and says what is wrong; runs where torch is broken or missing."""

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from digitdet.commands.doctor.findings import Finding, well, wrong
from digitdet.commands.doctor.packages import check_packages
from digitdet.whole_files import check_writable

RENEW = "install digitdet in a new environment; libraries in this one do not belong together"
WIDTH = 18  # characters of the longest name
# The command's own path, so that nothing is imported from the working folder instead.
PROBING = (
    "import sys; sys.path[:] = {path!r}; from digitdet.commands.doctor import probes; probes.main()"
)


def examine() -> int:
    """Print what is found, and return the exit status: 1 if something is wrong, else 0."""
    found = []
    command = [sys.executable, "-c", PROBING.format(path=sys.path)]
    for finding in chain(check_packages(), [check_folder(Path())], probe(command)):
        found.append(finding)
        sys.stdout.write(to_text(finding))
        sys.stdout.flush()
    count = sum(finding.kind == "wrong" for finding in found)
    said = f"{count} {'thing is' if count == 1 else 'things are'} wrong" if count else "all is well"
    sys.stdout.write(f"\n{said}\n")
    return int(count > 0)


def to_text(finding: Finding) -> str:
    """Write a finding as a line, with its remedy in another."""
    mark = finding.kind.upper() if finding.kind == "wrong" else finding.kind
    text = f"{mark:5}  {finding.what:{WIDTH}}  {finding.said}\n"
    return f"{text}{'':{WIDTH + 9}}-> {finding.remedy}\n" if finding.remedy else text


def check_folder(folder: Path) -> Finding:
    """See whether results can be written to a folder."""
    try:
        check_writable(folder)
    except ValueError:
        said = f"{folder.absolute()} can't be written to, where results of trainings would go"
        return wrong("working folder", said, "change to a folder of yours, or use --work-dir")
    return well("working folder", f"{folder.absolute()} can be written to")


def probe(command: Sequence[str]) -> Iterator[Finding]:
    """Run a process that tries one thing after the other, and tell its end where that is early.

    Args:
        command: The process; prints JSON, a text for what it tries next, an object for a finding.

    Yields:
        What it finds, as it does.
    """
    trying = "python"
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors) as process,
    ):
        for line in process.stdout or ():
            try:
                content = json.loads(line)
            except ValueError:  # cut, as the process was ended
                continue
            if isinstance(content, str):
                trying = content
            else:
                yield Finding(**content)
        status = process.wait()
        errors.seek(0)
        last = errors.read().decode(errors="replace").strip().splitlines()[-1:]
    if status:
        said = ": ".join([f"Python was ended by {_name(status)}", *last])
        yield wrong(trying, said, RENEW)


def _name(status: int) -> str:
    """Name the status of a process that ended early."""
    if status >= 0:
        return f"exit status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"

"""The ways in which a run is stopped."""

import re
import shlex
import signal

from crashing.broken_run import NOTHING, BrokenRun
from crashing.processes import Training

POWER_CUTS = 0.3  # share of the kills after which power has failed too
SAID = re.compile(r"^interrupted by (\w+) (.+); (?:saved: (.+)|nothing is saved)$", re.MULTILINE)
FINISHED = re.compile(r"^\u2514", re.MULTILINE)  # the last line of the table of epochs
GO_ON = "to go on: python tools/train.py "


def kill(run: BrokenRun, most: int) -> None:
    """Kill a run up to some times, at random moments, and let it end."""
    for _ in range(most):
        if not kill_once(run):
            return
        if run.draws.random() < POWER_CUTS:
            run.cut_power()
    run.finish()


def kill_once(run: BrokenRun) -> bool:
    """Kill a run at a random moment; return False if it had ended before."""
    training = _stop(run, signal.SIGKILL)
    status = training.wait()
    if status == 0:
        run.check_end(training)
        return False
    assert status == -signal.SIGKILL, f"{run.folder}: {status}: {training.output()}"
    run.counts["kills"] += 1
    run.check_left()
    return True


def run_out_of_space(run: BrokenRun, training: Training) -> None:
    """Check that a run without room ends in words, and leaves nothing but what it had."""
    status, output = training.wait(), training.output()
    assert status == 1, output
    (message,) = (line for line in output.splitlines() if line.startswith("error: "))
    for part in (str(run.folder), "MB are free", "--resume"):
        assert part in message, f"{part!r} is not in {message!r}"
    assert "Traceback" not in output, output
    run.check_left()
    assert not run.parts(), f"{run.folder}: {run.parts()}"
    run.counts["disks full"] += 1


def interrupt(run: BrokenRun, number: signal.Signals, most: int) -> None:
    """Ask a run up to some times, at random moments, to end; it goes on as it said."""
    for _ in range(most):
        training = _stop(run, number)
        status = training.wait()
        output = training.output()
        run.counts[number.name] += status != 0
        if status == 0 or FINISHED.search(output):
            run.check_end(training)
            return
        if status == -number and not output:  # its interpreter had not got to the tool
            run.counts["stopped before it began"] += 1
            continue
        assert status == 128 + number, f"{run.folder}: {status}: {output}"
        run.check_left()
        _take_its_word(run, number, output)
    run.finish()


def _stop(run: BrokenRun, number: signal.Signals) -> Training:
    training = run.start()
    run.wait_for_a_moment(training)
    training.send(number, to_workers=run.draws.random() < 0.5)
    return training


def _take_its_word(run: BrokenRun, number: signal.Signals, output: str) -> None:
    """Check what a run said at its end, and go on as it said."""
    assert "Traceback" not in output, output
    assert not run.parts(), f"{run.folder}: {run.parts()}"
    said = SAID.search(output)
    if said is None:
        # The run was still being set up.
        assert f"interrupted by {number.name}" in output, output
        run.counts["stopped before its first step"] += 1
        return
    name, place, file = said.groups()
    assert name == number.name, output
    steps, epochs = run.done
    if file is None:
        assert (place, run.done) == ("before the first step", NOTHING), output
        run.counts["stopped before its first step"] += 1
        return
    assert run.newest() == file, f"{run.newest()} is the newest; {output}"
    for what, done in (("step", steps), ("epoch", epochs)):
        in_words = re.search(rf"after {what} (\d+)", place)
        assert in_words is None or int(in_words[1]) == done, f"{output}; {run.done} are done"
    run.counts[f"stopped {re.sub(r'[ ,]*[0-9].*', '', place)}"] += 1
    (line,) = (line for line in output.splitlines() if line.startswith(GO_ON))
    run.next_arguments = shlex.split(line.removeprefix(GO_ON))

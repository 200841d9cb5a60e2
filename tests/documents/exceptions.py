"""Which commands of the documents are not run, and why; which are to fail."""

# By the beginning of a command.
NOT_RUN = {
    "-m pytest": "the tests",
    "digitdet read - ": "waits for names; tests/commands/read",
    "digitdet read camera": "needs a camera; tests/commands/read",
    "tools/benchmark.py data": "measures for half a minute and more; tests/benchmarks",
    "tools/benchmark.py evaluation": "measures for minutes; tests/benchmarks",
    "tools/benchmark.py inference": "measures for minutes; tests/benchmarks",
    "tools/benchmark.py loop": "measures for minutes; tests/benchmarks",
    "tools/benchmark.py models": "measures for minutes; tests/benchmarks",
    "tools/benchmark.py read": "measures for a minute and more; tests/benchmarks",
    "tools/benchmark.py startup": "measures for minutes; tests/benchmarks",
    "tools/benchmark.py train": "measures for minutes; tests/benchmarks",
    "tools/dist_train.sh": "starts a process for each GPU; tests/tools/test_launch_scripts.py",
    "tools/reproduce_report.sh": "trains three settings",
    "tools/slurm_train.sh": "needs a cluster; tests/tools/test_launch_scripts.py",
    "tools/sweep.py": "trains; tests/tools/test_sweep.py",
    "tools/train.py CONFIG --amp": "needs a CUDA device",
    "tools/train.py CONFIG --no-preflight": "leaves out what --dry-run is",
}
STATUSES = {
    "tools/config.py check code.py": 1,
    "tools/config.py check typos.py": 1,
}


def reason_not_to_run(text: str) -> str:
    """Why a command is not run, or nothing."""
    return next((why for start, why in NOT_RUN.items() if text.startswith(start)), "")

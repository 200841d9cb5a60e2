"""The scripts that start several processes; what they would start is an echo of its arguments."""

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRAIN = str(ROOT / "tools" / "train.py")
CONFIG = "configs/experiments/quickstart.py"
Run = Callable[..., tuple[int, list[str], str]]

pytestmark = pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a script; returns its status, what it started, word by word, and standard error."""
    for name in ("python", "srun"):
        (tmp_path / name).write_text(
            f'#!/bin/sh\nprintf "%s\\n" {name} "$@" "threads=$OMP_NUM_THREADS/$MKL_NUM_THREADS"\n'
        )
        (tmp_path / name).chmod(0o755)
    own = (
        "NNODES",
        "NODE_RANK",
        "MASTER_ADDR",
        "PORT",
        "OMP_NUM_THREADS",
        "MKL_NUM_THREADS",
        "PYTHON",
    )
    own += ("GPUS", "GPUS_PER_NODE", "CPUS_PER_TASK", "SRUN_ARGS")
    clean = {name: value for name, value in os.environ.items() if name not in own}
    clean["PATH"] = f"{tmp_path}{os.pathsep}{clean['PATH']}"

    def call(script: str, arguments: Sequence[str], **variables: str) -> tuple[int, list[str], str]:
        done = subprocess.run(
            ["bash", str(ROOT / "tools" / script), *arguments],
            env={**clean, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout.splitlines(), done.stderr

    return call


@pytest.mark.parametrize(
    ("script", "given"), [("dist_train.sh", [CONFIG]), ("slurm_train.sh", ["gpu", "digits"])]
)
def test_a_script_without_its_arguments_says_which(script: str, given: list[str], run: Run) -> None:
    for arguments in ([], given):
        status, started, error = run(script, arguments)
        assert (status, started) == (2, [])
        assert error.startswith(f"usage: tools/{script} ")


@pytest.mark.parametrize("number", ["0", "x", "-1", "1.5"])
def test_what_is_no_number_of_processes_is_refused(number: str, run: Run) -> None:
    status, started, error = run("dist_train.sh", [CONFIG, number])
    assert (status, started) == (2, [])
    assert error == f"error: NUM_PROCESSES is a whole number of at least 1, got '{number}'\n"


def test_processes_of_one_machine_meet_at_any_port_and_share_its_cores(run: Run) -> None:
    spaced = "data_root=a folder"
    _, started, _ = run("dist_train.sh", [CONFIG, "1", "--amp", "--cfg-options", spaced])
    words = ["python", "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=1", TRAIN]
    words += [CONFIG, "--launcher", "pytorch", "--amp", "--cfg-options", spaced]
    assert started[:-1] == words
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert started[-1] == f"threads={cores}/{cores}"
    assert run("dist_train.sh", [CONFIG, "1000"])[1][-1] == "threads=1/1"
    assert run("dist_train.sh", [CONFIG, "2"], OMP_NUM_THREADS="7")[1][-1] == "threads=7/7"
    assert "--master-port=4711" in run("dist_train.sh", [CONFIG, "2"], PORT="4711")[1]


def test_several_machines_have_to_be_told_apart_and_meet_at_the_first(run: Run) -> None:
    status, started, error = run("dist_train.sh", [CONFIG, "8"], NNODES="2")
    assert (status, started) == (1, [])
    assert "set NODE_RANK" in error
    told = {"NNODES": "2", "NODE_RANK": "1", "MASTER_ADDR": "10.0.0.7"}
    _, started, _ = run("dist_train.sh", [CONFIG, "8"], **told)
    meeting = ["--nnodes=2", "--node-rank=1", "--master-addr=10.0.0.7", "--master-port=29500"]
    assert started[3:8] == [*meeting, "--nproc-per-node=8"]


def test_a_job_of_slurm_asks_for_a_gpu_a_process(run: Run) -> None:
    given = ["gpu", "digits", CONFIG, "--work-dir", "a folder"]
    settings = {"GPUS": "16", "SRUN_ARGS": "--time=60 --exclusive", "PYTHON": "python3.12"}
    _, started, _ = run("slurm_train.sh", given, **settings)
    assert started == [
        *("srun", "--partition=gpu", "--job-name=digits", "--ntasks=16", "--cpus-per-task=5"),
        *("--gres=gpu:8", "--ntasks-per-node=8", "--kill-on-bad-exit=1", "--time=60"),
        *("--exclusive", "python3.12", "-u", TRAIN, CONFIG, "--launcher", "slurm"),
        *("--work-dir", "a folder", "threads=5/5"),
    ]


def test_a_job_of_slurm_without_gpus_asks_for_processors_alone(run: Run) -> None:
    settings = {"GPUS": "2", "GPUS_PER_NODE": "0", "CPUS_PER_TASK": "3"}
    _, started, _ = run("slurm_train.sh", ["cpu", "digits", CONFIG], **settings)
    assert "--ntasks=2" in started
    assert not [word for word in started if "gpu" in word or "per-node" in word]
    assert started[-1] == "threads=3/3"

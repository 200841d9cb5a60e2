"""The scripts that start several processes; what they would start is an echo of its arguments."""

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from digitdet import config

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


def _trainings(started: Sequence[str]) -> list[list[str]]:
    """Part what was started at each ``python``, less the threads at the end."""
    commands: list[list[str]] = []
    for word in started:
        if word == "python":
            commands.append([])
        elif not word.startswith("threads="):
            commands[-1].append(word)
    return commands


@pytest.mark.parametrize(
    ("options", "experiments"),
    [
        ([], ["frcnn_tl3", "frcnn_tl2", "frcnn_tl3_no_norm"]),
        (["--as-coded"], ["frcnn_tl3_double_norm", "frcnn_tl2_double_norm", "frcnn_tl3"]),
        (["--small", "small.pth"], ["report_small"] * 3),
    ],
)
def test_the_report_is_three_trainings_and_their_comparison(
    options: list[str], experiments: list[str], run: Run, tmp_path: Path
) -> None:
    data, out = tmp_path / "my data", tmp_path / "out"
    data.mkdir()
    (data / "train.json").touch()
    options = [str(tmp_path / word) if word.endswith(".pth") else word for word in options]
    (tmp_path / "small.pth").touch()
    last = "_as_coded" if options == ["--as-coded"] else ""
    folders = [str(out / f"{name}{last}") for name in ("tl3", "tl2", "no_norm")]
    Path(folders[1]).mkdir(parents=True)
    Path(folders[1], "epoch_3.pth").touch()
    given = [str(data), *options, "--out", str(out), "--", "--amp"]
    status, started, _ = run("reproduce_report.sh", given)
    *trainings, comparison = _trainings(started)
    assert status == 0
    assert [Path(words[1]).stem for words in trainings] == experiments
    assert [words[words.index("--work-dir") + 1] for words in trainings] == folders
    assert ["--resume" in words for words in trainings] == [False, True, False]
    assert all(f"data_root={data}" in words and words[-1] == "--amp" for words in trainings)
    assert comparison[1:] == [
        *folders, "--names", "TL3", "TL2", "without normalisation", "--no-group", "--figures",
        "--out", str(out / "figures"),
    ]  # fmt: skip
    for words in trainings:
        options = words[words.index("--cfg-options") + 1 : -1]
        config.load(Path(words[1]), [*options, "model.weights=None"])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "DATA_ROOT is missing"),
        (["missing"], "there is no missing/train.json"),
        (["a", "b"], "one DATA_ROOT is needed, got 'a' and 'b'"),
        (["--small"], "--small needs a value"),
        (["--amp"], "there is no option --amp; arguments of tools/train.py come after --"),
    ],
)
def test_a_report_that_cannot_be_made_is_refused(given: list[str], said: str, run: Run) -> None:
    status, started, error = run("reproduce_report.sh", given)
    assert (status, started) == (2, [])
    assert error.startswith(f"error: {said}\nusage: tools/reproduce_report.sh DATA_ROOT")

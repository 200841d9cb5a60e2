"""What tells the processes of a distributed run which of them each one is, and where they meet."""

import os
from pathlib import Path

import pytest

from digitdet.launchers import set_rank_variables

RANKS = ("RANK", "LOCAL_RANK", "WORLD_SIZE")
MEETING = ("MASTER_ADDR", "MASTER_PORT")
SLURM = {"SLURM_PROCID": "5", "SLURM_LOCALID": "1", "SLURM_NTASKS": "8"}
MPI = {
    "OMPI_COMM_WORLD_RANK": "5",
    "OMPI_COMM_WORLD_LOCAL_RANK": "1",
    "OMPI_COMM_WORLD_SIZE": "8",
}


@pytest.fixture(autouse=True)
def _no_launcher(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin without the variables of any launcher, and restore them."""
    for name in [*RANKS, *MEETING, *(n for n in os.environ if n.startswith(("SLURM", "OMPI")))]:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def test_a_launcher_whose_variables_are_missing_is_refused() -> None:
    with pytest.raises(ValueError, match="--launcher slurm needs SLURM_PROCID, which is not set"):
        set_rank_variables("slurm")


def test_torchrun_names_the_ranks_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    given = dict(zip((*RANKS, *MEETING), ("1", "0", "2", "10.0.0.7", "4711"), strict=True))
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    set_rank_variables("pytorch")
    assert {name: os.environ[name] for name in given} == given


@pytest.mark.parametrize(("launcher", "given"), [("slurm", SLURM), ("mpi", MPI)])
def test_the_ranks_of_a_launcher_reach_torch_which_meets_on_this_machine(
    launcher: str, given: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    set_rank_variables(launcher)
    assert [os.environ[name] for name in RANKS] == ["5", "1", "8"]
    assert [os.environ[name] for name in MEETING] == ["127.0.0.1", "29500"]


def test_a_job_of_slurm_on_several_machines_meets_on_the_first_at_a_port_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scontrol = tmp_path / "scontrol"
    scontrol.write_text('#!/bin/sh\n[ "$*" = "show hostnames n[3-4]" ] && printf "n3\\nn4\\n"\n')
    scontrol.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    several = {"SLURM_STEP_NUM_NODES": "2", "SLURM_STEP_NODELIST": "n[3-4]"}
    for name, value in {**SLURM, **several}.items():
        monkeypatch.setenv(name, value)
    ports = set()
    for job, step in (("7", "0"), ("7", "1"), ("8", "0")):
        monkeypatch.setenv("SLURM_JOB_ID", job)
        monkeypatch.setenv("SLURM_STEP_ID", step)
        monkeypatch.delenv("MASTER_PORT", raising=False)
        set_rank_variables("slurm")
        ports.add(int(os.environ["MASTER_PORT"]))
    assert os.environ["MASTER_ADDR"] == "n3"
    assert len(ports) == 3
    assert all(1024 < port < 32768 for port in ports)


def test_mpi_on_several_machines_has_to_be_told_where_they_meet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {**MPI, "OMPI_COMM_WORLD_LOCAL_SIZE": "4"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match="--launcher mpi on several machines needs MASTER_ADDR"):
        set_rank_variables("mpi")
    monkeypatch.setenv("MASTER_ADDR", "10.0.0.7")
    set_rank_variables("mpi")
    assert os.environ["MASTER_ADDR"] == "10.0.0.7"

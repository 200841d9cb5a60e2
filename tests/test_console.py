"""The console."""

import pytest

from digitdet.console import warn


@pytest.mark.parametrize("name", ["RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK"])
def test_the_first_process_of_a_distributed_run_warns_alone(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for rank, expected in (("0", "warning: it\n"), ("1", "")):
        monkeypatch.setenv(name, rank)
        warn("it")
        assert capsys.readouterr().err == expected

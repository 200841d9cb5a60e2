"""The arguments of ``digitdet read``."""

from pathlib import Path
from typing import Any

import pytest

from digitdet.commands.main import main
from digitdet.commands.read import arguments
from digitdet.commands.read.request import Request


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """What is asked for; nothing is read."""
    found: list[Request] = []
    monkeypatch.setattr(arguments, "_read", lambda request: found.append(request) or 1)
    return found


def run(*words: str) -> Any:
    with pytest.raises(SystemExit) as stopped:
        main(["read", *words])
    return stopped.value.code


def test_nothing_but_paths_is_needed(asked: list[Request]) -> None:
    assert run("a.png", "-", "camera:0") == 1
    assert asked == [Request(("a.png", "-", "camera:0"))]


def test_each_argument_is_handed_on(asked: list[Request]) -> None:
    model = ["--config", "c.py", "--checkpoint", "w.pth", "--device", "cpu"]
    video = ["--every", "2.5", "--changes"]
    run("--json", "--out", "o", "--min-confidence", "0.5", *model, *video, "--", "-a.png")
    expected = Request(("-a.png",), "json", Path("o"), 0.5, "c.py", "w.pth", "cpu", 2.5, True)
    assert asked == [expected]
    run("--csv", "a.png")
    assert asked[1].form == "csv"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--min-confidence", "1.1"], "'1.1' is no number from 0 to 1"),
        (["--min-confidence", "nan"], "'nan' is no number from 0 to 1"),
        (["--min-confidence", "half"], "'half' is no number from 0 to 1"),
        (["--every", "-1"], "'-1' is no number of seconds"),
        (["--every", "inf"], "'inf' is no number of seconds"),
        (["--json", "--csv"], "not allowed with"),
    ],
)
def test_wrong_arguments_are_status_2(
    words: list[str], said: str, asked: list[Request], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words, "a.png") == 2
    assert said in capsys.readouterr().err
    assert asked == []


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (FileNotFoundError("w.pth: no such checkpoint"), 2, "error: w.pth: no such checkpoint"),
        (ImportError("OpenCV does not load"), 2, "error: OpenCV does not load"),
        (KeyboardInterrupt(), 130, "interrupted by SIGINT"),
    ],
)
def test_what_keeps_everything_from_being_read_is_a_message(
    error: BaseException,
    status: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(_: Request) -> int:
        raise error

    monkeypatch.setattr(arguments, "_read", fail)
    monkeypatch.delenv("DIGITDET_TRACEBACK", raising=False)
    assert run("a.png") == status
    assert capsys.readouterr().err.startswith(said)

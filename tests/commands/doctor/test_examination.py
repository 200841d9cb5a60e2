"""The examination goes on whatever is broken, and ends with what is wrong."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from digitdet.commands.doctor import examination
from digitdet.commands.doctor.examination import check_folder, probe, to_text
from digitdet.commands.doctor.findings import Finding
from digitdet.commands.main import main

ROOT = Path(__file__).parents[3]
FINDING = '{"kind": "ok", "what": "a", "said": "b", "remedy": ""}'


def run(code: str) -> list[Finding]:
    return list(probe([sys.executable, "-c", code]))


@pytest.mark.parametrize("kind", ["ok", "note", "wrong"])
def test_a_finding_is_a_line_with_its_remedy_below(kind: str) -> None:
    text = to_text(Finding(kind, "torch", "is so", "do this"))  # type: ignore[arg-type]
    first, second = text.splitlines()
    assert first.split() == [kind.upper() if kind == "wrong" else kind, "torch", "is", "so"]
    assert second.strip() == "-> do this"
    assert second.index("-> ") == first.index("is so")
    assert to_text(Finding("ok", "torch", "2.6")).count("\n") == 1


def test_what_a_process_finds_is_handed_on() -> None:
    assert run(f"print('\"torch\"'); print({FINDING!r})") == [Finding("ok", "a", "b")]
    assert run("") == []


@pytest.mark.skipif(os.name != "posix", reason="ends a process by signals")
def test_a_process_that_is_ended_says_what_it_tried() -> None:
    code = f"import os\nprint({FINDING!r})\nprint('\"opencv\"', flush=True)\nos.abort()"
    first, second = run(code)
    assert first.what == "a"
    assert (second.kind, second.what) == ("wrong", "opencv")
    assert second.said == "Python was ended by SIGABRT"
    assert second.remedy
    cut = f"import os\nprint({FINDING!r})\nprint('{{\"kind', end='', flush=True)\nos.abort()"
    assert [finding.what for finding in run(cut)] == ["a", "python"]
    (failed,) = run("raise SystemExit('no such file')")
    assert (failed.what, failed.said) == (
        "python",
        "Python was ended by exit status 1: no such file",
    )


def test_a_folder_that_can_not_be_written_to_is_wrong(tmp_path: Path) -> None:
    assert check_folder(tmp_path).kind == "ok"
    (tmp_path / "file").touch()
    finding = check_folder(tmp_path / "file")
    assert (finding.kind, finding.what) == ("wrong", "working folder")
    assert str(tmp_path / "file") in finding.said


@pytest.mark.parametrize(
    ("kinds", "status", "end"),
    [
        (["ok", "note"], 0, "all is well"),
        (["ok", "wrong"], 1, "1 thing is wrong"),
        (["wrong", "wrong"], 1, "2 things are wrong"),
    ],
)
def test_the_status_says_whether_something_is_wrong(
    kinds: list[str],
    status: int,
    end: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def packages() -> Iterator[Finding]:
        for kind in kinds:
            yield Finding(kind, "torch", "is so")  # type: ignore[arg-type]

    monkeypatch.setattr(examination, "check_packages", packages)
    monkeypatch.setattr(examination, "probe", lambda _: [])
    with pytest.raises(SystemExit) as stopped:
        main(["doctor"])
    assert stopped.value.code == status
    assert capsys.readouterr().out.endswith(f"\n\n{end}\n")


def test_a_broken_torchvision_is_told_with_the_remedy_and_what_else_there_is(
    tmp_path: Path,
) -> None:
    """In a process, as imports can't be undone; a torch that is broken costs no time."""
    for name in ("torch", "torchvision"):
        (tmp_path / name).mkdir()
        code = "raise RuntimeError('operator torchvision::nms does not exist')"
        (tmp_path / name / "__init__.py").write_text(code)
    (tmp_path / "cv2.py").write_text("raise ImportError('libGL.so.1: cannot open shared object')")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", "digitdet", "doctor"],
        env={**os.environ, "PYTHONPATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    (pair,) = [line for line in lines if line.startswith("WRONG  torch, torchvision")]
    assert "operator torchvision::nms does not exist" in pair
    assert "pip install" in pair
    (opencv,) = [line for line in lines if line.startswith("WRONG  opencv")]
    assert "pip install opencv-python-headless" in opencv
    assert any(line.startswith("ok     numpy") for line in lines)
    assert lines[-1].endswith("things are wrong")

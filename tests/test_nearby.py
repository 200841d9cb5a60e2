"""What is said of a file that is not there."""

from pathlib import Path

import pytest

from digitdet.nearby import nearby


@pytest.mark.parametrize(
    ("names", "wanted", "said"),
    [
        ([], "a.json", "; {} holds no file *.json"),
        (["b.txt"], "a.json", "; {} holds no file *.json"),
        (["train.json", "x.json"], "trian.json", "; did you mean '{}/train.json'?"),
        (["valid.json"], "train.json", "; {} holds valid.json"),
        (["b.py", "c.py"], "quickstart.py", "; {} holds b.py, c.py"),
        (
            ["1.py", "2.py", "3.py", "4.py", "5.py"],
            "none.py",
            "; {} holds 1.py, 2.py, 3.py, 4.py, ...",
        ),
        ([], "sub/a.json", "; there is no folder {}/sub"),
    ],
)
def test_what_lies_beside_a_missing_file_is_said(
    tmp_path: Path, names: list[str], wanted: str, said: str
) -> None:
    for name in names:
        (tmp_path / name).touch()
    assert nearby(tmp_path / wanted) == said.format(tmp_path)

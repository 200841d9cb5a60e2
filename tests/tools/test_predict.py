"""Reading one's own photographs as a user does."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from digitdet.registry import READERS
from digitdet.structures import Number, Prediction

QUICKSTART = str(Path(__file__).parents[2] / "configs" / "experiments" / "quickstart.py")
Tool = Callable[[str], Callable[[list[str]], None]]


def test_files_and_folders_are_read_drawn_and_listed(
    layout: Path,
    checkpoint: Path,
    tool: Tool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    paths = [str(layout / "test"), str(layout / "valid" / "1.png")]
    options = ["--out", str(out), "--cfg-options", "reader.score_threshold=0.05"]
    tool("predict")([QUICKSTART, str(checkpoint), *paths, *options])
    records = json.loads((out / "predictions.json").read_text(encoding="utf-8"))
    assert [Path(record["file"]).name for record in records] == ["1.png", "2.png", "3.png", "1.png"]
    assert len({record["drawn"] for record in records}) == 4
    printed = capsys.readouterr().out
    for record in records:
        with Image.open(record["drawn"]) as drawn, Image.open(record["file"]) as source:
            assert drawn.width % source.width == 0
        assert (record["number"] or "") == "".join(d["digit"] for d in record["digits"])
        assert record["file"] in printed
    assert any(record["number"] for record in records)


def test_all_numbers_of_a_picture_are_printed_drawn_and_listed(
    layout: Path,
    checkpoint: Path,
    tool: Tool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class DigitByDigitReader:
        """Reads each detection as a number of its own."""

        def __call__(self, prediction: Prediction) -> list[Number]:
            columns = (prediction["boxes"], prediction["labels"], prediction["scores"])
            rows = zip(*columns, strict=True)
            return [Number(str(int(n) - 1), b[None], s[None], float(s)) for b, n, s in rows]

    monkeypatch.setitem(READERS.module_dict, "DigitByDigitReader", DigitByDigitReader)
    out = tmp_path / "out"
    arguments = [QUICKSTART, str(checkpoint), str(layout / "test"), "--out", str(out)]
    option = "reader={'_delete_': True, 'type': 'DigitByDigitReader'}"
    tool("predict")([*arguments, "--cfg-options", option])
    records = json.loads((out / "predictions.json").read_text(encoding="utf-8"))
    printed = capsys.readouterr().out.split("1.png: ")[1].split(str(layout))[0]
    numbers = [records[0], *records[0]["others"]]
    assert len(numbers) > 1
    assert " ".join(printed.split()) == ", ".join(
        f"{number['number']} {number['confidence']:.2f}" for number in numbers
    )


def test_a_broken_picture_is_reported_and_the_rest_goes_on(
    layout: Path,
    checkpoint: Path,
    tool: Tool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes((layout / "test" / "1.png").read_bytes()[:60])
    paths = [str(broken), str(layout / "test" / "2.png")]
    with pytest.raises(SystemExit) as stopped:
        tool("predict")([QUICKSTART, str(checkpoint), *paths, "--out", str(tmp_path / "out")])
    assert stopped.value.code == 1
    assert "broken.png: can't be decoded" in capsys.readouterr().out
    first, second = json.loads((tmp_path / "out" / "predictions.json").read_text(encoding="utf-8"))
    assert "can't be decoded" in first["error"]
    assert Path(second["drawn"]).is_file()


def test_a_photograph_is_never_replaced(
    layout: Path,
    checkpoint: Path,
    tool: Tool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    photograph = tmp_path / "door [1].png"
    photograph.write_bytes((layout / "test" / "1.png").read_bytes())
    with pytest.raises(SystemExit):
        tool("predict")([QUICKSTART, str(checkpoint), str(tmp_path), "--out", str(tmp_path)])
    assert "would replace a photograph" in capsys.readouterr().err
    assert photograph.read_bytes() == (layout / "test" / "1.png").read_bytes()
    tool("predict")([QUICKSTART, str(checkpoint), str(tmp_path), "--out", str(tmp_path / "out")])
    assert "door [1].png: " in capsys.readouterr().out


@pytest.mark.parametrize("empty", [True, False])
def test_a_path_without_pictures_is_named(
    empty: bool,
    checkpoint: Path,
    tool: Tool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "pictures"
    if empty:
        path.mkdir()
    with pytest.raises(SystemExit):
        tool("predict")([QUICKSTART, str(checkpoint), str(path)])
    assert f"{path}: {'holds no picture' if empty else 'not there'}" in capsys.readouterr().err


def test_a_model_with_a_higher_threshold_than_the_reader_is_refused(
    layout: Path, checkpoint: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--cfg-options", "model.score_threshold=0.9"]
    with pytest.raises(SystemExit):
        tool("predict")([QUICKSTART, str(checkpoint), str(layout / "test"), *options])
    assert "below model.score_threshold" in capsys.readouterr().err

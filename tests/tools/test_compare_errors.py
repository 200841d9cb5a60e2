"""Comparing two models as a user does."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

Tool = Callable[[str], Callable[[list[str]], None]]
CATEGORIES = [{"id": digit + 1, "name": str(digit)} for digit in range(10)]
NUMBERS = {1: "12", 2: "34", 3: "5", 4: "08"}
SIZE = (30, 20)


def _json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def _digits(image_id: int, number: str, score: float = 0.9) -> list[dict[str, Any]]:
    """The digits of a picture from left to right; ``-`` leaves one out."""
    return [
        {
            "image_id": image_id,
            "bbox": [8 * place, 2, 6, 10],
            "score": score,
            "category_id": int(digit) + 1,
        }
        for place, digit in enumerate(number)
        if digit != "-"
    ]


def _write(file: Path, readings: dict[int, str], score: float = 0.9) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = [row for image_id, read in readings.items() for row in _digits(image_id, read, score)]
    file.write_text(json.dumps(rows), encoding="utf-8")
    return file


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Of four pictures both read the first; old also the second, new the last two."""
    old = _write(tmp_path / "old" / "val" / "pred.json", {1: "12", 2: "34", 3: "6", 4: "-8"})
    new = _write(tmp_path / "new" / "val" / "pred.json", NUMBERS | {2: "35"}, 0.8)
    rows = [row for image_id, number in NUMBERS.items() for row in _digits(image_id, number)]
    width, height = SIZE
    images = [
        {"id": number, "file_name": f"{number}.png", "height": height, "width": width}
        for number in NUMBERS
    ]
    truth = {"images": images, "annotations": rows, "categories": CATEGORIES}
    ann = tmp_path / "ann.json"
    ann.write_text(json.dumps(truth), encoding="utf-8")
    return [old, new, ann]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in NUMBERS:
        Image.new("RGB", SIZE, "gray").save(folder / f"{number}.png")
    return folder


@pytest.fixture
def compare(tool: Tool, tmp_path: Path) -> Callable[..., Path]:
    """Returns a function that compares, with few resamples, and returns the folder written."""

    def run(*arguments: str | Path) -> Path:
        out = tmp_path / "out"
        given = ["--resamples", "100", "--out", out, *arguments]
        tool("compare_errors")([str(argument) for argument in given])
        return out

    return run


Compare = Callable[..., Path]


def _refused(compare: Compare, capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    with pytest.raises(SystemExit) as ended:
        compare(*arguments)
    assert ended.value.code == 1
    error = capsys.readouterr().err
    assert "Traceback" not in error
    return error


def test_a_line_a_picture_says_what_each_model_read(files: list[Path], compare: Compare) -> None:
    out = compare(*files)
    text = (out / "comparison.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert list(rows[0]) == [
        *("image_id", "file", "true", "a", "a_confidence", "b", "b_confidence", "read_by")
    ]
    assert [row["read_by"] for row in rows] == ["both", "only_a", "only_b", "only_b"]
    assert [(row["true"], row["a"], row["b"]) for row in rows] == [
        ("12", "12", "12"),
        ("34", "34", "35"),
        ("5", "6", "5"),
        ("08", "8", "08"),
    ]
    assert (rows[2]["image_id"], rows[2]["file"], rows[2]["a_confidence"]) == ("3", "3.png", "0.9")
    assert float(rows[3]["b_confidence"]) == pytest.approx(0.64)


def test_figures_are_those_of_the_evaluation_and_the_setting_is_told(
    files: list[Path], compare: Compare, tool: Tool, tmp_path: Path
) -> None:
    found = _json(compare(*files, "--seed", "3") / "comparison.json")
    for file, which in zip(files[:2], "ab", strict=True):
        metrics = tmp_path / "metrics.json"
        tool("evaluate")([str(file), str(files[2]), "--out", str(metrics)])
        expected = _json(metrics)
        assert found[which]["figures"] == {name: expected[name] for name in found[which]["figures"]}
        for name in ("number_accuracy", "map", "map_50"):
            assert found[name][which]["value"] == expected[name]
        assert found["predictions"][which] == str(file)
    assert found["read_by"] == {"both": 1, "only_a": 1, "only_b": 2, "neither": 0}
    assert (found["p_value"], found["num_pictures"], found["seed"]) == (1, 4, 3)
    assert (found["a"]["name"], found["b"]["name"]) == ("old", "new")
    assert found["a"]["causes"] == {"wrong_digit": 1, "missed": 1}
    assert found["readers"]["a"] == found["readers"]["b"]


def test_the_console_shows_the_tables_and_ends_in_plain_words(
    files: list[Path], compare: Compare, capsys: pytest.CaptureFixture[str]
) -> None:
    out = compare(*files)
    printed = capsys.readouterr().out
    assert "pictures whose number is read, of 4" in printed
    assert "new reads 1 picture more of 4 than old, but they differ in just 3" in printed
    assert "cannot be told apart" in printed
    assert "chosen beforehand" in printed
    assert f"written, in {out}: comparison.json, comparison.csv\n" in printed
    assert "same predictions" not in printed
    assert sorted(file.name for file in out.iterdir()) == ["comparison.csv", "comparison.json"]


def test_the_same_predictions_twice_are_pointed_out(
    files: list[Path], compare: Compare, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.json"
    copy.write_bytes(files[0].read_bytes())
    for second in (files[0], copy):
        found = _json(compare(files[0], second, files[2]) / "comparison.json")
        assert found["p_value"] == 1
        assert found["map"]["difference"] == {"value": 0, "low": 0, "high": 0}
        assert "hold the same predictions" in capsys.readouterr().out


def test_two_readers_of_the_same_predictions_are_compared(
    files: list[Path], compare: Compare, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fragment = tmp_path / "reader.py"
    fragment.write_text("reader = dict(type='LeftToRightReader', score_threshold=0.95)")
    arguments = (files[0], files[0], files[2], "--reader-b", fragment)
    found = _json(compare(*arguments) / "comparison.json")
    assert found["number_accuracy"]["a"]["value"] == 0.5
    assert found["number_accuracy"]["b"]["value"] == 0
    assert "hold the same predictions" not in capsys.readouterr().out
    arguments = (*files, "--reader", fragment)
    found = _json(compare(*arguments) / "comparison.json")
    assert [found["number_accuracy"][which]["value"] for which in "ab"] == [0, 0]
    arguments = (*files, "--reader", fragment, "--cfg-options", "reader.score_threshold=0.5")
    found = _json(compare(*arguments) / "comparison.json")
    assert [found["number_accuracy"][which]["value"] for which in "ab"] == [0.5, 0.75]


def test_the_order_of_true_digits_is_chosen(files: list[Path], compare: Compare) -> None:
    truth = _json(files[2])
    truth["annotations"] = truth["annotations"][::-1]
    files[2].write_text(json.dumps(truth), encoding="utf-8")
    by_file = _json(compare(*files) / "comparison.json")
    by_left = _json(compare(*files, "--truth", "left") / "comparison.json")
    assert by_file["read_by"]["both"] == 0
    assert by_left["read_by"] == {"both": 1, "only_a": 1, "only_b": 2, "neither": 0}
    assert by_left["truth"] == "left"


def test_the_page_shows_both_readings_of_each_picture(
    files: list[Path], pictures: Path, compare: Compare
) -> None:
    out = compare(*files, "--images", pictures, "--names", "plain", "brave & new")
    page = (out / "cards.html").read_text(encoding="utf-8")
    assert "<h1>plain and brave &amp; new</h1>" in page
    assert "only plain reads it" in page
    assert r"brave \u0026 new: right" in page
    assert len(list((out / "cards").glob("*.png"))) == 4
    assert _json(out / "comparison.json")["b"]["name"] == "brave & new"


def test_another_run_replaces_what_the_last_one_wrote(
    files: list[Path], pictures: Path, compare: Compare
) -> None:
    out = compare(*files, "--images", pictures)
    before = (out / "comparison.csv").read_bytes()
    (out / "notes.txt").write_text("mine")
    compare(*files[1::-1], files[2], "--images", pictures)
    assert (out / "comparison.csv").read_bytes() != before
    compare(*files)  # a page of other figures does not stay
    assert sorted(file.name for file in out.iterdir()) == [
        *("comparison.csv", "comparison.json", "notes.txt")
    ]
    assert (out / "comparison.csv").read_bytes() == before


def test_what_no_comparison_wrote_is_not_replaced(
    files: list[Path], compare: Compare, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "cards.html").write_text("mine")
    error = _refused(compare, capsys, *files)
    assert "cards.html: is there already" in error
    own = tmp_path / "own" / "comparison.json"
    _write(own, NUMBERS)
    error = _refused(compare, capsys, own, *files[1:], "--out", own.parent)
    assert "would be overwritten" in error
    assert len(_json(own)) == 7


def test_a_missing_picture_is_found_before_anything_is_written(
    files: list[Path], pictures: Path, compare: Compare, capsys: pytest.CaptureFixture[str]
) -> None:
    (pictures / "3.png").unlink()
    error = _refused(compare, capsys, *files, "--images", pictures)
    assert "3.png: no such picture, as are 1 of 4 that" in error
    error = _refused(compare, capsys, *files, "--images", pictures / "none")
    assert "none: no such folder" in error
    assert not (pictures.parent / "out").exists()


def test_a_picture_of_another_size_is_found_before_anything_is_written(
    files: list[Path], pictures: Path, compare: Compare, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("RGB", (31, 20)).save(pictures / "3.png")
    error = _refused(compare, capsys, *files, "--images", pictures)
    assert "3.png: is 20 x 31 pixels (height x width), but" in error
    assert not (pictures.parent / "out").exists()


def test_an_entry_of_an_unknown_picture_is_refused_with_its_file(
    files: list[Path], compare: Compare, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(files[1], NUMBERS | {5: "1"})
    error = _refused(compare, capsys, *files)
    assert str(files[1]) in error
    assert "[7]" in error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--names", "a", "a"], "two different names are needed"),
        (["--seed", "-1"], "--seed has to be at least 0, got -1"),
        (["--resamples", "99"], "--resamples has to be at least 100, got 99"),
        (["--reader-b", "none.py"], "none.py: no such config"),
        (["--cfg-options", "model.min_size=3"], "only `reader` is read here"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(
    arguments: list[str],
    message: str,
    files: list[Path],
    compare: Compare,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert message in _refused(compare, capsys, *files, *arguments)


def test_annotations_without_pictures_are_refused(
    files: list[Path], compare: Compare, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = {"images": [], "annotations": [], "categories": CATEGORIES}
    files[2].write_text(json.dumps(empty), encoding="utf-8")
    for file in files[:2]:
        file.write_text("[]", encoding="utf-8")
    assert "no pictures to compare" in _refused(compare, capsys, *files)


@pytest.mark.real_data
def test_predictions_of_photographs_are_compared(
    real_data: Path, compare: Compare, tmp_path: Path
) -> None:
    truth = _json(real_data / "valid.json")
    rows = [{**row, "score": 0.9} for row in truth["annotations"]]
    kept = [{key: row[key] for key in _digits(1, "1")[0]} for row in rows]
    for name, some in (("all", kept), ("fewer", kept[::2])):
        (tmp_path / f"{name}.json").write_text(json.dumps(some), encoding="utf-8")
    preds = (tmp_path / "all.json", tmp_path / "fewer.json")
    out = compare(*preds, real_data / "valid.json", "--images", real_data / "valid")
    found = _json(out / "comparison.json")
    assert found["map"]["difference"]["high"] < 0
    assert found["p_value"] < 0.001
    assert len(list((out / "cards").iterdir())) >= len(truth["images"])

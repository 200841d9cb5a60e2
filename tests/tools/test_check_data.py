"""Checking data as a user does."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Tool = Callable[[str], Callable[[list[str]], None]]


@pytest.fixture
def run(
    tool: Tool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, dict[str, Any]]]:
    """Returns a function that runs the command and returns its exit status and report."""
    monkeypatch.chdir(tmp_path)

    def call(root: Path, *options: str) -> tuple[int, dict[str, Any]]:
        status = 0
        try:
            tool("check_data")([str(root), *options])
        except SystemExit as exit_:
            status = int(exit_.code or 0)
        file = tmp_path / "work_dirs" / "check_data" / f"{root.name}.json"
        return status, json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}

    return call


@pytest.mark.parametrize("options", [["missing"], [], [".", "--fix", "."], [".", "--json", "."]])
def test_wrong_usage_has_status_2(tool: Tool, options: list[str]) -> None:
    with pytest.raises(SystemExit) as info:
        tool("check_data")(options)
    assert info.value.code == 2


def test_scenes_as_written_have_no_problem(
    run: Any, layout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, report = run(layout)
    assert (status, report["problems"]) == (0, [])
    assert list(report["splits"]) == ["train", "valid", "test"]
    assert report["splits"]["train"]["widths"]["count"] == 6
    assert report["splits"]["test"]["file"] is None
    printed = capsys.readouterr().out
    assert "box height (px)" in printed
    assert "0 errors, 0 warnings" in printed


def test_an_error_has_status_1_and_a_warning_0(
    run: Any, layout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = shutil.copytree(layout, tmp_path / "data")
    shutil.copyfile(root / "valid" / "1.png", root / "valid" / "extra.png")
    status, report = run(root)
    assert (status, report["counts"]) == (0, {"picture_unlisted": 1})

    shutil.copyfile(root / "valid" / "1.png", root / "test" / "99.png")
    status, report = run(root)
    assert (status, report["counts"]) == (1, {"leaked_picture": 1, "picture_unlisted": 1})
    assert report["problems"][-1]["detail"] == "'1.png' has the pixels of test/99.png"
    assert "leaked_picture" in capsys.readouterr().out


def test_a_fixed_copy_is_written_with_a_list_of_changes(
    run: Any, layout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = shutil.copytree(layout, tmp_path / "data")
    (root / "train" / "2.png").write_bytes(b"")
    status, _ = run(root, "--fix", str(tmp_path / "fixed"))
    assert status == 1
    assert "0 errors and 0 warnings remain" in capsys.readouterr().out
    changes = json.loads((tmp_path / "fixed" / "changes.json").read_text(encoding="utf-8"))
    (change,) = changes["changes"]
    assert (change["code"], change["where"]["name"]) == ("picture_unreadable", "2.png")
    assert changes["remaining"] == []
    assert run(tmp_path / "fixed")[0] == 0
    assert sorted(file.name for file in (tmp_path / "fixed").iterdir()) == [
        "changes.json",
        "test",
        "train",
        "train.json",
        "valid",
        "valid.json",
    ]


def test_annotations_alone_are_checked_and_fixed_without_pictures(
    run: Any, layout: Path, tmp_path: Path
) -> None:
    root = tmp_path / "data"
    root.mkdir()
    content = json.loads((layout / "train.json").read_text(encoding="utf-8"))
    content["annotations"][0]["bbox"][0] -= 1000
    (root / "train.json").write_text(json.dumps(content), encoding="utf-8")
    status, report = run(root, "--no-images", "--fix", str(tmp_path / "fixed"))
    assert (status, report["counts"]) == (1, {"box_wholly_outside": 1})
    names = sorted(file.name for file in (tmp_path / "fixed").iterdir())
    assert names == ["changes.json", "train.json"]
    assert run(tmp_path / "fixed", "--no-images")[0] == 0


def test_a_split_that_the_list_of_changes_would_overwrite_is_refused(
    run: Any, layout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "data"
    root.mkdir()
    shutil.copyfile(layout / "train.json", root / "changes.json")
    assert run(root, "--no-images", "--fix", str(tmp_path / "fixed"))[0] == 1
    assert "rename the split" in capsys.readouterr().err


@pytest.mark.real_data
def test_of_the_photographs_two_boxes_reach_out(run: Any, real_data: Path) -> None:
    status, report = run(real_data)
    assert status == 0
    found = [(p["code"], p["where"]["annotation_id"]) for p in report["problems"]]
    assert found == [("box_outside", 277), ("box_outside", 544)]
    assert report["splits"]["train"]["digits_per_picture"]["count"] == 200


@pytest.mark.real_data
def test_of_all_training_annotations_the_odd_ones_are_found(run: Any, real_data: Path) -> None:
    root = real_data.parent / "svhn-annotations"
    if not root.is_dir():
        pytest.skip(f"{root} is not there")
    status, report = run(root, "--no-images")
    assert status == 0
    counts = {"box_outside": 185, "box_huge": 1, "box_tiny": 12, "boxes_overlap": 3}
    assert report["counts"] == counts
    found: dict[str, list[int]] = {code: [] for code in counts}
    for problem in report["problems"]:
        found[problem["code"]].append(problem["where"]["annotation_id"])
    assert found["box_huge"] == [27823]  # 17 pixels high in a picture of 13
    assert found["boxes_overlap"] == [566, 25237, 43728]  # 25237: a 4 on the box of a 9
    assert 40970 in found["box_tiny"]  # a pixel wide, at the edge of another digit
    counts_of_boxes = report["splits"]["train"]["digits_per_picture"]["counts"]
    assert counts_of_boxes == {"1": 5137, "2": 18130, "3": 8691, "4": 1434, "5": 9, "6": 1}

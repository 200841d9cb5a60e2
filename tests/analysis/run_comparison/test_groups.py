"""Which runs are one line."""

import re
from pathlib import Path

import pytest
from analysis.runs.made_runs import make_run, with_seed

from digitdet.analysis.run_comparison.groups import collect_groups, label_folders


def _found(folders: list[Path], **changes: object) -> list[tuple[str, list[int | None]]]:
    groups = collect_groups(folders, **changes)  # type: ignore[arg-type]
    return [
        (group.label, [run.record.seed if run.record else None for run in group.runs])
        for group in groups
    ]


def test_no_folder_is_refused() -> None:
    with pytest.raises(ValueError, match="name at least one work folder"):
        collect_groups([])


def test_a_folder_of_seeds_is_one_line_by_rising_seed_without_those_that_have_not_begun(
    tmp_path: Path,
) -> None:
    for seed in (10, 9):
        make_run(tmp_path / "tl3" / f"seed_{seed}", **with_seed(seed))
    (tmp_path / "tl3" / "seed_11").mkdir()
    (tmp_path / "tl3" / "compare").mkdir()
    assert _found([tmp_path / "tl3"]) == [("tl3 (2 seeds)", [9, 10])]
    apart = [("tl3/seed_9", [9]), ("tl3/seed_10", [10])]
    assert _found([tmp_path / "tl3"], is_grouped=False) == apart


def test_runs_that_differ_in_the_seed_alone_are_one_line_in_the_place_of_the_first(
    tmp_path: Path,
) -> None:
    folders = [
        make_run(tmp_path / "slow_seed0", **with_seed(0)),
        make_run(tmp_path / "fast", **with_seed(0, lr=1)),
        make_run(tmp_path / "slow_seed1", **with_seed(1)),
        make_run(tmp_path / "slow_again", **with_seed(0)),  # a repetition, to look at by itself
        make_run(tmp_path / "old", record=False),
    ]
    assert _found(folders) == [
        ("slow (2 seeds)", [0, 1]),
        ("fast", [0]),
        ("slow_again", [0]),
        ("old", [None]),
    ]
    assert len(_found(folders, is_grouped=False)) == 5
    names = ["a", "b", "c", "d", "e"]
    assert [label for label, _ in _found(folders, names=names)] == ["a (2 seeds)", "b", "d", "e"]


@pytest.mark.parametrize(
    ("first", "second", "label"),
    [("a_1", "b_2", "a_1"), ("tl3_seed_1", "tl3_seed_2", "tl3"), ("tl3_s10", "tl3_s11", "tl3")],
)
def test_runs_of_one_line_are_called_by_what_their_names_begin_with(
    tmp_path: Path, first: str, second: str, label: str
) -> None:
    folders = [
        make_run(tmp_path / first, **with_seed(0)),
        make_run(tmp_path / second, **with_seed(1)),
    ]
    assert _found(folders) == [(f"{label} (2 seeds)", [0, 1])]


def test_folders_of_one_name_are_told_apart_by_those_above(tmp_path: Path) -> None:
    folders = [tmp_path / "a" / "run", tmp_path / "b" / "run", tmp_path / "b" / "other"]
    assert label_folders(folders) == ["a/run", "b/run", "b/other"]
    assert label_folders(folders[1:]) == ["run", "other"]


def test_names_that_come_again_are_numbered(tmp_path: Path) -> None:
    folders = [make_run(tmp_path / "a", record=False), make_run(tmp_path / "b", record=False)]
    labels = [label for label, _ in _found(folders, names=["x", "x"])]
    assert labels == ["x", "x #2"]


def test_what_cannot_be_compared_is_refused(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run")
    with pytest.raises(ValueError, match="is named 2 times; name each folder once"):
        collect_groups([folder, folder / ".." / "run"])
    with pytest.raises(ValueError, match="--names: one for each folder is needed, 1, got 2"):
        collect_groups([folder], ["a", "b"])
    with pytest.raises(ValueError, match="--names: a name is empty"):
        collect_groups([folder], [" "])
    with pytest.raises(FileNotFoundError, match="missing: no such folder"):
        collect_groups([folder, tmp_path / "missing"])
    (tmp_path / "seeds" / "seed_1").mkdir(parents=True)
    said = re.escape(f"{tmp_path / 'seeds'}: none of its runs with seeds has begun")
    with pytest.raises(FileNotFoundError, match=said):
        collect_groups([tmp_path / "seeds"])

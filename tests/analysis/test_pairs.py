"""Pairs of confused digits, and the sheet that shows them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from digitdet.analysis.gallery import draw_pairs, heading
from digitdet.analysis.pairs import ConfusedPair, confused_pairs
from digitdet.datasets.coco_digits import CocoDigits
from digitdet.datasets.synthetic_layout import write_layout
from digitdet.evaluation.results import Result


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> CocoDigits:
    folder = tmp_path_factory.mktemp("pictures") / "layout"
    write_layout(folder, num_train=1, num_valid=6, num_test=1, seed=1)
    return CocoDigits("valid", "valid.json", str(folder), test_mode=True)


@pytest.fixture(scope="module")
def results(pictures: CocoDigits) -> list[Result]:
    """Each first digit is taken for the next one, each second found rightly."""
    found: list[Result] = []
    for target in pictures.pictures.targets(range(len(pictures))):
        labels = target["labels"][:2].clone()
        labels[0] = labels[0] % 10 + 1
        scores = torch.tensor([0.9, 0.8])[: len(labels)]
        found.append(({"boxes": target["boxes"][:2], "labels": labels, "scores": scores}, target))
    return found


def matches(results: list[Result]) -> list[tuple[int, int, int]]:
    return [(p, r, r) for p, (found, _) in enumerate(results) for r in range(len(found["labels"]))]


def test_where_nothing_is_confused_there_is_no_pair_and_the_sheet_says_so(
    pictures: CocoDigits, tmp_path: Path
) -> None:
    assert confused_pairs([], [], set()) == []
    draw_pairs([], pictures, [], tmp_path / "pairs.png")
    with Image.open(tmp_path / "pairs.png") as sheet:
        assert len(sheet.convert("RGB").getcolors() or []) > 1


def test_right_digits_are_left_out_and_each_confused_one_is_in_one_pair(
    results: list[Result],
) -> None:
    pairs = confused_pairs(results, matches(results), {(0, 0)})
    cases = [case for pair in pairs for case in pair.cases]
    assert sorted(case.picture for case in cases) == list(range(6))
    assert all((int(pair.true) + 1) % 10 == int(pair.found) for pair in pairs)
    for pair in pairs:
        for case in pair.cases:
            prediction, target = results[case.picture]
            assert int(target["labels"][case.truth]) == int(pair.true) + 1
            assert int(prediction["labels"][case.detection]) == int(pair.found) + 1
            assert case.breaks == (case.picture == 0)
    assert sum(pair.num_breaking for pair in pairs) == 1


def test_the_most_frequent_pair_comes_first_and_the_worst_case_within_it() -> None:
    boxes = torch.tensor([[0.0, 0, 5, 9]] * 5)
    results: list[Result] = [
        (
            {
                "boxes": boxes,
                "labels": torch.tensor([9, 9, 9, 2, 9]),
                "scores": torch.tensor([0.9, 0.8, 0.7, 0.6, 0.5]),
            },
            {
                "image_id": 1,
                "boxes": boxes,
                "labels": torch.tensor([4, 4, 4, 8, 2]),
                "iscrowd": torch.zeros(5, dtype=torch.bool),
                "source": "1.png",
            },
        )
    ]
    pairs = confused_pairs(results, [(0, row, row) for row in range(5)], {(0, 1), (0, 2)})
    assert [(p.true, p.found, len(p.cases), p.num_breaking) for p in pairs] == [
        ("3", "8", 3, 1),
        ("1", "8", 1, 0),
        ("7", "1", 1, 0),
    ]
    assert [case.detection for case in pairs[0].worst(9)] == [1, 2, 0]
    assert [case.detection for case in pairs[0].worst(1)] == [1]
    assert [heading(pair) for pair in pairs[:2]] == [
        "3 found as 8: 3 times; numbers broken: 1",
        "1 found as 8: once; numbers broken: 0",
    ]


def test_the_sheet_shows_a_crop_of_each_case_and_frames_what_breaks_a_number(
    pictures: CocoDigits, results: list[Result], tmp_path: Path
) -> None:
    sheets = []
    for breaking in (set(), {(p, 0) for p in range(6)}):
        pairs = confused_pairs(results, matches(results), breaking)
        draw_pairs(pairs, pictures, results, tmp_path / "pairs.png")
        with Image.open(tmp_path / "pairs.png") as sheet:
            sheets.append(np.asarray(sheet.convert("RGB")).astype(int))
    assert sheets[0].shape == sheets[1].shape
    red = [(np.abs(sheet - (176, 0, 0)).sum(axis=2) == 0).sum() for sheet in sheets]
    assert red[0] < 50  # of the photographs
    assert red[1] > 6 * 2 * (160 + 212)
    assert list(tmp_path.iterdir()) == [tmp_path / "pairs.png"]


def test_a_digit_outside_its_picture_is_shown_as_the_nearest_part(
    pictures: CocoDigits, results: list[Result], tmp_path: Path
) -> None:
    (prediction, target), *others = results
    far = torch.tensor([[9000.0, 9000, 9010, 9020]])
    moved = ({**prediction, "boxes": far.repeat(len(prediction["boxes"]), 1)}, target)
    target = {**target, "boxes": far.repeat(len(target["boxes"]), 1)}
    for place in (9000.0, -9000.0):
        moved = ({**prediction, "boxes": far - 9000 + place}, {**target, "boxes": far})
        pair = ConfusedPair("1", "2", confused_pairs(results, [(0, 0, 0)], set())[0].cases)
        draw_pairs([pair], pictures, [moved, *others], tmp_path / "pairs.png")
    assert (tmp_path / "pairs.png").stat().st_size > 1000

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from layouts import KINDS, Layout, draw_layout, to_prediction

from digitdet.datasets.annotations import read_annotations
from digitdet.labels import label_to_digit
from digitdet.readers import LeftToRightReader, LineReader
from digitdet.structures import Number, Prediction

Reader = Callable[[Prediction], list[Number]]


def shares_right(reader: Reader, layouts: list[Layout]) -> dict[str, float]:
    """Return the share of layouts of each kind, and of all, that are read without any mistake.

    All numbers of the layout are read, no others, and its own number comes first.
    """
    right: Counter[str] = Counter()
    for layout in layouts:
        read = [number.text for number in reader(to_prediction(layout.rows))]
        same = sorted(read) == sorted(layout.numbers) and read[:1] == layout.numbers[:1]
        right[layout.kind] += same
        right["all"] += same
    drawn = Counter(layout.kind for layout in layouts) + Counter(all=len(layouts))
    return {kind: right[kind] / count for kind, count in drawn.items()}


def draw(count: int, seed: int) -> list[Layout]:
    return [draw_layout(KINDS[n % len(KINDS)], seed + n) for n in range(count)]


def test_a_layout_follows_from_its_kind_and_seed() -> None:
    for kind in KINDS:
        assert draw_layout(kind, 5) == draw_layout(kind, 5)
        assert draw_layout(kind, 5).rows != draw_layout(kind, 6).rows or kind == "nothing"


def test_layouts_are_of_the_sizes_and_faults_of_detections() -> None:
    layouts = draw(700, seed=77)
    rows = np.array([row for layout in layouts for row in layout.rows])
    heights = rows[:, 3] - rows[:, 1]
    digits = sum(len(text) for layout in layouts for text in layout.numbers)
    assert (heights > 0).all()
    assert ((rows[:, 5] >= 0) & (rows[:, 5] <= 1)).all()
    assert 26 < np.median(heights) < 34
    assert 1.7 * digits < len(rows) < 2.7 * digits
    longest = max(len(text) for layout in layouts for text in layout.numbers)
    assert longest in (4, 5)
    assert all((len(layout.numbers) > 1) == (layout.kind in KINDS[8:12]) for layout in layouts)


def test_layouts_are_read_where_left_edges_do_not_do() -> None:
    layouts = draw(420, seed=10_000)
    line, left = shares_right(LineReader(), layouts), shares_right(LeftToRightReader(), layouts)
    assert line["all"] >= 0.98
    assert min(line.values()) >= 0.9
    assert left["all"] < 0.6


@pytest.mark.campaign
def test_campaign_of_2000_layouts() -> None:
    line = shares_right(LineReader(), draw(2000, seed=0))
    assert line["all"] >= 0.99
    assert min(line.values()) >= 0.95


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("step", "wrong", "downwards"),
    [(10, 1, 5), pytest.param(1, 22, 27, marks=pytest.mark.campaign)],
)
def test_the_true_boxes_of_svhn_give_its_numbers(
    step: int, wrong: int, downwards: int, real_data: Path
) -> None:
    """Those of each so many pictures; so many may be wrong, and so many more be columns."""
    file = real_data.parent / "svhn-annotations" / "train.json.gz"
    if not file.is_file():
        pytest.skip(f"{file} is not there")
    annotations = read_annotations(file)
    readers: dict[str, Reader] = {
        "left": LeftToRightReader(),
        "line": LineReader(),
        "by left edges": LineReader(columns=False),
    }
    right: Counter[str] = Counter()
    rng = np.random.default_rng(0)
    pictures = range(0, len(annotations), step)
    for picture in pictures:
        digits = annotations.of_image(picture)
        order = rng.permutation(digits.stop - digits.start)
        prediction: Prediction = {
            "boxes": torch.from_numpy(annotations.boxes[digits][order]),
            "labels": torch.from_numpy(annotations.labels[digits][order]),
            "scores": torch.ones(len(order)),
        }
        truth = "".join(str(label_to_digit(int(label))) for label in annotations.labels[digits])
        for name, reader in readers.items():
            right[name] += [number.text for number in reader(prediction)] == [truth]
    # The file has the digits of 27 columns by their left edges, which differ by a pixel or two.
    # Of those, 6 would begin with 0 if read downwards; of all 33,402 numbers, 84 do.
    assert len(annotations) == 33402
    assert right["by left edges"] >= right["left"] >= len(pictures) - wrong
    assert right["line"] >= right["by left edges"] - downwards

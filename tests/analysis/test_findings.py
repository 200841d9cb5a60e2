"""All of an analysis at once: against the metrics, and planted errors."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from analysis.made_pictures import picture
from analysis.planting import Planting, plant_errors
from evaluation.made_splits import draw_split

from digitdet.analysis.contrast import measure_contrasts
from digitdet.analysis.errors import ERROR_KINDS, Verdict
from digitdet.analysis.findings import OTHER_CAUSES, Findings, breaking_detections, find_all
from digitdet.datasets.coco_digits import CocoDigits
from digitdet.datasets.synthetic_digits import SyntheticDigits
from digitdet.evaluation import DigitMetric
from digitdet.evaluation.number_metric import NumberMetric
from digitdet.evaluation.results import Result
from digitdet.readers import LineReader
from digitdet.structures import Target

READER = dict(type="LineReader")
COUNTS = dict(zip(ERROR_KINDS, (6, 5, 4, 3, 2, 7), strict=True))


def analyze(results: Sequence[Result], contrasts: np.ndarray | None = None) -> Findings:
    unknown = np.full(len(results), -1.0)
    return find_all(results, LineReader(), unknown if contrasts is None else contrasts, min_score=0)


def figures_of_metrics(results: Sequence[Result]) -> dict[str, float]:
    figures: dict[str, float] = {}
    for metric in (DigitMetric(), NumberMetric(READER)):
        metric.process({"targets": [target for _, target in results]}, [p for p, _ in results])
        figures |= metric.evaluate(len(results))
    return figures


def check_agreement(found: Findings, results: Sequence[Result]) -> None:
    """Check that an analysis says what the metrics say, and that its own figures fit together."""
    figures = figures_of_metrics(results)
    assert found.figures == figures
    assert found.curves.average_precision("all") == pytest.approx(figures["map_50"], abs=1e-12)
    assert found.calibration.coverage.best == figures["coverage_98"]
    for what in ("height", "length"):
        for part in found.numbers[what]:
            assert part.share == figures[f"number_accuracy_{what}_{part.name}"]
    wrong = len(results) * (1 - figures["number_accuracy"])
    assert sum(found.causes.values()) == found.num_broken == pytest.approx(wrong)
    assert [mending.kind for mending in found.mendings] == list(ERROR_KINDS)
    num_true = sum(int((~target["iscrowd"]).sum()) for _, target in results)
    assert found.matrix[:10].sum() == found.curves.num_true["all"] == num_true
    confused = found.matrix[:10, :10].sum() - np.trace(found.matrix[:10, :10])
    assert sum(len(pair.cases) for pair in found.pairs) == confused


def check_planted(found: Findings, planting: Planting) -> None:
    """Check that exactly the planted errors are found."""
    for errors, verdicts, missed in zip(
        found.errors, planting.verdicts, planting.missed, strict=True
    ):
        assert list(errors.verdicts) == verdicts
        assert sorted(errors.missed.tolist()) == sorted(missed)
    assert found.counts == COUNTS


def plant(targets: Sequence[Target]) -> Planting:
    return plant_errors(targets, COUNTS, seed=4)


def test_of_no_pictures_all_figures_are_minus_1_and_all_counts_0() -> None:
    found = analyze([])
    counts = {name for name in found.figures if name.startswith("digits_")}
    assert {found.figures[name] for name in counts} == {0}
    assert {value for name, value in found.figures.items() if name not in counts} == {-1}
    assert set(found.causes.values()) == {0}
    assert list(found.causes) == [*map(str, ERROR_KINDS), *OTHER_CAUSES]
    assert not found.matrix.any()
    assert found.pairs == []


@pytest.mark.parametrize("crowd", [0.0, 0.2])
def test_the_figures_are_those_of_the_metrics(crowd: float) -> None:
    split = draw_split(seed=5, num_pictures=40, crowd=crowd)
    check_agreement(analyze(split), split)


def test_what_the_reader_does_not_look_at_breaks_no_number() -> None:
    seven, one = (10, 10, 20, 30), (21, 10, 31, 30)
    found = analyze([picture([(seven, 7, 0.9), (one, 4, 0.05)], [(seven, 7), (one, 1)])])
    assert (found.counts[Verdict.WRONG_DIGIT], found.counts[Verdict.MISSED]) == (1, 0)
    assert [breakage.cause for breakage in found.breakages] == [Verdict.MISSED]


def test_planted_errors_are_counted_and_some_break_numbers() -> None:
    targets = [target for _, target in SyntheticDigits(60, seed=2, test_mode=True)]
    planting = plant(targets)
    found = analyze(planting.results)
    check_planted(found, planting)
    check_agreement(found, planting.results)
    causes = Counter(breakage.cause for breakage in found.breakages)
    assert causes[Verdict.MISSED] > 0
    assert causes[Verdict.WRONG_DIGIT] > 0
    breaking = breaking_detections(found.breakages)
    for position, breakage in enumerate(found.breakages):
        rows = {row for place, row in breaking if place == position}
        is_of_detections = breakage.cause in set(ERROR_KINDS) - {Verdict.MISSED}
        assert {planting.verdicts[position][row] for row in rows} == (
            {breakage.cause} if is_of_detections else set()
        )
    of_pairs = {(c.picture, c.detection) for p in found.pairs for c in p.cases if c.breaks}
    assert of_pairs == {
        (picture, row)
        for picture, row in breaking
        if planting.verdicts[picture][row] is Verdict.WRONG_DIGIT
    }


@pytest.mark.real_data
@pytest.mark.parametrize("part", ["train", "valid"])
def test_errors_planted_on_real_photographs_are_found(real_data: Path, part: str) -> None:
    dataset = CocoDigits(part, f"{part}.json", str(real_data), test_mode=True)
    planting = plant(dataset.pictures.targets(range(len(dataset))))
    contrasts = measure_contrasts(dataset)
    found = analyze(planting.results, contrasts)
    check_planted(found, planting)
    check_agreement(found, planting.results)
    assert (contrasts > 0.05).all()
    assert sum(part.count for part in found.numbers["contrast"]) == len(dataset)

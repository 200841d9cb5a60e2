"""Reading pictures with many settings."""

import os
from collections.abc import Callable

import numpy as np
import pytest

from digitdet.evaluation.results import Result
from digitdet.readers import LeftToRightReader, LineReader
from digitdet.structures import Number, Prediction
from digitdet.tuning.sweep import CHUNK, min_score, num_workers, pack, sweep

Picture = Callable[..., Result]
THRESHOLDS = (0.2, 0.5, 0.8)
READERS = [LeftToRightReader(threshold) for threshold in THRESHOLDS]


@pytest.fixture(scope="module")
def results(picture: Picture) -> list[Result]:
    """Pictures of 0 to 4 digits at random scores, in more than two chunks."""
    rng = np.random.default_rng(2)
    made = []
    for image_id in range(2 * CHUNK + 5):
        number = "".join(map(str, rng.integers(10, size=rng.integers(5))))
        scores = rng.random(len(number)).round(2).tolist()
        made.append(picture(image_id, number, list(zip(number, scores, strict=True))))
    return made


def test_pictures_without_digits_are_right_when_nothing_is_read(picture: Picture) -> None:
    results = [picture(1, "", []), picture(2, "", [("3", 0.5)]), picture(3, "3", [])]
    correct = sweep(READERS, pack(results))
    assert correct.tolist() == [[True, False, False], [True, False, False], [True, True, False]]


def test_each_picture_is_read_with_each_setting(results: list[Result]) -> None:
    correct = sweep(READERS, pack(results))
    assert correct.shape == (3, 69)
    for row, reader in zip(correct, READERS, strict=True):
        for read, (prediction, target) in zip(row, results, strict=True):
            number = "".join(str(label - 1) for label in target["labels"].tolist())
            assert read == (number == "".join(n.text for n in reader(prediction)))
    assert 0 < correct.mean() < 1


@pytest.mark.parametrize("workers", [2, 99])
def test_processes_read_what_one_reads(results: list[Result], workers: int) -> None:
    pictures = pack(results)
    assert (sweep(READERS, pictures, workers) == sweep(READERS, pictures)).all()


def test_the_order_of_the_pictures_does_not_matter(results: list[Result]) -> None:
    assert (sweep(READERS, pack(results[::-1])) == sweep(READERS, pack(results))).all()


def test_detections_that_no_setting_looks_at_are_dropped_and_change_nothing(
    results: list[Result],
) -> None:
    lowest = min_score(READERS)
    assert lowest == 0.2
    packed = pack(results, min_score=lowest)
    assert 0 < len(packed.scores) < len(pack(results).scores)
    assert packed.scores.min() >= np.float32(0.2)
    assert (sweep(READERS, packed) == sweep(READERS, pack(results))).all()


def test_nothing_is_dropped_of_a_reader_that_does_not_tell_its_lowest_score() -> None:
    assert min_score([LeftToRightReader(0.5), lambda _: []]) == 0
    assert min_score([LeftToRightReader(0.5), LineReader(0.9, [0.6, 0.4])]) == 0.4


def test_no_workers_are_refused(results: list[Result]) -> None:
    with pytest.raises(ValueError, match="at least 1, got 0"):
        sweep(READERS, pack(results), workers=0)


def test_a_reader_that_can_not_be_passed_to_workers_is_refused_by_its_name(
    results: list[Result],
) -> None:
    class Closure:
        def __init__(self) -> None:
            self.read = lambda _: []

        def __call__(self, prediction: Prediction) -> list[Number]:
            return self.read(prediction)

    pictures = pack(results)
    with pytest.raises(ValueError, match=r"Closure can't be passed to other .* --workers 1"):
        sweep([Closure()], pictures, workers=2)
    assert sweep([Closure()], pictures).sum() == pictures.truths.count(None)


def test_there_is_a_worker_for_each_core_even_where_the_system_does_not_tell_which_are_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert 1 <= num_workers() <= (os.cpu_count() or 1)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert num_workers() == (os.cpu_count() or 1)


def test_true_digits_can_be_ordered_by_left_edge(picture: Picture) -> None:
    prediction, target = picture(1, "12", [("1", 0.9), ("2", 0.9)])
    for key in ("boxes", "labels"):
        target[key] = target[key].flip(0)  # type: ignore[literal-required]
    results = [(prediction, target)]
    assert not sweep(READERS, pack(results)).any()
    assert sweep(READERS, pack(results, truth="left")).all()

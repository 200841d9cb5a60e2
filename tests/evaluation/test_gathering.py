"""Evaluation by two processes beside one."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from evaluation import process
from mmengine.evaluator import BaseMetric
from two_processes import in_two_processes

from digitdet.evaluation import DigitMetric, NumberMetric, SubmissionMetric
from digitdet.evaluation.gathering import evaluate_gathered, gather_results

READER = {"type": "LeftToRightReader", "score_threshold": 0.3}
Sample = tuple[dict[str, Any], dict[str, Any]]


def draw_pictures(number: int) -> list[Sample]:
    """Pictures of up to four digits, most of them found; some say which number a digit is of."""
    draw = torch.Generator().manual_seed(4)
    split = []
    for index in range(number):
        count = int(torch.randint(0, 5, (1,), generator=draw))
        left = torch.arange(count) * 12.0 + 3
        truth = torch.stack([left, left * 0 + 4, left + 9, left * 0 + 24], dim=1)
        labels = torch.randint(1, 11, (count,), generator=draw)
        found = torch.rand(count, generator=draw) < 0.9
        # Few scores, so that many are equal across the processes.
        scores = torch.randint(2, 5, (int(found.sum()),), generator=draw) / 4
        shift = torch.randint(-2, 3, (int(found.sum()), 4), generator=draw)
        target = {
            "image_id": 50 - 3 * index,
            "boxes": truth,
            "labels": labels,
            "iscrowd": torch.rand(count, generator=draw) < 0.1,
            "source": f"{index}.png",
        }
        if index % 3 == 0:
            target["numbers"] = torch.arange(count) // 2
        order = torch.argsort(scores, descending=True, stable=True)
        boxes = (truth[found] + shift)[order]
        prediction = {"boxes": boxes, "labels": labels[found][order], "scores": scores[order]}
        split.append((prediction, target))
    return split


PICTURES = draw_pictures(13)
DEALT = [[*PICTURES[0::2]], [*PICTURES[1::2], PICTURES[0]]]  # with a sampler's padding
UNEQUAL = {
    "dealt": DEALT,
    "long_and_short": [PICTURES[:11], PICTURES[11:]],
    "second_empty": [PICTURES, []],
    "first_empty": [[], PICTURES],
    "all_twice": [PICTURES, PICTURES[::-1]],
}
OTHER = (PICTURES[3][0], {**PICTURES[3][1], "source": "other.png"})


def same(one: Any, other: Any) -> bool:
    if isinstance(one, torch.Tensor):
        return one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What two processes wrote of all cases."""
    folder = tmp_path_factory.mktemp("processes")
    cases = {**UNEQUAL, "nothing": [[], []], "same_id": [PICTURES, [OTHER]]}
    torch.save(cases, folder / "cases.pt")
    in_two_processes(partial(process.main, folder), folder)
    return folder


def outcomes(folder: Path, case: str) -> list[list[Any]]:
    """What the metrics gave in each process."""
    return [json.loads((folder / f"{rank}.json").read_text())[case] for rank in range(2)]


def in_one_process(metric: BaseMetric, split: list[Sample]) -> dict[str, float]:
    for prediction, target in split:
        metric.process({"targets": [target]}, [prediction])
    return metric.evaluate(len(split))


@pytest.mark.parametrize("case", ["nothing", *UNEQUAL])
def test_two_processes_give_exactly_the_figures_of_one(
    case: str, folder: Path, tmp_path: Path
) -> None:
    split = [] if case == "nothing" else PICTURES
    digits = DigitMetric(backend="pycocotools")
    metrics = digits, NumberMetric(READER), SubmissionMetric(str(tmp_path), READER)
    expected = [in_one_process(metric, split) for metric in metrics]
    assert outcomes(folder, case) == [expected, expected]
    for name in ("pred.csv", "pred.json"):
        own, other = ((place / name).read_text() for place in (tmp_path, folder / case))
        if name == "pred.json" and case != "dealt":  # in the order of the shards
            own, other = (sorted(map(str, json.loads(text))) for text in (own, other))
        assert own == other
    if split:
        assert 0 < expected[0]["map"] < 1


@pytest.mark.parametrize("case", UNEQUAL)
def test_each_picture_comes_once_with_all_that_it_had(case: str, folder: Path) -> None:
    main, other = (torch.load(folder / f"{rank}.pt")[case] for rank in range(2))
    assert other == []
    by_id = sorted(PICTURES, key=lambda result: result[1]["image_id"])
    assert same(sorted(main, key=lambda result: result[1]["image_id"]), by_id)
    if case == "dealt":
        assert same(main, PICTURES)


def test_another_picture_with_the_same_id_is_refused_in_every_process(folder: Path) -> None:
    message = "other.png and 3.png both have the image id 41"
    for main, other in zip(*outcomes(folder, "same_id"), strict=True):
        assert main.startswith(f"ValueError: {message}")
        assert other.startswith("RuntimeError: the main process could not compute the figures")
        assert message in other


def test_one_process_keeps_its_own_results() -> None:
    assert gather_results([]) == []
    assert gather_results(PICTURES) == PICTURES


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_results_on_a_device_come_to_the_cpu() -> None:
    moved = [
        ({key: value.cuda() for key, value in prediction.items()}, target)
        for prediction, target in PICTURES
    ]
    assert same(gather_results(moved), PICTURES)


class Counting(BaseMetric):
    """A metric with a prefix."""

    default_prefix = "users"

    def process(self, data_batch: Any, data_samples: Any) -> None:
        self.results.extend(zip(data_samples, data_batch["targets"], strict=True))

    def evaluate(self, size: int) -> dict[str, float]:  # noqa: ARG002
        return evaluate_gathered(self)

    def compute_metrics(self, results: list[Any]) -> dict[str, float]:
        return {"pictures": len(results)}


def test_a_users_metric_gathers_too_and_begins_anew_each_time() -> None:
    metric = Counting()
    assert in_one_process(metric, PICTURES) == {"users/pictures": 13}
    assert in_one_process(metric, PICTURES[:2]) == {"users/pictures": 2}

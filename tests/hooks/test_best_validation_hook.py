"""The best epoch's validation is kept whole, and a run that goes on ends with the same."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.evaluator import BaseMetric
from mmengine.model import BaseModel
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, IterableDataset

from digitdet.datasets.collate import collate
from digitdet.evaluation.saved_predictions import load_results
from digitdet.hooks import (
    AccumulationHook,
    BestValidationHook,
    CheckpointHook,
    EvaluationHook,
    SampleSeedHook,
)
from digitdet.runner import Runner

# Finished steps -> the figure of the validation: the third epoch is the best, then the first.
FIGURES = {0: 0.1, 2: 0.5, 4: 0.2, 6: 0.7}
READER = {"type": "LineReader"}
Run = Callable[..., Runner]


class Counting(BaseModel):
    """Finds, in each picture, the digit that says how many steps it was trained."""

    steps: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))

    def forward(self, images: Any, targets: Any, mode: str = "tensor") -> Any:  # noqa: ARG002
        if mode == "loss":
            self.steps += 1
            return {"loss": self.weight.square().sum()}
        found = {"boxes": [[2.0, 3, 12, 23]], "scores": [0.9]}
        boxes, scores = (torch.tensor(found[key]) for key in ("boxes", "scores"))
        labels = self.steps.reshape(1) + 1
        return [{"boxes": boxes, "labels": labels, "scores": scores} for _ in images]


class Figure(BaseMetric):
    """Gives the figure that stands in the table."""

    def process(self, data_batch: Any, data_samples: Sequence[Any]) -> None:  # noqa: ARG002
        self.results += [int(found["labels"][0]) - 1 for found in data_samples]

    def compute_metrics(self, results: list[Any]) -> dict[str, float]:
        return {"figure": FIGURES[results[0]]}


class Pictures(Dataset[Any]):
    """Pictures of 30 x 40 pixels with a digit each, which is the rest of its position by 10."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> tuple[Tensor, dict[str, Any]]:
        if index >= self.count:
            raise IndexError(index)
        target = {
            "image_id": 100 + index,
            "boxes": torch.tensor([[2.5, 3, 12, 23]]),
            "labels": torch.tensor([index % 10 + 1]),
            "iscrowd": torch.tensor([False]),
            "source": f"data/{index}.png",
        }
        return torch.full((3, 30, 40), index, dtype=torch.uint8), target


class Stream(IterableDataset[Any]):
    """Pictures that come only one after another."""

    def __init__(self, pictures: Pictures) -> None:
        self.pictures = pictures

    def __len__(self) -> int:
        return len(self.pictures)

    def __iter__(self) -> Any:
        return (self.pictures[index] for index in range(len(self.pictures)))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Returns a function that trains in a folder of that name: two steps an epoch."""

    def train(
        name: str,
        num_epochs: int = 3,
        *,
        hooks: Sequence[Any] = (),
        val: Any = Pictures(20),  # noqa: B008  not changed
        metric: BaseMetric | None = None,
        model: Counting | None = None,
        validated: bool = True,
        **kwargs: Any,
    ) -> Runner:
        if validated:
            kwargs["val_dataloader"] = DataLoader(val, batch_size=4, collate_fn=collate)
            kwargs.update(val_cfg={}, val_evaluator=[metric or Figure()])
        runner = Runner(
            model=model or Counting(),
            work_dir=str(tmp_path / name),
            experiment_name=f"{tmp_path.name}_{name}",
            train_dataloader=DataLoader(Pictures(4), batch_size=2, collate_fn=collate),
            train_cfg={"by_epoch": True, "max_epochs": num_epochs},
            optim_wrapper={"optimizer": {"type": "SGD", "lr": 0.1}},
            default_hooks={
                "sampler_seed": SampleSeedHook(),
                "accumulation": AccumulationHook(),
                "checkpoint": CheckpointHook(interval=1),
            },
            custom_hooks=[BestValidationHook(), *(hooks or [EvaluationHook("figure", ())])],
            randomness={"seed": 0},
            log_level="ERROR",
            cfg={"reader": READER},
            **kwargs,
        )
        runner.train()
        return runner

    return train


def best(runner: Runner) -> Path:
    """A run's folder of the best epoch."""
    return Path(runner.work_dir, "best")


def files(folder: Path) -> dict[str, bytes]:
    """All files of a folder."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def content(file: Path) -> Any:
    """What a file of JSON holds."""
    return json.loads(file.read_text(encoding="utf-8"))


def test_a_model_without_boxes_leaves_its_figures_alone(run: Run) -> None:
    class Values(Counting):
        def forward(self, images: Any, targets: Any, mode: str = "tensor") -> Any:
            return super().forward(images, targets, mode) if mode == "loss" else [7] * len(images)

    class Constant(Figure):
        def process(self, data_batch: Any, data_samples: Sequence[Any]) -> None:  # noqa: ARG002
            self.results += [2 for _ in data_samples]

    runner = run("values", 1, model=Values(), metric=Constant())
    assert list(files(best(runner))) == ["best.json"]


@pytest.mark.parametrize("how", [{"validated": False}, {"hooks": [SampleSeedHook()]}])
def test_without_a_validation_or_a_metric_there_is_no_best(
    how: Mapping[str, Any], run: Run
) -> None:
    assert not best(run("without", 1, **how)).exists()


@pytest.mark.parametrize(("num_epochs", "epoch"), [(1, 1), (2, 1), (3, 3)])
def test_the_best_epoch_is_the_one_that_is_kept(num_epochs: int, epoch: int, run: Run) -> None:
    runner = run("best", num_epochs)
    expected = {"epoch": epoch, "step": 2 * epoch, "metric": "figure"}
    figure = FIGURES[2 * epoch]
    expected |= {"value": figure, "figures": {"figure": figure}, "reader": READER}
    assert content(best(runner) / "best.json") == expected
    results = load_results(best(runner) / "pred.json", best(runner) / "truth.json")
    assert len(results) == 20
    for index, (prediction, target) in enumerate(results):
        assert target["image_id"] == 100 + index
        assert target["boxes"].tolist() == [[2.5, 3, 12, 23]]
        assert target["labels"].tolist() == [index % 10 + 1]
        assert prediction["boxes"].tolist() == [[2, 3, 12, 23]]
        assert prediction["labels"].tolist() == [2 * epoch + 1]
    images = content(best(runner) / "truth.json")["images"]
    assert images[7] == {"id": 107, "file_name": "7.png", "height": 30, "width": 40}
    assert not list(Path(runner.work_dir).glob(".best.*"))


def test_samples_are_spread_over_the_split(run: Run) -> None:
    runner = run("samples")
    records = content(best(runner) / "samples.json")
    places = [0, 1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 13, 15, 16, 17, 18]
    assert [record["source"] for record in records] == [f"data/{place}.png" for place in places]
    assert [record["true"] for record in records] == [str(place % 10) for place in places]
    assert {record["read"] for record in records} == {"6"}
    assert [r["image_id"] for r in records if r["is_right"]] == [106, 116]
    assert sorted(path.name for path in (best(runner) / "samples").iterdir()) == [
        f"{number:02}.png" for number in range(16)
    ]


def test_pictures_that_come_only_once_leave_no_samples(run: Run) -> None:
    runner = run("stream", 1, val=Stream(Pictures(5)))
    assert sorted(files(best(runner))) == ["best.json", "pred.json", "truth.json"]


def test_the_training_draws_what_it_draws_without_samples(run: Run, tmp_path: Path) -> None:
    class Drawing(Pictures):
        def __getitem__(self, index: int) -> Any:
            if torch.utils.data.get_worker_info() is None and index < self.count:
                torch.rand(1)
            return super().__getitem__(index)

    def states(name: str) -> Tensor:
        return torch.load(tmp_path / name / "epoch_1.pth")["random_states"][0]["torch"]

    run("stream", 1, val=Stream(Drawing(5)))
    run("drawn", 1, val=Drawing(5))
    assert best(run("drawn", 1, val=Drawing(5))).joinpath("samples").is_dir()
    assert torch.equal(states("stream"), states("drawn"))


@pytest.mark.parametrize("epoch", [1, 2])
@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_run_that_goes_on_ends_with_the_best_of_the_unbroken_one(
    epoch: int, elsewhere: bool, run: Run
) -> None:
    unbroken = run("unbroken")
    first = run("first", epoch)
    file = Path(first.work_dir, f"epoch_{epoch}.pth")
    again = run("other" if elsewhere else "first", load_from=str(file), resume=True)
    assert files(best(again)) == files(best(unbroken))


@pytest.mark.parametrize("elsewhere", [False, True])
def test_what_is_best_already_is_kept_when_a_run_goes_on(elsewhere: bool, run: Run) -> None:
    first = run("first", 1)
    before = files(best(first))
    (best(first).parent / ".best.00.part").mkdir()
    how = {"load_from": str(Path(first.work_dir, "epoch_1.pth")), "resume": True}
    again = run("other" if elsewhere else "first", 2, **how)
    assert files(best(again)) == before
    assert not list(Path(again.work_dir).glob(".best.*"))


def test_what_was_best_at_a_later_step_is_set_aside(run: Run) -> None:
    later = run("later")
    how = {"load_from": str(Path(later.work_dir, "epoch_1.pth")), "resume": True}
    again = run("later", 2, **how)
    assert not best(again).exists()
    (kept,) = Path(again.work_dir).glob("earlier_*/best/best.json")
    assert content(kept)["epoch"] == 3


def test_what_is_best_of_another_validation_is_removed(run: Run) -> None:
    first = run("first", 2)
    file = best(first) / "best.json"
    file.write_text(json.dumps({**content(file), "value": 0.9}), encoding="utf-8")
    how = {"load_from": str(Path(first.work_dir, "epoch_2.pth")), "resume": True}
    assert not best(run("first", 2, **how)).exists()


def test_a_new_run_sets_the_best_of_another_aside(run: Run) -> None:
    before = files(best(run("same")))
    again = run("same", 1)
    (kept,) = Path(again.work_dir).glob("earlier_*/best")
    assert files(kept) == before
    shutil.rmtree(kept)
    assert content(best(again) / "best.json")["epoch"] == 1

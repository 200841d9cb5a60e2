"""One of several processes that evaluate shards together."""

import json
from pathlib import Path
from typing import Any

import torch
from mmengine.evaluator import BaseMetric

from digitdet.evaluation import DigitMetric, NumberMetric, SubmissionMetric
from digitdet.evaluation.gathering import gather_results

READER = {"type": "LeftToRightReader", "score_threshold": 0.3}


def main(folder: Path, rank: int) -> None:
    """Evaluate each case of ``cases.pt`` and write what each metric gives in this process."""
    outcomes = {}
    gathered = {}
    for name, shards in torch.load(folder / "cases.pt").items():
        shard = shards[rank]
        gathered[name] = gather_results(shard)
        metrics = [
            DigitMetric(backend="pycocotools"),
            NumberMetric(READER),
            SubmissionMetric(str(folder / name), READER),
        ]
        outcomes[name] = [outcome(metric, shard) for metric in metrics]
    (folder / f"{rank}.json").write_text(json.dumps(outcomes), encoding="utf-8")
    torch.save(gathered, folder / f"{rank}.pt")


def outcome(metric: BaseMetric, shard: list[Any]) -> dict[str, float] | str:
    """What a metric gives, or its error."""
    for prediction, target in shard:
        metric.process({"targets": [target]}, [prediction])
    try:
        return metric.evaluate(0)
    except (ValueError, RuntimeError) as error:
        return f"{type(error).__name__}: {error}"

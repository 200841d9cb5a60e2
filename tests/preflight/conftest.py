"""Runners as a training builds them, made small."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
EXPERIMENTS = ROOT / "configs" / "experiments"
SMALL = [
    "train_dataloader.num_workers=0",
    "val_dataloader.num_workers=0",
    "train_dataloader.batch_size=2",
    "train_cfg.max_epochs=2",
    "default_hooks.report=None",
    "model.min_size=32",
    "model.max_size=96",
]


@pytest.fixture
def make_runner(tmp_path: Path) -> Callable[..., Any]:
    """Returns a function that builds a runner of the quickstart, or of an experiment with files."""

    def make(*options: str, changes: dict[str, Any] | None = None, data: Path | None = None) -> Any:
        from digitdet import config as configs
        from digitdet.runner import Runner

        name = "frcnn_small_folder" if data else "quickstart"
        few = ["train_dataloader.dataset.num_scenes=4", "val_dataloader.dataset.num_scenes=2"]
        few = [f"data_root={data}", "load_from=None"] if data else few
        given = {option.partition("=")[0]: option for option in [*SMALL, *few, *options]}
        gone = tuple(f"{key}." for key, option in given.items() if option.endswith("=None"))
        kept = [option for key, option in given.items() if not key.startswith(gone)]
        config = configs.load(EXPERIMENTS / f"{name}.py", kept)
        config.merge_from_dict(changes or {})
        config.work_dir, config.launcher = str(tmp_path / "work"), "none"
        config.visualizer = dict(type="Visualizer", vis_backends=[])
        return Runner.from_cfg(config)

    return make


@pytest.fixture
def read() -> Callable[..., Any]:
    """Returns a function that reads samples of a data set, as those of a split."""

    def read_split(split: str, dataset: Any, count: int = 4) -> Any:
        from torch.utils.data import DataLoader

        from digitdet.datasets import collate
        from digitdet.preflight.samples import read_samples

        loader = DataLoader(dataset, batch_size=2, collate_fn=collate)
        return read_samples(split, loader, count, seed=0)

    return read_split


@pytest.fixture
def coco() -> Callable[..., Any]:
    """Returns a function that opens a split of a folder in the homework's layout."""

    def open_split(folder: Path, split: str, kind: Any = None, **arguments: Any) -> Any:
        from digitdet.datasets import CocoDigits

        name = {"train": "train", "val": "valid"}[split]
        given = dict(image_dir=name, ann_file=f"{name}.json", test_mode=split == "val")
        return (kind or CocoDigits)(**{**given, "data_root": str(folder), **arguments})

    return open_split

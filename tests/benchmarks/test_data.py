"""The benchmark of loading, run as a user does."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch.utils.data import DataLoader

from digitdet.benchmarks import data, data_loaders, data_stages
from digitdet.benchmarks.plain_loader import PlainDataset, plain_collate
from digitdet.datasets import CocoDigits
from digitdet.datasets.ram_cache import RamCache
from digitdet.registry import DATASETS

ROOT = Path(__file__).parents[2]
SMALL_FOLDER = str(ROOT / "configs" / "experiments" / "frcnn_small_folder.py")
Tool = Callable[[str], Callable[[list[str]], None]]


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_loaders, "NUM_IMAGES", 40)
    monkeypatch.setattr(data, "NUM_SYNTHETIC", 6)


def test_all_stages_loaders_and_paddings_are_printed(
    layout: Path, tmp_path: Path, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "data.json"
    short = ["--repeats", "1", "--seconds", "0", "--out", str(file)]
    tool("benchmark")(["data", SMALL_FOLDER, *short, "--cfg-options", f"data_root={layout}"])
    out = capsys.readouterr().out
    assert f"6 pictures of {layout / 'train'}, batches of 16" in out
    for row in (
        "read the file",
        "read and decode",
        "take from the cache",
        "look up the target",
        "one in 1,000",
        "one in 33,402",
        "collate",
        "pack, in a worker",
        "unpack, in the main process",
        "transform",
        "plain, in process",
        "digitdet, in process",
        "plain, two workers",
        "digitdet, two workers",
        "random batches of 8",
        "like shapes, batches of 16",
        "padded / real pixels at 96/256",
    ):
        assert row in out
    figures = json.loads(file.read_text(encoding="utf-8"))["figures"]
    assert figures["plain, in process"] > 0


def test_without_the_data_scenes_are_measured_and_said_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = [f"data_root={tmp_path / 'nowhere'}", "train_dataloader.dataset.transforms=[]"]
    figures = data.benchmark_data(SMALL_FOLDER, options=options, repeats=1, seconds=0)
    out = capsys.readouterr().out
    assert "nowhere: no such folder; 6 scenes at SVHN's sizes are measured instead" in out
    assert "transform" not in figures
    assert all(figure > 0 for figure in figures.values())


def test_a_config_of_scenes_is_measured_by_written_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    quickstart = ROOT / "configs" / "experiments" / "quickstart.py"
    data.benchmark_data(quickstart, repeats=1, seconds=0)
    assert "no pictures with annotations; 6 scenes" in capsys.readouterr().out


def test_pictures_within_a_wrapper_are_found() -> None:
    inner = {"type": "CocoDigits", "image_dir": "a", "ann_file": "a.json"}
    wrapped = {"type": "RepeatDataset", "times": 2, "dataset": inner}
    mixed = {"type": "ConcatDataset", "datasets": [{"type": "SyntheticDigits"}, wrapped]}
    assert data.find_pictures(mixed) == inner
    assert data.find_pictures({"type": "SyntheticDigits"}) is None


@DATASETS.register_module()
class UsersPictures:
    """A user's data set that takes the same arguments."""

    def __init__(self, image_dir: str, ann_file: str, data_root: str = "") -> None:
        pass


def test_a_data_set_of_another_kind_is_named() -> None:
    options = [
        "train_dataloader.dataset="
        "{'_delete_':True,'type':'UsersPictures','image_dir':'a','ann_file':'a.json'}"
    ]
    with pytest.raises(ValueError, match="UsersPictures can't be measured by stages"):
        data.benchmark_data(SMALL_FOLDER, options=options, repeats=1, seconds=0)


def test_large_pictures_are_measured_few_at_a_time(
    layout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = CocoDigits("train", "train.json", str(layout))
    monkeypatch.setattr(data_stages, "HELD_BYTES", 1)
    data_stages.stage_rates(dataset, None, batch_size=2, repeats=1, seconds=0)
    held = dataset.pictures.pictures.cache
    assert isinstance(held, RamCache)
    assert [held.get(index) is not None for index in range(6)].count(True) == 2


def test_no_repeats_are_refused(tool: Tool, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        tool("benchmark")(["data", SMALL_FOLDER, "--repeats", "0"])
    assert "repeats has to be at least 1, got 0" in capsys.readouterr().err


def test_the_plain_loader_gives_the_same_pictures_and_boxes(layout: Path) -> None:
    dataset = CocoDigits("train", "train.json", str(layout))
    plain = PlainDataset(dataset.annotations, dataset.image_dir)
    loader = DataLoader(plain, batch_size=6, collate_fn=plain_collate)
    (images, targets), *others = list(loader)
    assert not others
    for index, (image, target) in enumerate(zip(images, targets, strict=True)):
        expected, truth = dataset[index]
        assert torch.equal(image, expected)
        for key in ("boxes", "labels", "iscrowd"):
            assert target[key].dtype == truth[key].dtype
            assert torch.equal(target[key], truth[key])
        assert target["image_id"] == truth["image_id"]

"""Values that a config states once for several of its parts."""

from pathlib import Path

from digitdet import config

SMALL_FOLDER = Path(__file__).parents[1] / "configs" / "experiments" / "frcnn_small_folder.py"


def _write(folder: Path, text: str) -> Path:
    file = folder / "mine.py"
    file.write_text(text, encoding="utf-8")
    return file


def test_one_override_moves_all_data() -> None:
    loaded = config.load(SMALL_FOLDER, ["data_root=elsewhere"])
    loaders = (loaded.train_dataloader, loaded.val_dataloader, loaded.test_dataloader)
    assert [loader.dataset.data_root for loader in loaders] == ["elsewhere"] * 3


def test_a_dataset_that_sets_its_own_data_root_keeps_it() -> None:
    loaded = config.load(SMALL_FOLDER, ["val_dataloader.dataset.data_root=own"])
    assert loaded.val_dataloader.dataset.data_root == "own"
    assert loaded.train_dataloader.dataset.data_root == "data/nycu-hw2-data"


def test_a_dataset_that_takes_no_data_root_gets_none() -> None:
    synthetic = ["val_dataloader.dataset._delete_=True", "val_dataloader.dataset.num_scenes=3"]
    synthetic.append("val_dataloader.dataset.type=SyntheticDigits")
    loaded = config.load(SMALL_FOLDER, synthetic)
    assert loaded.val_dataloader.dataset == {"type": "SyntheticDigits", "num_scenes": 3}


def test_the_data_root_reaches_datasets_within_wrappers(tmp_path: Path) -> None:
    inner = "dict(type='CocoDigits', image_dir='a', ann_file='a.json')"
    file = _write(
        tmp_path,
        f"data_root = 'here'\n"
        "train_dataloader = dict(sampler=dict(type='DefaultSampler'), "
        f"dataset=dict(type='ConcatDataset', datasets=[{inner}, {inner}]))",
    )
    loaded = config.load(file)
    assert [part.data_root for part in loaded.train_dataloader.dataset.datasets] == ["here"] * 2


def test_the_reader_reaches_metrics_that_take_one(tmp_path: Path) -> None:
    file = _write(
        tmp_path,
        "reader = dict(type='LeftToRightReader', score_threshold=0.4)\n"
        "test_evaluator = [dict(type='DigitMetric'), dict(type='SubmissionMetric', out_dir='o')]",
    )
    first, second = config.load(file).test_evaluator
    assert "reader" not in first
    assert second.reader.score_threshold == 0.4

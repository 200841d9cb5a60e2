"""Looking at configs as a user does."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from digitdet import config as configs

ROOT = Path(__file__).parents[2]
Run = Callable[..., str]

# What two experiments share; `mine.py` is one of them.
BASE = """\
data_root = "data"
reader = dict(type="LineReader", max_digits=5)
train_dataloader = dict(
    batch_size=8,
    num_workers=0,
    sampler=dict(type="DefaultSampler", shuffle=True),
    collate_fn=dict(type="digitdet.collate"),
    dataset=dict(type="CocoDigits", image_dir="train", ann_file="train.json"),
)
train_cfg = dict(by_epoch=True, max_epochs=4)
optim_wrapper = dict(
    type="OptimWrapper",
    optimizer=dict(type="SGD", lr=0.005, momentum=0.9),
)
param_scheduler = [dict(type="LinearLR", start_factor=0.1, by_epoch=False, end=9)]
model = dict(type="FasterRCNN", backbone=dict(type="SlimResNetFPN"), anchor_sizes=[[9], [32]])
default_hooks = dict(sampler_seed=dict(type="SampleSeedHook"))
"""
MINE = """\
_base_ = ["base.py"]
train_dataloader = dict(batch_size=4)
optim_wrapper = dict(optimizer=dict(lr=0.01))
reader = dict(_delete_=True, type="LeftToRightReader")
"""
OTHER = """\
_base_ = ["base.py"]
train_dataloader = dict(batch_size=4, drop_last=False)
optim_wrapper = dict(optimizer=dict(lr=0.02), clip_grad=dict(max_norm=1.0))
reader = dict(_delete_=True, type="LeftToRightReader")
data_root = "elsewhere"
"""


@pytest.fixture
def run(
    tool: Callable[[str], Callable[[list[str]], None]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Returns a function that runs the tool beside the configs and returns what it prints."""
    for name, text in (("base", BASE), ("mine", MINE), ("other", OTHER)):
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    main = tool("config")

    def printed(*arguments: str) -> str:
        capsys.readouterr()
        main(list(arguments))
        return capsys.readouterr().out

    return printed


def _error(run: Run, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as stopped:
        run(*arguments)
    assert stopped.value.code == 1
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return printed.err + printed.out


def test_a_config_is_shown_merged_and_loads_again_to_the_same(run: Run, tmp_path: Path) -> None:
    text = run("show", "mine.py", "--cfg-options", "train_cfg.max_epochs=2")
    assert "train_cfg = dict(by_epoch=True, max_epochs=2)\n" in text
    assert 'reader = dict(type="LeftToRightReader")\n' in text
    assert 'work_dir = "work_dirs/mine"\n' in text
    (tmp_path / "shown.py").write_text(text, encoding="utf-8")
    loaded = configs.load("mine.py", ["train_cfg.max_epochs=2"]).to_dict()
    assert configs.load("shown.py").to_dict() == loaded
    assert run("show", "mine.py", "--out", "new/it.py") == "written: new/it.py\n"
    assert configs.load("new/it.py").to_dict() == configs.load("mine.py").to_dict()


def test_a_config_is_written_to_a_python_file_alone(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    message = _error(run, capsys, "show", "mine.py", "--out", "it.json")
    assert "--out: a config is a Python file, NAME.py, got it.json" in message


def test_a_value_is_explained_with_all_that_set_it(run: Run) -> None:
    key = "optim_wrapper.optimizer.lr"
    text = run("explain", "mine.py", key, "--cfg-options", f"{key}=0.03")
    lines = text.splitlines()
    assert lines[:4] == [
        f"{key} = 0.03",
        f"      base.py:13{' ' * 32}0.005",
        f"      mine.py:3{' ' * 33}0.01",
        f"    > --cfg-options {key}  0.03",
    ]
    assert lines[4].startswith("    lr: learning rate")


def test_a_part_is_explained_with_its_class_and_defaults(run: Run) -> None:
    text = run("explain", "mine.py", "train_dataloader.dataset")
    assert 'train_dataloader.dataset.image_dir = "train"\n    > base.py:8  "train"\n' in text
    assert (
        'train_dataloader.dataset.data_root = "data"\n'
        '    handed on from `data_root`:\n    > base.py:1  "data"\n'
    ) in text
    assert "    digitdet.datasets.coco_digits.CocoDigits: Photographs with digit boxes" in text
    assert "\ntrain_dataloader.dataset.test_mode = False  (default)\n" in text
    assert "batch_size" not in text


def test_what_nobody_wrote_is_explained_as_a_default(run: Run) -> None:
    text = run("explain", "mine.py", "train_dataloader.dataset.test_mode")
    lines = text.splitlines()
    assert lines[0] == "train_dataloader.dataset.test_mode = False  (default)"
    assert lines[1].startswith("    default of digitdet.datasets.coco_digits.CocoDigits(image_dir,")
    assert lines[2].startswith("    test_mode: ")
    assert run("explain", "mine.py", "train_dataloader.pin_memory").startswith(
        "train_dataloader.pin_memory = False  (default)\n    default of torch.utils.data"
    )
    assert run("explain", "mine.py", "work_dir") == (
        'work_dir = "work_dirs/mine"\n    from the name of the config\n'
    )


def test_a_value_that_comes_out_of_arithmetic_is_explained_by_what_holds_it(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "repeated.py").write_text(
        '_base_ = "base.py"\nparam_scheduler = [dict(type="ConstantLR", end=2)] * 1\n'
    )
    assert run("explain", "repeated.py", "param_scheduler.0.end") == (
        "param_scheduler.0.end = 2\n    part of `param_scheduler`:\n"
        '      base.py:15     [dict(type="LinearLR", start_factor=0.1, by_epoch=False, end=9)]\n'
        '    > repeated.py:2  [dict(type="ConstantLR", end=2)] * 1\n'
        "    end: Step at which to stop updating the learning rate. Defaults to INF.\n"
    )


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("optim_wraper.lr", "mine.py: no key 'optim_wraper.lr'; did you mean 'optim_wrapper"),
        (
            "train_cfg.max_epoch",
            "no key 'train_cfg.max_epoch'; did you mean 'train_cfg.max_epochs'?",
        ),
        ("model.min_sice", "did you mean 'model.min_size'?"),
        ("", "mine.py: no key ''"),
        (
            "reader.max_digits",
            "nothing is left of 'reader.max_digits', set in base.py:2: mine.py:4 replaces what it",
        ),
    ],
)
def test_a_key_that_is_not_there_is_refused(
    key: str, message: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in _error(run, capsys, "explain", "mine.py", key)


def test_two_configs_differ_in_what_they_state_and_nothing_else(run: Run) -> None:
    assert run("diff", "mine.py", "other.py") == (
        "A = mine.py\nB = other.py\n\n"
        "data_root\n"
        '    A  "data"       base.py:1\n'
        '    B  "elsewhere"  other.py:5\n'
        "optim_wrapper.optimizer.lr\n"
        "    A  0.01  mine.py:3\n"
        "    B  0.02  other.py:3\n"
        "optim_wrapper.clip_grad\n"
        "    A  None                (default)\n"
        "    B  dict(max_norm=1.0)  other.py:3\n"
    )


def test_configs_that_state_the_same_are_equal(run: Run, tmp_path: Path) -> None:
    (tmp_path / "same.py").write_text(MINE.replace("0.01", "1e-2"), encoding="utf-8")
    equal = "mine.py and same.py are equal in every value\n"
    assert run("diff", "mine.py", "same.py") == equal
    (tmp_path / "same.py").write_text(f"{MINE}work_dir = 'work_dirs/own'", encoding="utf-8")
    assert run("diff", "mine.py", "same.py").splitlines()[3:] == [
        "work_dir",
        '    A  "work_dirs/mine"  mine.py',
        '    B  "work_dirs/own"   same.py:5',
    ]


def test_lists_differ_item_by_item(run: Run, tmp_path: Path) -> None:
    steps = (
        '[dict(type="LinearLR", start_factor=0.2, by_epoch=False, end=9), dict(type="ConstantLR")]'
    )
    (tmp_path / "steps.py").write_text(
        f'_base_ = "base.py"\nmodel = dict(mean=[0, 0, 0])\nparam_scheduler = {steps}\n'
    )
    keys = [line for line in run("diff", "base.py", "steps.py").splitlines()[3:] if line[0] != " "]
    assert keys == ["param_scheduler.0.start_factor", "param_scheduler.1", "model.mean"]


def test_the_tree_shows_bases_with_their_keys(run: Run, tmp_path: Path) -> None:
    (tmp_path / "alone.py").write_text("", encoding="utf-8")
    (tmp_path / "heir.py").write_text("_base_ = ['mine.py', 'alone.py']\nresume = True\n")
    base = "data_root, reader, train_dataloader, train_cfg, optim_wrapper, param_scheduler, model"
    base += ", default_hooks"
    assert run("tree", "heir.py", "alone.py") == (
        "heir.py: resume\n"
        "├── mine.py: train_dataloader, optim_wrapper, reader\n"
        f"│   └── base.py: {base}\n"
        "└── alone.py: (sets nothing)\n"
        "alone.py: (sets nothing)\n"
    )


def test_the_tree_is_that_of_the_experiments_unless_configs_are_named(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "no config in configs/experiments" in _error(run, capsys, "tree")
    monkeypatch.chdir(ROOT)
    lines = run("tree").splitlines()
    assert "configs/experiments/frcnn_tl2.py: model, reader" in lines
    assert "├── configs/_base_/models/faster_rcnn_r50_fpn_v2.py: model" in lines


def test_the_tree_of_a_config_with_code_is_refused(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "code.py").write_text("import os", encoding="utf-8")
    assert "code.py:1: a config holds values alone" in _error(run, capsys, "tree", "code.py")


def test_registries_are_listed_with_their_counts(run: Run) -> None:
    text = run("list")
    assert re.search(r"READERS +│ +2 │ LeftToRightReader, LineReader", text)
    assert "PARAM_SCHEDULERS" in text


@pytest.mark.parametrize("name", ["READERS", "readers", "reader"])
def test_a_registry_is_listed_by_any_of_its_names(name: str, run: Run) -> None:
    lines = run("list", name).splitlines()
    assert lines[0].startswith("LeftToRightReader(score_threshold=")
    assert lines[1].startswith("    ")
    assert lines[2].startswith("LineReader(")
    assert len(lines) == 4


def test_what_the_builder_gives_is_left_out(run: Run) -> None:
    text = run("list", "optimizers")
    assert "\nSGD(lr=0.001, momentum=0" in text
    assert "\nLinearLR(start_factor=" in run("list", "param_scheduler")


def test_a_mistyped_registry_is_refused_with_a_suggestion(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    message = _error(run, capsys, "list", "trasforms")
    assert "no registry 'trasforms'; did you mean 'TRANSFORMS'?" in message


def test_ones_own_classes_are_listed_even_where_the_config_is_wrong(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "listed_readers.py").write_text(
        "from digitdet.registry import READERS\n\n\n"
        "@READERS.register_module()\nclass ListedReader:\n    def __init__(self, limit=3): ...\n"
    )
    (tmp_path / "own.py").write_text(
        'custom_imports = dict(imports=["listed_readers"])\nreader = dict(type="ListdReader")\n'
    )
    text = run("list", "readers", "--config", "own.py")
    assert "ListedReader(limit=3)\n    (no docstring)\n" in text


def test_configs_are_checked_one_by_one(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run("check", "mine.py", "other.py") == "mine.py: OK\nother.py: OK\n"
    (tmp_path / "bad.py").write_text(
        "_base_ = ['base.py']\ntrain_cfg = dict(max_epoch=2)\nmodell = dict()\n", encoding="utf-8"
    )
    text = _error(run, capsys, "check", "mine.py", "bad.py", "none.py")
    assert "mine.py: OK\n" in text
    assert re.search(r"bad\.py:2: train_cfg\.max_epoch: .*max_epochs", text)
    assert re.search(r"bad\.py:3: modell: .*'model'", text)
    assert "none.py: no such config; " in text
    assert "2 of 3 configs can't be used" in text


def test_overrides_are_checked_too(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    text = _error(run, capsys, "check", "mine.py", "--cfg-options", "train_cfg.max_epochs=0")
    assert "--cfg-options train_cfg.max_epochs: " in text

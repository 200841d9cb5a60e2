"""Mistakes in how a config is written, and in overrides of it."""

from pathlib import Path

from mistakes import CHECK, CONFIG, TRAIN, Mistake

QUICKSTART = "{configs}/experiments/quickstart.py"


def _written(name: str, text: str, *says: str) -> Mistake:
    return Mistake(name, CHECK, (CONFIG, *says), text)


def _alone(name: str, text: str, *says: str) -> Mistake:
    return Mistake(name, CHECK, says, text, alone=True)


def _override(name: str, option: str, *says: str) -> Mistake:
    return Mistake(name, (*CHECK, "--cfg-options", option), says)


def _circle(folder: Path) -> None:
    (folder / "other.py").write_text('_base_ = "mistake.py"\n', encoding="utf-8")


def _foreign_encoding(folder: Path) -> None:
    (folder / CONFIG).write_bytes(b'work_dir = "Stra\xdfe"\n')


WRITING = [
    _written("an import", "import os", "import", "custom_imports"),
    _written("an import of a name", "from pathlib import Path", "custom_imports"),
    _written("a call", "data_root = str('data')", "str("),
    _written("a function", "def lr():\n    return 0.01", "function"),
    _written("a variable", "rate = 0.01\noptim_wrapper = dict(optimizer=dict(lr=rate))", "rate"),
    _written("a template", "work_dir = 'work_dirs/{{{{ fileBasename }}}}'", "{{"),
    _written("an f-string", "work_dir = f'work_dirs/{{1}}'", "f-string"),
    _written("a condition", "if True:\n    data_root = 'data'", "no conditions"),
    _written("a syntax error", "model = dict(min_size=32", "mistake.py:"),
    _alone("a base that is not there", "_base_ = 'none.py'", "none.py", "mistake.py"),
    Mistake(
        "bases in a circle", CHECK, ("other.py", "mistake.py"), "_base_ = 'other.py'", True, _circle
    ),
    _alone(
        "two bases with one key",
        "_base_ = ['{configs}/_base_/datasets/homework.py', "
        "'{configs}/_base_/datasets/synthetic.py']",
        "homework.py",
        "synthetic.py",
        "train_dataloader",
    ),
    Mistake("another encoding", CHECK, (CONFIG, "UTF-8"), damage=_foreign_encoding),
    Mistake("no such config", ("config", "check", "none.py"), ("none.py: no such config",)),
    _written(
        "a module that is not there",
        "custom_imports = dict(imports=['my_transforms'])",
        "custom_imports",
        "my_transforms",
        "beside the config",
    ),
]
OVERRIDES = [
    _override(
        "an override of no key",
        "optim_wrapper.optimizer.lrr=3",
        "--cfg-options optim_wrapper.optimizer.lrr",
        "it takes",
    ),
    _override("an override of no top-level key", "modle.min_size=64", "did you mean 'model'?"),
    _override("an override without a value", "model.min_size", "KEY=VALUE", "'model.min_size'"),
    _override("half a list", "model.mean=[0,0", "is no Python literal", "quotes"),
    _override(
        "an override of a place beyond a list",
        "param_scheduler.4.T_max=3",
        "param_scheduler.4",
        "--cfg-options",
    ),
    _override("an override of the wrong type", "train_cfg.max_epochs=ten", "'ten'", "max_epochs"),
    Mistake(
        "a folder of data for scenes",
        ("train", QUICKSTART, "--cfg-options", "data_root=data"),
        ("data_root", "--cfg-options"),
    ),
    Mistake(
        "an override that leaves a copy as it was",
        ("config", "check", QUICKSTART, "--cfg-options", "train_cfg.max_epochs=3"),
        ("warning: ", "quickstart.py:", "param_scheduler.1.T_max", "override"),
        status=0,
    ),
    Mistake(
        "an option of a tool",
        (*TRAIN, "--launcher", "torchrun"),
        ("--launcher", "'torchrun'", "pytorch"),
        status=2,
    ),
    Mistake("seeds in words", (*TRAIN, "--seeds", "one"), ("--seeds", "'one'"), status=2),
    Mistake("one seed twice", (*TRAIN, "--seeds", "1", "1"), ("--seeds", "name 1 once")),
    Mistake(
        "a seed in two places",
        (*TRAIN, "--seeds", "1", "--cfg-options", "randomness.seed=2"),
        ("leave randomness.seed out of --cfg-options",),
    ),
]
MISTAKES = [*WRITING, *OVERRIDES]

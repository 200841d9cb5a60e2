"""What stands for the placeholders of the documents, and what is added to a command to be quick."""

import re

from documents.commands import ROOT, Command, expand

QUICKSTART = "configs/experiments/quickstart.py"
# Whole words first, then parts of paths.
WORDS = {
    "ANN.json": "DATA/valid.json",
    "CHECKPOINT": "work_dirs/quickstart/epoch_6.pth",
    "CONFIG": QUICKSTART,
    "FILE": "out/file",
    "FILE.py": "out/file.py",
    "OUT": "out/folder",
    "PRED.json": "work_dirs/NAME/val/pred.json",
    "GIB": "24",
}
PARTS = {
    "A": "work_dirs/a",
    "B": "work_dirs/b",
    "EXPORT": "EXPORT",
    "DATA": "data/mine",
    "DATA_ROOT": "data/mine",
    "NAME": "quickstart",
    "NEW": "work_dirs/new",
    "OLD": "work_dirs/old",
    "WORK_DIR": "work_dirs/quickstart",
}
OUTPUTS = {"--csv", "--fix", "--json", "--out", "--out-dir", "--work-dir"}
OUT_POSITIONS = {"make_synthetic": 0, "convert": 1}
# All that is trained and predicted is small, and a training only looks whether it would run.
SMALL = ["model.min_size=64", "model.max_size=160"]
ADDED = {
    "predict": ["--cfg-options", *SMALL],
    "test": ["--cfg-options", *SMALL, "model.detections_per_image=4"],
    "train": ["--cfg-options", *SMALL],
}
FILES = {
    "MINE.py": f"_base_ = '{QUICKSTART}'\n",
    "best.py": f"_base_ = {str(ROOT / QUICKSTART)!r}\n",  # of a sweep
    "code.py": "import os\n\nlr = 0.02\noptim_wrapper = dict(optimizer=dict(lr=lr))\n",
    "my_experiment.py": f"_base_ = '{QUICKSTART}'\n",
    "reader.py": "reader = dict(type='LineReader', score_threshold=0.4)\n",
    "typos.py": f"_base_ = '{QUICKSTART}'\ntrain_cfg = dict(max_epoch=2)\n",
}


def filled(command: Command) -> list[list[str]]:
    """The words to call a tool with, placeholders replaced: one list, or those of a synopsis."""
    return [
        [*(_replaced(word, command) for word in words[1:]), *_added(command)]
        for words in expand(command.words)
    ]


def _added(command: Command) -> list[str]:
    more = ADDED.get(command.tool, [])
    return (
        [*more, "--dry-run"]
        if command.tool == "train" and "--dry-run" not in command.words
        else more
    )


def _replaced(word: str, command: Command) -> str:
    word = WORDS.get(word, word)
    if word in FILES:
        return word
    for part in re.findall(r"\b[A-Z][A-Z_]*\b", word) if word == word.split("=")[0] else ():
        if part not in PARTS:
            raise AssertionError(f"{command.place}: nothing stands for {part}: see {__file__}")
    return re.sub(r"\b[A-Z][A-Z_]*\b", lambda found: PARTS.get(found[0], found[0]), word)

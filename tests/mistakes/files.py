"""Mistakes in data, and in checkpoints and other files that a run begins with."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from mistakes import CONFIG, SMALL, TRAIN, Mistake

TEST = ("test", CONFIG)
USERS = """
import torch

from digitdet.registry import TRANSFORMS


@TRANSFORMS.register_module()
class Dazzle:
    def __call__(self, image, target):
        return image.float() * float("nan"), target


@TRANSFORMS.register_module()
class Stumble:
    def __call__(self, image, target):
        return image[target["boxes"].max()], target
"""

TRANSFORMED = """
train_dataloader = dict(batch_size=2, num_workers=0, dataset=dict(transforms=[{}]))
train_cfg = dict(max_epochs=1)
model = dict(min_size=32, max_size=96)
"""


def _edit(file: str, change: Callable[[Any], None]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        path = folder / "data" / file
        content = json.loads(path.read_text(encoding="utf-8"))
        change(content)
        path.write_text(json.dumps(content), encoding="utf-8")

    return damage


def _set_label(label: int) -> Callable[[Any], None]:
    return lambda content: content["annotations"][0].update(category_id=label)


def _repeat_image(content: Any) -> None:
    content["images"][1]["id"] = content["images"][0]["id"]


def _as_corners(content: Any) -> None:
    for annotation in content["annotations"]:
        x, y, width, height = annotation["bbox"]
        annotation["bbox"] = [x, y, x + width, y + height]


def _remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / "data" / name).unlink()


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _first_picture(folder: Path) -> Path:
    return min((folder / "data" / "train").iterdir())


def _users_transform(folder: Path) -> None:
    (folder / "dazzling.py").write_text(USERS, encoding="utf-8")


def _write(name: str, content: Any) -> Callable[[Path], None]:
    return lambda folder: torch.save(content, folder / name)


def _torn_checkpoint(folder: Path) -> None:
    (folder / "cut.pth").write_bytes(b"PK\x03\x04 torn")


def _foreign_pickle(folder: Path) -> None:
    (folder / "foreign.pth").write_bytes(pickle.dumps({"model": Path("x")}, protocol=2))


def _data(name: str, damage: Callable[[Path], None], *says: str, text: str = SMALL) -> Mistake:
    return Mistake(name, TRAIN, says, text, damage=damage)


def _started(name: str, option: str, *says: str, damage: Any = None) -> Mistake:
    return Mistake(name, (*TRAIN, "--cfg-options", option), says, SMALL, damage=damage)


DATA = [
    Mistake(
        "no such folder", (*TRAIN, "--cfg-options", "data_root=dta"), ("dta", "no such folder")
    ),
    _data("no annotation file", _remove("train.json"), "train.json"),
    _data(
        "a picture that is not there",
        lambda f: _first_picture(f).unlink(),
        "data/train",
        "'1.png'",
        "add them",
    ),
    _data(
        "a picture cut short",
        lambda f: _cut(_first_picture(f)),
        "data/train/1.png",
        "can't be decoded",
    ),
    _data(
        "an annotation file cut short",
        lambda f: _cut(f / "data" / "train.json"),
        "train.json: is not readable",
        "again",
    ),
    _data(
        "a digit as its label 0",
        _edit("train.json", _set_label(0)),
        "train.json: annotations[0]",
        "got 0",
    ),
    _data(
        "a label 11", _edit("train.json", _set_label(11)), "train.json: annotations[0]", "got 11"
    ),
    _data(
        "an id twice in validation",
        _edit("valid.json", _repeat_image),
        "valid.json: images",
        "stands twice",
        "have to be unique",
    ),
    _data(
        "corners for sizes",
        _edit("train.json", _as_corners),
        "two corners",
        "train.json",
        "write [x, y, width, height]",
    ),
    _data(
        "no picture at all",
        _edit("train.json", lambda content: content.update(images=[], annotations=[])),
        "train.json: its list 'images' is empty",
        "export it again",
    ),
    Mistake(
        "a picture that is none", ("predict", CONFIG, "{checkpoint}", "mistake.py"), ("mistake.py",)
    ),
    Mistake(
        "no picture to read", ("predict", CONFIG, "{checkpoint}", "none"), ("none: not there",)
    ),
    Mistake(
        "no folder to look at",
        ("browse", CONFIG, "--cfg-options", "data_root=dta"),
        ("dta: no such folder", "data_root=FOLDER"),
    ),
    Mistake(
        "no predictions",
        ("evaluate", "pred.json", "data/valid.json"),
        ("pred.json: no such file of predictions",),
    ),
    Mistake("nothing to replay", ("replay", "none"), ("none: no such folder", "WORK_DIR")),
    _data(
        "a transform that gives no numbers",
        _users_transform,
        "train: pixels are not finite",
        "look for the transform",
        text=TRANSFORMED.format("dict(type='Dazzle')")
        + "custom_imports = dict(imports=['dazzling'])\n",
    ),
    Mistake(
        "a transform that fails",
        (*TRAIN, "--no-preflight"),
        ("Stumble failed on data/train/", "(IndexError: "),
        TRANSFORMED.format("dict(type='Stumble')")
        + "custom_imports = dict(imports=['dazzling'])\n",
        damage=_users_transform,
    ),
    Mistake(
        "a rate far too high",
        (*TRAIN, "--no-preflight", "--cfg-options", "optim_wrapper.optimizer.lr=1e20"),
        ("step 2", "is not finite", "data/train/", "tools/replay.py", "Lower the rate"),
        SMALL,
    ),
    Mistake(
        "pictures that are normalised twice",
        (*TRAIN, "--dry-run"),
        ("holds Normalize", "normalises by itself", "take Normalize out"),
        TRANSFORMED.format(
            "dict(type='ToDtype', dtype='float32', scale=True), "
            "dict(type='Normalize', mean=[0.5, 0.5, 0.5], std=[0.25, 0.25, 0.25])"
        ),
        status=0,
    ),
]
CHECKPOINTS = [
    Mistake("no such checkpoint", (*TEST, "none.pth"), ("none.pth: no such checkpoint",)),
    Mistake(
        "a checkpoint cut short",
        (*TEST, "cut.pth"),
        ("cut.pth", "can't be loaded"),
        damage=_torn_checkpoint,
    ),
    Mistake(
        "a pickle of something else",
        (*TEST, "foreign.pth"),
        ("foreign.pth", "it is a pickle, which could run anything"),
        damage=_foreign_pickle,
    ),
    Mistake(
        "a checkpoint of another model",
        (*TEST, "{checkpoint}"),
        ("does not fit the model", "Use the config"),
        "model = dict(backbone=dict(widths=[32, 64, 128]))",
    ),
    Mistake(
        "a checkpoint of other classes",
        ("predict", CONFIG, "{checkpoint}", "data/test", "--cfg-options", "model.rpn_conv_depth=2"),
        ("does not fit the model", "Use the config"),
    ),
    _started("no such start", "load_from=none.pth", "none.pth: no such checkpoint", "load_from"),
    _started("no such weights", "model.weights=none.pth", "none.pth"),
    _started(
        "weights of fewer classes",
        "load_from=few.pth",
        "few.pth",
        "5 classes",
        damage=_write("few.pth", {"roi_heads.box_predictor.cls_score.weight": torch.zeros(5, 256)}),
    ),
    Mistake(
        "weights alone to resume from",
        (*TRAIN, "--resume", "{checkpoint}"),
        ("can't be resumed from", "load_from=FILE"),
        SMALL,
    ),
    Mistake(
        "no such checkpoint to resume from",
        (*TRAIN, "--resume", "epoch_9.pth"),
        ("epoch_9.pth: no such checkpoint",),
    ),
]
MISTAKES = [*DATA, *CHECKPOINTS]

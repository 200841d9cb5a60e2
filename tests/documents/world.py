"""A folder in which the commands of the documents find what they name."""

import contextlib
import json
import os
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from digitdet import config
from digitdet.checkpoints.content import FORMAT, FORMAT_VERSION, config_text
from digitdet.datasets.synthetic_layout import write_layout
from digitdet.registry import MODELS
from documents.commands import ROOT
from documents.made_files import write_labelled, write_video
from documents.words import FILES, OUT_POSITIONS, OUTPUTS, SMALL

EXPERIMENTS = ROOT / "configs" / "experiments"
Tool = Callable[[str], Callable[[list[str]], None]]
QUICK = [
    *SMALL,
    "train_dataloader.dataset.num_scenes=8",
    "train_dataloader.batch_size=4",
    "train_dataloader.num_workers=0",
    "val_dataloader.dataset.num_scenes=4",
    "val_dataloader.num_workers=0",
    "train_cfg.max_epochs=1",
]


class World:
    """A folder to be in, and all that is made for it once.

    Args:
        home: A new folder for what is made once.
        checkpoint: Weights of the quickstart's model that find something.
        tool: Returns the ``main`` of a tool.
    """

    def __init__(self, home: Path, checkpoint: Path, tool: Tool) -> None:
        self.home, self.tool = home, tool
        self.layout, self.trained = home / "layout", home / "trained"
        write_layout(self.layout, num_train=12, num_valid=8, num_test=4, seed=7)
        self._train(self.trained, f"load_from={checkpoint}", "optim_wrapper.optimizer.lr=1e-9")
        for name in ("epoch_3", "epoch_6"):
            shutil.copyfile(self.trained / "epoch_1.pth", self.trained / f"{name}.pth")

    def _train(self, work_dir: Path, *options: str) -> None:
        call = [str(EXPERIMENTS / "quickstart.py"), "--work-dir", str(work_dir)]
        self.tool("train")([*call, "--no-preflight", "--cfg-options", *QUICK, *options])

    def begin(self, folder: Path) -> None:
        """Put into a new folder what commands need without naming it."""
        folder.mkdir(parents=True)
        (folder / "configs").symlink_to(ROOT / "configs")
        (folder / "tools").symlink_to(ROOT / "tools")
        (folder / "digitdet").symlink_to(ROOT / "digitdet")  # the weights in it
        shutil.copytree(self.layout, folder / "data" / "nycu-hw2-data")
        (folder / "work_dirs").mkdir()
        shutil.copytree(self.trained, folder / "work_dirs" / "quickstart")

    def provide(self, folder: Path, name: str, words: Sequence[str]) -> list[str]:
        """Make what words name and is not there; return the words with their patterns filled in."""
        position, found = 0, []
        for index, word in enumerate(words):
            before = words[index - 1] if index else ""
            is_option = word.startswith("-") or before in OUTPUTS
            is_output = before in OUTPUTS or (not is_option and OUT_POSITIONS.get(name) == position)
            position += not is_option
            if not is_output:
                word = self._provide(folder, word)
            found.append(word)
        return found

    def _provide(self, folder: Path, word: str) -> str:
        if "=" in word:
            root = re.search(r"data/\w+", word)
            if root and not (folder / root[0]).exists():
                shutil.copytree(self.layout, folder / root[0])
            return word
        matching = sorted(folder.glob(word)) if "*" in word else [folder / word]
        is_run = len(Path(word).parts) == 2 and word.startswith("work_dirs/")
        if matching and matching[0].exists():
            if is_run and matching[0].is_dir() and not (matching[0] / "scalars.csv").exists():
                shutil.copytree(self.trained, matching[0], dirs_exist_ok=True)
            return str(matching[0].relative_to(folder))
        path = folder / word.replace("*", "8")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._make(path, Path(word).parts)
        return str(path.relative_to(folder))

    def _make(self, path: Path, parts: tuple[str, ...]) -> None:
        """Make what a path of these parts is there for; what is none of these is left missing."""
        below = parts[0], len(parts)
        for is_it, make in (
            (path.name in FILES, lambda: path.write_text(FILES[path.name], encoding="utf-8")),
            (path.suffix in (".jpg", ".png"), lambda: self._put_picture(path)),
            (path.suffix == ".mp4", lambda: write_video(path)),
            (path.suffix == ".safetensors", lambda: self._publish(path)),
            (path.suffix == ".pth", lambda: self._put_checkpoint(path)),
            ("test" in parts[-2:] and parts[0] == "work_dirs", lambda: self._submit(path, parts)),
            (path.name == "pred.json", lambda: self._write_predictions(path)),
            (path.name == "submission.zip", lambda: self._submit(path, parts)),
            (parts[0] == "data", lambda: self._put_data(path, parts)),
            (path.name == "EXPORT", lambda: self._export(path)),
            (path.name == "my_photographs", lambda: write_labelled(self.layout, path)),
            (path.parent.name == "non_finite", lambda: self._record_step(path)),
            (below == ("work_dirs", 2), lambda: shutil.copytree(self.trained, path)),
        ):
            if is_it:
                make()
                return

    def _put_data(self, path: Path, parts: tuple[str, ...]) -> None:
        root = path if len(parts) == 2 else path.parents[len(parts) - 3]
        shutil.copytree(self.layout, root, dirs_exist_ok=True)

    def _put_picture(self, path: Path) -> None:
        with Image.open(self.layout / "test" / "1.png") as picture:
            picture.save(path)

    def _publish(self, path: Path) -> None:
        out = self.home / "published"
        self.tool("publish")([str(self.trained / "epoch_6.pth"), "--out", str(out)])
        shutil.copyfile(next(out.glob("*.safetensors")), path)

    def _export(self, path: Path) -> None:
        self.tool("convert")([str(self.layout), str(path), "--from", "coco", "--to", "yolo"])

    def _put_checkpoint(self, path: Path) -> None:
        """A trained checkpoint for models of the quickstart's shape, else random weights."""
        experiment = config.load(EXPERIMENTS / f"{path.parent.name}.py", ["model.weights=None"])
        if experiment.model.backbone.type == "PlainCNN":
            shutil.copyfile(self.trained / "epoch_6.pth", path)
            return
        made = self.home / f"{path.parent.name}.pth"
        if not made.exists():
            torch.manual_seed(0)
            state = MODELS.build(experiment.model).state_dict()
            meta = {"format": FORMAT, "format_version": FORMAT_VERSION}
            meta["cfg"] = config_text(experiment)
            torch.save({"state_dict": state, "meta": meta}, made)
        os.link(made, path)

    def _write_predictions(self, path: Path) -> None:
        """Each true box, and for test pictures one box each."""
        truth = json.loads((self.layout / "valid.json").read_text(encoding="utf-8"))
        found: list[dict[str, Any]] = [
            {key: box[key] for key in ("image_id", "bbox", "category_id")} | {"score": 0.9}
            for box in truth["annotations"]
        ]
        if path.parent.name == "test":
            ids = [int(file.stem) for file in (self.layout / "test").iterdir()]
            found = [
                {"image_id": index, "bbox": [2, 2, 9, 9], "category_id": 3, "score": 0.9}
                for index in ids
            ]
        path.write_text(json.dumps(found), encoding="utf-8")

    def _submit(self, path: Path, parts: tuple[str, ...]) -> None:
        """A submission, as a zip alone or as the folder of its files."""
        pred = self.home / "test" / "pred.json"
        pred.parent.mkdir(exist_ok=True)
        self._write_predictions(pred)
        made = self.home / "submission"
        self.tool("submit")([str(pred), str(self.layout / "test"), "--out", str(made)])
        if len(parts) == 1:
            shutil.copyfile(made / "submission.zip", path)
        else:
            folder = path if path.suffix == "" else path.parent
            shutil.copytree(made, folder, dirs_exist_ok=True)

    def _record_step(self, path: Path) -> None:
        """A step whose loss is no number, under the name that the page has."""
        work_dir = self.home / "exploded"
        with contextlib.suppress(SystemExit):
            self._train(work_dir, "optim_wrapper.optimizer.lr=1e30", "optim_wrapper.clip_grad=None")
        shutil.copytree(next((work_dir / "non_finite").iterdir()), path)

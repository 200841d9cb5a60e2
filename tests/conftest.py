"""What the tests share."""

import gc
import importlib.util
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from digitdet.garbage import uncollected

# A busy machine is no failure. Where CI is set, hypothesis loads its own, repeatable profile.
settings.register_profile("digitdet", deadline=None)
if not os.environ.get("CI"):
    settings.load_profile("digitdet")

# Before torch is imported: the tests' sizes gain nothing by threads, and they run side by side.
os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).parents[1]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Look for garbage rarely, and for none in what the tests import: a tenth of their time."""
    gc.set_threshold(10_000)
    with uncollected():
        return (yield)


@pytest.fixture(autouse=True)
def _fresh_mmengine() -> Iterator[None]:
    """Forget the global instances that each Runner leaves behind, and close their log files."""
    yield
    from mmengine.logging import MessageHub, MMLogger
    from mmengine.registry import DefaultScope
    from mmengine.visualization import Visualizer

    for logger in MMLogger._instance_dict.values():
        for handler in logger.handlers:
            handler.close()
    for kind in (DefaultScope, MessageHub, MMLogger, Visualizer):
        kind._instance_dict.clear()


@pytest.fixture(scope="session", autouse=True)
def _models_checked_once() -> Iterator[None]:
    """Let the check of configs build a model once: most of its time, as most tests' are the same.

    One that can't be built is tried again.
    """
    from digitdet.config_checks import trials

    build = trials.build_shapes
    built: set[tuple[Any, str]] = set()

    def build_once(part: Any) -> None:
        key = part.kind, repr(part.config)
        if key not in built:
            build(part)
            built.add(key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trials, "build_shapes", build_once)
        yield


@pytest.fixture(scope="session")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in the homework's layout: 6, 4 and 3 synthetic pictures. Not to be written to."""
    from digitdet.datasets.synthetic_layout import write_layout

    folder = tmp_path_factory.mktemp("data") / "homework"
    write_layout(folder, num_train=6, num_valid=4, num_test=3, seed=7)
    return folder


def _random_weights(experiment: str, file: Path) -> Path:
    """Write an experiment's detector with random weights, such that it finds something."""
    import torch

    from digitdet import config
    from digitdet.registry import MODELS

    torch.manual_seed(3)
    model = MODELS.build(config.load(ROOT / "configs" / "experiments" / f"{experiment}.py").model)
    with torch.no_grad():
        model.roi_heads.box_predictor.cls_score.weight.mul_(20)
    torch.save({"state_dict": model.state_dict()}, file)
    return file


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights of the quickstart's detector that find something in most pictures."""
    return _random_weights("quickstart", tmp_path_factory.mktemp("weights") / "random.pth")


@pytest.fixture(scope="session")
def folder_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of the detector that ``frcnn_small_folder.py`` fine-tunes."""
    return _random_weights("frcnn_small_folder", tmp_path_factory.mktemp("weights") / "random.pth")


@pytest.fixture(scope="session")
def tool() -> Callable[[str], Callable[[list[str]], None]]:
    """Returns the ``main`` of a tool, or of ``digitdet``, to be called in this process."""

    def load(name: str) -> Callable[[list[str]], None]:
        if name == "digitdet":
            from digitdet.commands.main import main

            return main
        spec = importlib.util.spec_from_file_location(f"tool_{name}", ROOT / "tools" / f"{name}.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.main

    return load


def coco(
    boxes: list[list[float]] | None = None, size: tuple[int, int] = (40, 60), **changes: Any
) -> dict[str, Any]:
    """A COCO annotation file of one picture, ``1.png``, with the digit 4 in each box (xywh)."""
    content: dict[str, Any] = {
        "images": [{"id": 1, "file_name": "1.png", "height": size[0], "width": size[1]}],
        "annotations": [
            {"id": 100 + number, "image_id": 1, "bbox": box, "category_id": 5, "iscrowd": 0}
            for number, box in enumerate(boxes or [])
        ],
        "categories": [{"id": digit + 1, "name": str(digit)} for digit in range(10)],
    }
    return {**content, **changes}


@pytest.fixture
def write_coco(tmp_path: Path) -> Callable[..., Path]:
    """Returns a function that writes an annotation file and its picture to ``tmp_path``."""

    def write(content: Any = None, **kwargs: Any) -> Path:
        from PIL import Image

        content = coco(**kwargs) if content is None else content
        (tmp_path / "pictures").mkdir(exist_ok=True)
        height, width = kwargs.get("size", (40, 60))
        Image.new("RGB", (width, height), "gray").save(tmp_path / "pictures" / "1.png")
        file = tmp_path / "digits.json"
        file.write_text(json.dumps(content), encoding="utf-8")
        return file

    return write


def digit_struct(file: Path, pictures: Sequence[tuple[str, Sequence[Sequence[float]]]]) -> Path:
    """Write a ``digitStruct.mat`` in the layout of SVHN's own.

    Args:
        file: The file.
        pictures: Name and digits of each; a digit is left, top, width, height and label.
    """
    import h5py
    import numpy as np

    def put(values: Any, dtype: Any) -> Any:
        """Store an array among the referenced objects, and return its reference."""
        name = str(len(refs))
        return refs.create_dataset(name, data=np.array(values, dtype=dtype).reshape(-1, 1)).ref

    def column(values: Sequence[float]) -> Any:
        if len(values) == 1:  # a number for one digit, else a reference for each
            return np.array([values], dtype=np.float64)
        return np.array([[put(value, np.float64)] for value in values], dtype=h5py.ref_dtype)

    file.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(file, "w", userblock_size=512) as content:
        refs = content.create_group("#refs#")
        names, boxes = [], []
        for number, (name, digits) in enumerate(pictures):
            names.append([put([ord(letter) for letter in name], np.uint16)])
            group = refs.create_group(f"bbox {number}")
            group.attrs["MATLAB_class"] = np.bytes_("struct")
            for position, key in enumerate(("left", "top", "width", "height", "label")):
                group[key] = column([digit[position] for digit in digits])
            boxes.append([group.ref])
        shape = (len(pictures), 1)
        for key, found in (("name", names), ("bbox", boxes)):
            data = np.array(found, dtype=h5py.ref_dtype).reshape(shape)
            content.create_dataset(f"digitStruct/{key}", data=data)
    with file.open("r+b") as stream:
        stream.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(508) + b"\x00\x02IM")
    return file


@pytest.fixture(scope="session")
def write_digit_struct() -> Callable[..., Path]:
    """Returns a function that writes a ``digitStruct.mat``."""
    return digit_struct


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real photographs in the homework's layout."""
    folder = os.environ.get("DIGITDET_REAL_DATA")
    if not folder:
        pytest.skip("DIGITDET_REAL_DATA does not name a folder of real photographs")
    return Path(folder)

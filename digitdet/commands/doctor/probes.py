"""Tries what digitdet is made of; in a process of its own, which a broken library may end."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from digitdet.commands.doctor.findings import Finding, well, wrong

if TYPE_CHECKING:
    from digitdet.scenes import Scene

PAIR = "pip install --upgrade torch torchvision"
REINSTALL = "pip install --force-reinstall --no-deps digitdet, or get the file again in a clone"
NVIDIA = Path("/dev/nvidia0")
GIB = 2**30
NUM_SCENES = 4


def try_torch() -> Iterator[Finding]:
    """Import torch and torchvision, and see whether they belong together."""
    from digitdet.environment import check_torch

    check_torch()
    yield well("torch, torchvision", "load, and belong together")


def try_opencv() -> Iterator[Finding]:
    """Import OpenCV."""
    from digitdet.environment import check_opencv

    check_opencv()
    import cv2

    has_video = any("FFMPEG" in line and "YES" in line for line in _build_lines(cv2))
    yield well("opencv", f"{cv2.__version__}, {'with' if has_video else 'without'} FFmpeg")


def _build_lines(cv2: object) -> list[str]:
    return str(getattr(cv2, "getBuildInformation", str)()).splitlines()


def try_imports() -> Iterator[Finding]:
    """Import what digitdet reads and trains with."""
    import digitdet.digit_reader
    import digitdet.runner  # noqa: F401

    yield well("modules", "can be imported")


def try_devices() -> Iterator[Finding]:
    """Say what can be computed on."""
    import torch

    from digitdet.threads import available_cores

    cores = available_cores()
    yield well("CPU", f"{cores} of {os.cpu_count()} cores may be used")
    for index in range(torch.cuda.device_count()):
        memory = torch.cuda.get_device_properties(index).total_memory
        name = torch.cuda.get_device_name(index)
        yield well(f"cuda:{index}", f"{name}, {memory / GIB:.0f} GiB")
    if torch.backends.mps.is_available():
        memory = torch.mps.recommended_max_memory()
        yield well("mps", f"Apple's GPU, {memory / GIB:.0f} GiB")
    if not torch.cuda.is_available() and (NVIDIA.exists() or shutil.which("nvidia-smi")):
        said = f"torch {torch.__version__} can't use the NVIDIA GPU of this machine"
        remedy = "install a torch with CUDA that fits the driver: https://pytorch.org/get-started"
        yield Finding("note", "cuda", said, remedy)


def try_weights() -> Iterator[Finding]:
    """Read the weights that digitdet brings."""
    from digitdet.checkpoints.safetensors_files import read_safetensors
    from digitdet.commands.doctor.recorded_files import differs_from_record
    from digitdet.pretrained import READER_FILE

    state = read_safetensors(READER_FILE)["state_dict"]
    broken = [name for name, tensor in state.items() if not tensor.isfinite().all()]
    if broken:
        yield wrong("weights", f"{READER_FILE}: {broken[0]} is not finite", REINSTALL)
    elif differs_from_record(READER_FILE):
        yield wrong("weights", f"{READER_FILE}: is not the file that was installed", REINSTALL)
    else:
        size = READER_FILE.stat().st_size / 1e6
        parameters = sum(tensor.numel() for tensor in state.values()) / 1e6
        yield well("weights", f"{size:.1f} MB, {parameters:.1f} million values, in {READER_FILE}")


def try_reading() -> Iterator[Finding]:
    """Render some scenes that are easy to read, and read them."""
    from digitdet import DigitReader

    start = time.perf_counter()
    reader = DigitReader()
    loaded = time.perf_counter()
    scenes = [plain_scene(number) for number in range(NUM_SCENES)]
    rendered = time.perf_counter()
    readings = reader([scene.image for scene, _ in scenes])
    seconds = (time.perf_counter() - rendered) / NUM_SCENES
    pairs = [(number, found.text) for (_, number), found in zip(scenes, readings, strict=True)]
    count = sum(painted == text for painted, text in pairs)
    said = f"{count} of {NUM_SCENES} plain scenes are read"
    if count >= NUM_SCENES / 2:
        speed = f"{1000 * seconds:.0f} ms each on {reader.device}, loaded in {loaded - start:.1f} s"
        yield well("reading", f"{said}; {speed}")
    else:
        missed = ", ".join(f"{text or 'nothing'} for {painted}" for painted, text in pairs)
        yield wrong("reading", f"{said}: {missed}", REINSTALL)


def plain_scene(number: int) -> tuple[Scene, str]:
    """Render a scene without difficulties.

    Args:
        number: Which of them; each is always the same.

    Returns:
        The scene, and the number that is painted in it.
    """
    from digitdet.labels import label_to_digit
    from digitdet.scenes import SceneFactors, render_scene, scene_generator

    absent = ("several", "vertical", "rotation", "shear", "perspective", "letters", "clutter")
    marks = ("emboss", "wear", "haze", "low_resolution", "cast_shadow", "outline", "regions")
    factors = SceneFactors(
        num_digits={"3": 1.0},
        log_height=3.7,  # 40 pixels
        contrast=150.0,
        style={"font": 1.0},
        surface={"plain": 1.0},
        **dict.fromkeys((*absent, *marks), 0.0),
    )
    scene = render_scene(scene_generator(0, number), factors)
    return scene, "".join(str(label_to_digit(int(label))) for label in scene.labels)


PROBES: dict[str, tuple[Callable[[], Iterator[Finding]], str]] = {
    "torch, torchvision": (try_torch, PAIR),
    "opencv": (try_opencv, "pip install --force-reinstall opencv-python-headless"),
    "modules": (try_imports, "mend what is said above, or make a new environment"),
    "devices": (try_devices, PAIR),
    "weights": (try_weights, REINSTALL),
    "reading": (try_reading, "mend what is said above"),
}
"""What is tried in turn: what it is called, how, and what helps where nothing else is said."""


def try_all(names: Iterable[str] = tuple(PROBES)) -> Iterator[Finding]:
    """Try each, and go on after what fails."""
    for name in names:
        probe, remedy = PROBES[name]
        try:
            yield from probe()
        except Exception as error:  # a broken library raises anything
            said = " ".join(str(error).split()) or type(error).__name__
            yield wrong(
                name, said, "" if isinstance(error, ImportError) and "`" in said else remedy
            )


def main() -> None:
    """Print what is being tried, and each finding, as lines of JSON."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print is no finding
    for name in PROBES:
        for content in chain([name], map(asdict, try_all([name]))):
            output.write(f"{json.dumps(content)}\n")
            output.flush()

"""Pictures as a program has them: files, folders, Pillow's, arrays and tensors, all as tensors."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from digitdet.console import printable, warn
from digitdet.datasets.folders import OTHER_SUFFIXES, count_kinds, natural_key
from digitdet.datasets.images import from_pillow, is_picture, read_image

Picture = str | os.PathLike[str] | Image.Image | NDArray[Any] | Tensor
"""A picture's file or a folder of them; a picture of Pillow's; an array (H, W), (H, W, 3) or
(H, W, 4), RGB, of uint8 or uint16; a tensor (3, H, W) or (1, H, W), uint8 or float of 0 to 1."""

_KINDS = (str, os.PathLike, Image.Image, np.ndarray, Tensor)
_TAKEN = "a path, a picture of Pillow's, an array or a tensor"


# By its ending a file is taken as a video; what can be decoded of it is another question.
VIDEO_SUFFIXES = frozenset(
    {".3gp", ".asf", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg"}
    | {".mts", ".ogv", ".ts", ".webm", ".wmv"}
)


@dataclass(frozen=True)
class Loaded:
    """A picture that was given.

    Attributes:
        source: Its file; ``picture``, or ``pictures[INDEX]`` of several, where it was given in
            memory.
        file: Where it was read; None where it was given in memory.
        image: (3, H, W) uint8, a copy; or why it can't be read.
    """

    source: str
    file: Path | None
    image: Tensor | Exception


def find_images(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """List pictures: files as they are named, and those of folders in natural order.

    Raises:
        FileNotFoundError: If a path does not exist, or a folder holds no picture.
        ValueError: If a folder can't be listed.
    """
    files: list[Path] = []
    for path in map(Path, paths):
        found = pictures_in(path) if path.is_dir() else [path]
        if not found or not path.exists():
            raise FileNotFoundError(
                f"{path}: {'holds no picture' if path.exists() else 'not there'}"
            )
        files += found
    return files


def pictures_in(folder: Path) -> list[Path]:
    """List the pictures of a folder in natural order; what else it holds is counted in a warning.

    The user named the folder, so links are followed, wherever they lead. What can't be read is for
    who reads it to tell: it keeps no other picture from being read.

    Args:
        folder: The folder; its subfolders are not searched.

    Returns:
        The files that end like a PNG, JPEG, WebP or BMP picture; hidden ones are left out.

    Raises:
        ValueError: If the folder can't be listed.
    """
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if not is_folder(entry)]
    except OSError as error:
        raise ValueError(f"{folder}: can't be listed ({error.strerror})") from error
    files = [folder / name for name in names if not name.startswith(".")]
    others = count_kinds(files, OTHER_SUFFIXES | VIDEO_SUFFIXES)
    if others:
        said = f"{folder}: {others} left out; name videos, and convert pictures to PNG or JPEG"
        warn(printable(said))
    return sorted(filter(is_picture, files), key=natural_key)


def is_folder(path: str | Path | os.DirEntry[str]) -> bool:
    """Say so; of a link that goes round, or to where nobody may look, that it is none."""
    return os.path.isdir(path)  # noqa: PTH112  is_dir raises on such


def load_pictures(pictures: Picture | Iterable[Picture]) -> Iterator[Loaded]:
    """Load pictures one by one, as each is asked for.

    Args:
        pictures: One or many.

    Yields:
        Each picture; those of a folder in natural order.

    Raises:
        TypeError: If it is neither. What is wrong with one of many is told in its place.
    """
    is_usable = isinstance(pictures, Iterable | os.PathLike | Image.Image)
    if not is_usable or isinstance(pictures, bytes | bytearray):
        raise TypeError(
            f"a picture has to be {_TAKEN}, or several of these, got {type(pictures).__name__}"
        )
    given = [pictures] if isinstance(pictures, _KINDS) else pictures
    for index, picture in enumerate(given):
        if isinstance(picture, str) and not picture:
            error = FileNotFoundError("'': is the name of no picture")
            yield Loaded("''", None, error)
        elif isinstance(picture, str | os.PathLike):
            yield from _load_files(Path(picture))
        else:
            source = "picture" if given is not pictures else f"pictures[{index}]"
            yield Loaded(source, None, _from_memory(picture, source))


def _load_files(path: Path) -> Iterator[Loaded]:
    try:
        files = find_images([path])
    except (OSError, ValueError) as error:
        yield Loaded(str(path), path, error)
        return
    for file in files:
        try:
            yield Loaded(str(file), file, read_image(file).as_subclass(Tensor))
        except (OSError, ValueError) as error:
            yield Loaded(str(file), file, error)


def _from_memory(picture: Any, source: str) -> Tensor | Exception:
    try:
        if isinstance(picture, Image.Image):
            return from_pillow(picture).as_subclass(Tensor)
        if isinstance(picture, np.ndarray):
            return _from_array(picture)
        if isinstance(picture, Tensor):
            return _from_tensor(picture)
    except ValueError as error:
        return ValueError(f"{source}: {error}")
    return TypeError(f"{source}: has to be {_TAKEN}, got {type(picture).__name__}")


def _from_array(array: NDArray[Any]) -> Tensor:
    channels = array.shape[2] if array.ndim == 3 else 1
    if array.ndim not in (2, 3) or channels not in (1, 3, 4) or not array.size:
        hint = ""
        if array.ndim == 3 and len(array) in (1, 3, 4):
            hint = "; its channels come last: give it as array.transpose(1, 2, 0)"
        elif array.ndim == 4:
            hint = "; give several pictures as a list"
        raise ValueError(
            f"an array has the shape (H, W), (H, W, 3) or (H, W, 4), got {array.shape}{hint}"
        )
    if array.dtype.kind == "u" and array.dtype.itemsize == 2:
        array = ((array.astype(np.uint32) + 128) // 257).astype(np.uint8)
    if array.dtype != np.uint8:
        raise ValueError(
            f"an array is of uint8, 0 to 255, or uint16, 0 to 65535, got {array.dtype}; convert "
            "it, such as values of 0 to 1 by (array * 255).round().astype('uint8')"
        )
    if channels == 1:
        array = array.reshape(array.shape[:2])
    return from_pillow(Image.fromarray(np.ascontiguousarray(array))).as_subclass(Tensor)


def _from_tensor(tensor: Tensor) -> Tensor:
    shape = tuple(tensor.shape)
    if tensor.ndim != 3 or len(tensor) not in (1, 3) or not tensor.numel():
        hint = ""
        if tensor.ndim == 3 and shape[2] in (1, 3):
            hint = "; its channels come first: give it as tensor.permute(2, 0, 1)"
        elif tensor.ndim == 2:
            hint = "; give it as tensor[None]"
        elif tensor.ndim == 4:
            hint = "; give several pictures as a list: list(tensor)"
        raise ValueError(f"a tensor has the shape (3, H, W) or (1, H, W), got {shape}{hint}")
    image = tensor.detach().to("cpu", copy=True).as_subclass(Tensor)
    if image.is_floating_point():
        low, high = image.min().item(), image.max().item()
        if not (low >= 0 and high <= 1):  # NaN is neither
            raise ValueError(
                f"a tensor of {tensor.dtype} has values of 0 to 1, got {low:g} to {high:g}; divide "
                "what reaches 255 by that, or undo its normalisation"
            )
        image = (image.float() * 255).round().to(torch.uint8)
    if image.dtype != torch.uint8:
        raise ValueError(f"a tensor is of uint8, or float of 0 to 1, got {tensor.dtype}")
    return image.expand(3, -1, -1).contiguous()

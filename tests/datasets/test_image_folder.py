"""Pictures without labels."""

from pathlib import Path

import pytest
import torch
from PIL import Image
from torchvision import tv_tensors

from digitdet.datasets import ImageFolder
from digitdet.registry import DATASETS


def _fill(folder: Path, names: list[str]) -> None:
    """Save pictures; the first is 1 pixel wide, the second 2, and so on."""
    folder.mkdir(exist_ok=True)
    for width, name in enumerate(names, start=1):
        Image.new("RGB", (width, 4), (width, 0, 0)).save(folder / name)


def test_an_empty_folder_is_refused_with_its_name_and_the_endings(tmp_path: Path) -> None:
    (tmp_path / "test").mkdir()
    (tmp_path / "test" / "notes.txt").touch()
    with pytest.raises(FileNotFoundError, match=r"test: holds no picture \(\.bmp .*\.webp\)"):
        ImageFolder("test", str(tmp_path))


def test_a_missing_folder_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="test: no such folder"):
        ImageFolder("test", str(tmp_path))


def test_pictures_come_in_natural_order_with_their_stems_as_ids(tmp_path: Path) -> None:
    _fill(tmp_path / "test", ["10.png", "9.jpg", "100.bmp", "1.webp"])
    dataset = DATASETS.build(dict(type="ImageFolder", image_dir="test", data_root=str(tmp_path)))
    assert len(dataset) == 4
    samples = list(dataset)
    assert [target["image_id"] for _, target in samples] == [1, 9, 10, 100]
    assert [image.shape[-1] for image, _ in samples] == [4, 2, 1, 3]
    assert [Path(t["source"]).name for _, t in samples] == ["1.webp", "9.jpg", "10.png", "100.bmp"]
    assert "files" not in dataset.metainfo


def test_other_names_get_running_numbers_and_are_told(tmp_path: Path) -> None:
    _fill(tmp_path / "test", ["IMG_10.png", "IMG_9.png", "7.png"])
    dataset = ImageFolder(str(tmp_path / "test"))
    assert [target["image_id"] for _, target in dataset] == [1, 2, 3]
    assert dataset.metainfo["files"] == {1: "7.png", 2: "IMG_9.png", 3: "IMG_10.png"}


@pytest.mark.parametrize("names", [["1.png", "01.png"], ["1.png", "1.jpg"]])
def test_equal_integer_stems_are_refused_with_both_names(tmp_path: Path, names: list[str]) -> None:
    _fill(tmp_path / "test", ["2.png", *names])
    with pytest.raises(ValueError, match="both have the image id 1") as error:
        ImageFolder("test", str(tmp_path))
    assert all(name in str(error.value) for name in names)


def test_a_target_has_no_boxes(tmp_path: Path) -> None:
    _fill(tmp_path / "test", ["1.png"])
    image, target = ImageFolder("test", str(tmp_path))[0]
    assert type(image) is tv_tensors.Image
    assert target["boxes"].shape == (0, 4)
    assert target["boxes"].canvas_size == (4, 1)
    dtypes = [target[key].dtype for key in ("boxes", "labels", "iscrowd")]
    assert dtypes == [torch.float32, torch.int64, torch.bool]
    assert [len(target[key]) for key in ("boxes", "labels", "iscrowd")] == [0, 0, 0]


def test_a_picture_that_cannot_be_decoded_is_refused_with_its_name(tmp_path: Path) -> None:
    _fill(tmp_path / "test", ["1.png"])
    (tmp_path / "test" / "2.png").write_bytes(b"")
    dataset = ImageFolder("test", str(tmp_path))
    assert dataset[0][1]["image_id"] == 1
    with pytest.raises(ValueError, match=r"2\.png: can't be decoded"):
        dataset[1]


def test_transforms_are_applied(tmp_path: Path) -> None:
    _fill(tmp_path / "test", ["1.png"])
    transforms = [dict(type="Pad", padding=[2, 1])]
    image, target = ImageFolder("test", str(tmp_path), transforms)[0]
    assert image.shape == (3, 6, 5)
    assert target["boxes"].canvas_size == (6, 5)


def test_names_that_differ_in_case_or_zeros_have_one_order(tmp_path: Path) -> None:
    names = ["a01.png", "a1.png", "B.png", "b.png"]
    for name in reversed(names):
        Image.new("RGB", (4, 4)).save(tmp_path / name)
    assert [file.name for file in ImageFolder(str(tmp_path)).files] == names


@pytest.mark.parametrize("index", [-1, 1])
def test_a_position_outside_the_folder_is_an_index_error(index: int, tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "1.png")
    with pytest.raises(IndexError, match=rf"picture {index} of 1"):
        ImageFolder(str(tmp_path))[index]

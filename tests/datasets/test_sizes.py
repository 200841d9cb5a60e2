"""Reading of picture sizes."""

from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from digitdet.datasets.images import read_image
from digitdet.datasets.sizes import check_size, read_size


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "bmp"])
def test_height_comes_first(tmp_path: Path, ending: str) -> None:
    Image.new("RGB", (7, 5)).save(tmp_path / f"a.{ending}")
    assert read_size(tmp_path / f"a.{ending}") == (5, 7)


@pytest.mark.parametrize("ending", ["png", "jpg", "webp"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_the_size_is_that_of_the_decoded_picture(
    tmp_path: Path, ending: str, orientation: int
) -> None:
    file = tmp_path / f"a.{ending}"
    exif = Image.Exif()
    exif[0x0112] = orientation
    info = PngInfo()
    info.add_text("Comment", "beside it")
    kwargs = {"pnginfo": info} if ending == "png" else {}
    Image.new("RGB", (7, 5)).save(file, exif=exif, **kwargs)
    assert read_size(file) == tuple(read_image(file).shape[1:])


def test_a_broken_or_missing_picture_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"a\.png: no such picture"):
        read_size(tmp_path / "a.png")
    for content in (b"", b"\x89PNG\r\n\x1a\n", b"text"):
        (tmp_path / "a.png").write_bytes(content)
        with pytest.raises(ValueError, match=r"a\.png: can't be read as a picture"):
            read_size(tmp_path / "a.png")


def test_a_stated_size_that_differs_is_refused_with_both() -> None:
    check_size((5, 7), (5, 7), Path("a.png"), "a.xml")
    with pytest.raises(ValueError, match=r"a\.png: is 5 x 7 .*a\.xml states 7 x 5"):
        check_size((7, 5), (5, 7), Path("a.png"), "a.xml")

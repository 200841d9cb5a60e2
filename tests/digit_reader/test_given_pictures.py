"""Pictures in each form that a program has them in, and what is none."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from quickstart_readings import QUICKSTART, read

from digitdet import DigitReader
from digitdet.datasets.images import read_image


def test_a_picture_is_read_the_same_in_whatever_form_it_is_given(
    reader: DigitReader, layout: Path
) -> None:
    file = layout / "test" / "1.png"
    image = read_image(file)
    forms: list[Any] = [
        str(file),
        Image.open(file),
        image.permute(1, 2, 0).numpy(),
        image.permute(1, 2, 0).numpy().astype(np.uint16) * 257,
        image,
        image.double() / 255,
    ]
    [expected] = reader(file)
    assert expected.numbers
    alone = [reader(form) for form in forms]
    together = reader(forms)
    assert [len(readings) for readings in alone] == [1] * len(forms)
    assert all(read(reading) == read(expected) for [reading] in alone)
    for reading in together:
        assert reading.text == expected.text
        assert reading.confidence == pytest.approx(expected.confidence, abs=1e-4)
    assert alone[0][0].source == str(file)
    assert [alone[2][0].source, together[2].source] == ["picture", "pictures[2]"]


def test_a_folder_stands_for_its_pictures(reader: DigitReader, layout: Path) -> None:
    names = [Path(reading.source).name for reading in reader([layout / "test", layout / "valid"])]
    assert names == [*("1.png", "2.png", "3.png"), *("1.png", "2.png", "3.png", "4.png")]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "I", "HSV"])
def test_pictures_of_pillow_become_what_their_files_become(
    mode: str, reader: DigitReader, tmp_path: Path
) -> None:
    ramp = np.arange(40 * 60, dtype=np.uint16).reshape(40, 60) * 27
    if mode in ("I;16", "I"):
        image = Image.fromarray(ramp.astype(np.uint16 if mode == "I;16" else np.int32))
    else:
        image = Image.fromarray((ramp // 257).astype(np.uint8)).convert("RGB").convert(mode)
    assert image.mode == mode
    file = tmp_path / ("picture.jpg" if mode == "CMYK" else "picture.png")
    saved = {"HSV": image.convert("RGB"), "I": Image.fromarray(ramp)}.get(mode, image)
    saved.save(file)
    [given], [from_file] = reader(image), reader(file)
    tolerance = 16 if mode in ("CMYK", "HSV") else 0  # JPEG; rounding
    assert (given.image.int() - from_file.image.int()).abs().max() <= tolerance


def test_a_picture_of_pillow_is_turned_as_its_exif_data_say(
    reader: DigitReader, layout: Path
) -> None:
    upright = Image.open(layout / "test" / "1.png").convert("RGB")
    lying = upright.transpose(Image.Transpose.ROTATE_90)
    lying.getexif()[0x0112] = 6
    [expected], [turned] = reader(upright), reader(lying)
    assert read(turned) == read(expected)


def test_grey_and_transparent_arrays_and_tensors_are_read(reader: DigitReader) -> None:
    grey = np.full((40, 60), 128, np.uint8)
    clear = np.zeros((40, 60, 4), np.uint8)
    given = [grey, grey[:, :, None], torch.from_numpy(grey)[None], clear]
    images = [reading.image for reading in reader(given)]
    assert {image.shape for image in images} == {(3, 40, 60)}
    assert [image.unique().tolist() for image in images] == [[128], [128], [128], [255]]


@pytest.mark.parametrize(
    ("picture", "kind", "error"),
    [
        (np.zeros((0, 5), np.uint8), ValueError, r"\[1\]: an array has the shape .* got \(0, 5\)"),
        (np.zeros((3, 40, 60), np.uint8), ValueError, r"\[1\]: .*array.transpose\(1, 2, 0\)"),
        (np.zeros((2, 40, 60, 3), np.uint8), ValueError, r"\[1\]: .*several pictures as a list"),
        (np.zeros((40, 60)), ValueError, r"\[1\]: .*got float64; convert it"),
        (torch.zeros(40, 60, 3), ValueError, r"\[1\]: .*tensor.permute\(2, 0, 1\)"),
        (torch.zeros(40, 60), ValueError, r"\[1\]: .*tensor\[None\]"),
        (torch.zeros(2, 3, 40, 60), ValueError, r"\[1\]: .*list\(tensor\)"),
        (torch.full((3, 40, 60), 255.0), ValueError, r"\[1\]: .*got 255 to 255; divide"),
        (torch.full((3, 40, 60), float("nan")), ValueError, r"\[1\]: .*got nan to nan"),
        (torch.zeros(3, 40, 60, dtype=torch.int64), ValueError, r"\[1\]: .*got torch.int64"),
        (None, TypeError, r"pictures\[1\]: has to be a path, .* got NoneType"),
        (Image.new("RGB", (0, 4)), ValueError, r"\[1\]: a picture of 0x4 pixels holds nothing"),
        ("", FileNotFoundError, "'': is the name of no picture"),
        (Image.new("F", (60, 40), 0.5), ValueError, r"\[1\]: a picture of mode F .*255 \* np"),
        (np.zeros((2, 9000), np.uint8), ValueError, r"\[1\]: a picture of 9000x2 .* too narrow"),
        ("no/such.png", FileNotFoundError, "no/such.png: not there"),
    ],
)
def test_what_is_no_picture_is_named_with_its_place_and_what_to_do(
    picture: Any, kind: type[Exception], error: str, reader: DigitReader
) -> None:
    good = np.zeros((40, 60), np.uint8)
    with pytest.raises(kind, match=error):
        reader([good, picture])
    first, second, third = reader.stream([good, picture, good], on_error="keep")
    assert first.error is None
    assert third.error is None
    assert second.error
    assert not second.numbers


def test_a_single_thing_that_is_no_picture_is_refused(reader: DigitReader) -> None:
    with pytest.raises(TypeError, match=r"has to be a path, .* or several of these, got int"):
        reader(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"has to be a path, .* or several of these, got bytes"):
        reader(b"a picture's content")  # type: ignore[arg-type]


def test_an_error_names_its_picture_whatever_that_is_called(
    reader: DigitReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.new("L", (9000, 2)).save("a", format="PNG")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "1.png").symlink_to(QUICKSTART)
    narrow, other = (str(r.error) for r in reader.stream(["a", "b"], on_error="keep"))
    assert narrow.startswith("a: a picture of 9000x2 pixels is too narrow")
    assert other.startswith("b/1.png: can't be decoded as a picture")


def test_a_picture_of_a_folder_that_can_not_be_read_keeps_no_other_from_being_read(
    reader: DigitReader, layout: Path, tmp_path: Path
) -> None:
    (tmp_path / "1.png").symlink_to(layout / "test" / "1.png")
    (tmp_path / "2.png").symlink_to(tmp_path / "gone")
    Image.new("L", (30, 20)).save(tmp_path / "odd\udcff.png")
    first, second, third = reader.stream(tmp_path, on_error="keep")
    assert read(first) == read(reader(layout / "test" / "1.png")[0])
    assert "no such picture" in str(second.error)
    assert third.error is None

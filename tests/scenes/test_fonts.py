"""Fonts that come with the dependencies, and others."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from digitdet.scenes.fonts import FONTS, choose_fonts, has_digits, load_font


def _ink(font: str, size: int, text: str) -> NDArray[np.uint8]:
    """Draw text with its baseline at row 200."""
    image = Image.new("L", (400, 300))
    ImageDraw.Draw(image).text((50, 200), text, fill=255, font=load_font(font, size), anchor="ls")
    return np.asarray(image)


def _bundled_file(name: str) -> Path:
    import matplotlib

    return Path(matplotlib.get_data_path(), "fonts", "ttf", f"{name}.ttf")


@pytest.mark.parametrize("font", FONTS)
def test_every_font_draws_ten_different_digits(font: str) -> None:
    drawn = [_ink(font, 40, digit) for digit in "0123456789"]
    assert all((image > 128).sum() > 40 for image in drawn)
    for number, image in enumerate(drawn):
        assert all(np.abs(image - other.astype(int)).max() > 128 for other in drawn[:number])
    assert has_digits(font)


def test_the_fonts_differ_from_each_other() -> None:
    assert len({_ink(font, 60, "0123456789").tobytes() for font in FONTS}) == len(FONTS)


@pytest.mark.parametrize(
    ("name", "remedy"), [("Comic", "name a file or one of"), ("cmr10", "reinstall matplotlib`")]
)
def test_a_font_that_is_not_there_is_refused_with_its_file(
    name: str, remedy: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("digitdet.scenes.fonts._folder", lambda: tmp_path)
    load_font.cache_clear()
    with pytest.raises(FileNotFoundError, match=rf"{name}.*: no such font; .*{remedy}"):
        load_font(name, 10)


@pytest.mark.parametrize("content", [b"", b"no font"])
def test_a_file_that_is_no_font_is_refused_by_its_name(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "broken.ttf"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"broken\.ttf: can't be read as a font"):
        choose_fonts([str(file)])


@pytest.mark.parametrize("fonts", ["", "Aileron", [], "all"])
def test_fonts_of_another_kind_are_refused(fonts: str | list[str]) -> None:
    with pytest.raises(ValueError, match="fonts is 'bundled', 'system' or a list of fonts, got"):
        choose_fonts(fonts)


def test_a_font_without_digits_is_refused() -> None:
    file = str(_bundled_file("cmsy10"))  # mathematical symbols
    assert not has_digits(file)
    with pytest.raises(ValueError, match=r"cmsy10\.ttf has no ten distinct digits"):
        choose_fonts([file])


def test_old_style_digits_of_differing_heights_do_not_count() -> None:
    assert not has_digits(str(_bundled_file("cmmi10")))


def test_names_and_files_can_be_mixed() -> None:
    file = str(_bundled_file("DejaVuSans"))
    assert choose_fonts(["cmr10", file]) == ("cmr10", file)
    assert choose_fonts("bundled") == FONTS


def test_system_fonts_are_those_of_the_machine_that_have_digits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from digitdet.scenes import fonts

    found = [str(_bundled_file(name)) for name in ("cmsy10", "DejaVuSerif", "cmr10")]
    monkeypatch.setattr("matplotlib.font_manager.findSystemFonts", lambda **_: [*found, "gone.ttf"])
    fonts._system_fonts.cache_clear()
    assert choose_fonts("system") == tuple(sorted(found[1:]))
    monkeypatch.setattr("matplotlib.font_manager.findSystemFonts", lambda **_: [])
    fonts._system_fonts.cache_clear()
    with pytest.raises(FileNotFoundError, match="this machine has no font with digits"):
        choose_fonts("system")
    fonts._system_fonts.cache_clear()

"""Where ``digitdet read`` puts its drawn pictures."""

import os
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from digitdet.drawn_names import DrawnNames
from digitdet.readings import Reading
from digitdet.whole_files import check_writable, whole_file

# What a drawn picture says of itself; by it, a later run knows what it may replace.
SOFTWARE, DRAWN = "Software", "digitdet read"


class Drawings:
    """Draws readings into a folder, and replaces nothing there but what was drawn before.

    Args:
        folder: The folder; made when there is something to draw.

    Raises:
        ValueError: If it can't be written to.
    """

    def __init__(self, folder: Path) -> None:
        check_writable(folder)
        self._folder = folder
        self._names = DrawnNames()

    def check(self, file: str) -> None:
        """Refuse a picture that lies in the folder itself: drawn ones would be read as others.

        Raises:
            ValueError: If so.
        """
        if os.path.realpath(self._folder) == os.path.realpath(Path(file).parent):
            raise ValueError(
                f"{file}: lies in {self._folder}, the folder for drawn pictures; choose another "
                "one by --out"
            )

    def save(self, reading: Reading, stem: str) -> Path:
        """Draw a reading.

        Args:
            reading: The reading.
            stem: What to call the picture; later ones of the same are numbered.

        Returns:
            The file.

        Raises:
            OSError: If it can't be written.
        """
        plain = stem.replace(":", "-")  # of a camera; Windows has no such names
        name = self._names.choose(plain, self._is_free)
        self._folder.mkdir(parents=True, exist_ok=True)
        mark = PngInfo()
        mark.add_text(SOFTWARE, DRAWN)
        with whole_file(self._folder / name) as part:
            reading.draw().save(part, format="PNG", pnginfo=mark)
        return self._folder / name

    def _is_free(self, name: str) -> bool:
        """Say whether nothing bears a name but, perhaps, a picture that an earlier run drew."""
        file = self._folder / name
        if not os.path.lexists(file):
            return True
        try:
            with Image.open(file, formats=["PNG"]) as image:
                return image.info.get(SOFTWARE) == DRAWN
        except (OSError, ValueError, Image.DecompressionBombError):  # no picture, or a broken one
            return False

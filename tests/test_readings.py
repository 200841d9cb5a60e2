import json
from pathlib import Path

import pytest
import torch
from PIL import Image

from digitdet.readings import Reading
from digitdet.structures import Number

GREY = torch.full((3, 40, 60), 128, dtype=torch.uint8)


def number(text: str, confidence: float, left: float) -> Number:
    boxes = [[left + 9 * n, 5.0, left + 9 * n + 8, 20.0] for n in range(len(text))]
    return Number(text, torch.tensor(boxes), torch.full((len(text),), 0.5), confidence)


NUMBERS = [number("07", 0.25, 2), number("5", 0.5, 40)]


def test_a_picture_without_a_number_reads_as_nothing() -> None:
    reading = Reading("door.png", GREY)
    assert (reading.text, reading.confidence, reading.numbers) == ("", 0.0, [])
    assert str(reading) == "door.png: (no number)"
    assert reading.to_dict() == {
        "file": "door.png",
        "number": None,
        "confidence": 0.0,
        "digits": [],
        "others": [],
    }
    assert reading.draw().width % 60 == 0


def test_the_first_number_stands_for_the_picture_and_the_others_are_listed() -> None:
    reading = Reading("door.png", GREY, NUMBERS)
    assert (reading.text, reading.confidence) == ("07", 0.25)
    assert str(reading) == "door.png: 07  0.25, 5  0.50"
    assert json.loads(json.dumps(reading.to_dict())) == {
        "file": "door.png",
        "number": "07",
        "confidence": 0.25,
        "digits": [
            {"digit": "0", "score": 0.5, "box": [2.0, 5.0, 10.0, 20.0]},
            {"digit": "7", "score": 0.5, "box": [11.0, 5.0, 19.0, 20.0]},
        ],
        "others": [
            {
                "number": "5",
                "confidence": 0.5,
                "digits": [{"digit": "5", "score": 0.5, "box": [40.0, 5.0, 48.0, 20.0]}],
            }
        ],
    }


def test_drawing_marks_the_digits_and_leaves_the_picture_as_it_was() -> None:
    drawn = Reading("door.png", GREY, NUMBERS).draw()
    plain = Reading("door.png", GREY).draw()
    assert drawn.size == plain.size
    assert drawn.tobytes() != plain.tobytes()
    assert GREY.unique().tolist() == [128]


def test_what_could_not_be_read_says_why_and_is_not_drawn() -> None:
    error = "door.png: can't be decoded as a picture"
    reading = Reading.failed("door.png", error)
    assert reading.image.shape == (3, 0, 0)
    assert reading.to_dict() == {"file": "door.png", "error": error}
    assert (str(reading), reading.text) == (error, "")
    with pytest.raises(ValueError, match=r"no picture to draw: door\.png: can't be decoded"):
        reading.draw()


def test_a_picture_can_wait_in_its_file(tmp_path: Path) -> None:
    file = tmp_path / "door.png"
    Image.new("RGB", (60, 40), (128, 128, 128)).save(file)
    reading = Reading("door.png", GREY, NUMBERS).without_image(file)
    assert torch.equal(reading.image, GREY)
    assert reading.draw().tobytes() == Reading("door.png", GREY, NUMBERS).draw().tobytes()
    file.unlink()
    assert reading.text == "07"
    with pytest.raises(FileNotFoundError, match=r"door\.png: no such picture"):
        reading.draw()

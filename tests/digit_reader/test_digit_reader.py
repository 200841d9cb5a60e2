"""Reading pictures as a program does."""

import doctest
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from quickstart_readings import LOW, QUICKSTART, confidences, read
from torch import Tensor, nn

import digitdet
from digitdet import DigitReader, config, digit_reader
from digitdet.models.batching import WINDOW
from digitdet.registry import MODELS, READERS
from digitdet.structures import Number, Prediction

# Says what is imported with digitdet, and by then with a reader.
START = """
import sys, digitdet
print("DigitReader" in dir(digitdet), "torch" in sys.modules)
digitdet.DigitReader(checkpoint=sys.argv[1])
print(*sorted(sys.modules))
"""


def test_the_example_of_the_class_runs() -> None:
    result = doctest.testmod(digit_reader)
    assert result.attempted > 5
    assert not result.failed


def test_importing_digitdet_is_instant_and_a_reader_imports_no_more_than_it_needs(
    carrying: Callable[..., Path],
) -> None:
    """In a process of its own, since others have imported everything here."""
    done = subprocess.run(
        [sys.executable, "-c", START, str(carrying())], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first == "True False"
    imported = set(second.split())
    assert {"torch", "torchvision", "digitdet.models.faster_rcnn"} <= imported
    assert not {"matplotlib", "mmengine.runner", "pydantic", "torchmetrics"} & imported
    assert not {"digitdet.evaluation", "digitdet.hooks", "digitdet.runner"} & imported


def test_a_name_that_digitdet_does_not_have_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'DigitReaders'"):
        digitdet.DigitReaders  # type: ignore[attr-defined]  # noqa: B018


def test_no_pictures_give_no_readings(reader: DigitReader) -> None:
    assert reader([]) == []
    assert list(reader.stream(iter([]))) == []


def test_a_stream_reads_ahead_no_more_than_a_window(reader: DigitReader) -> None:
    taken = 0

    def endless() -> Iterator[Tensor]:
        nonlocal taken
        for number in itertools.count():
            taken = number + 1
            yield torch.full((3, 20, 30), number % 255, dtype=torch.uint8)

    stream = reader.stream(endless())
    assert taken == 0
    values = [int(next(stream).image[0, 0, 0]) for _ in range(3)]
    assert values == [0, 1, 2]
    assert taken <= WINDOW


def test_a_picture_is_taken_as_it_was_when_it_came(reader: DigitReader) -> None:
    """A camera may write each into the same memory."""
    frame = torch.zeros(3, 20, 30, dtype=torch.uint8)

    def frames() -> Iterator[Tensor]:
        for value in range(3):
            yield frame.fill_(value)

    assert [int(reading.image.max()) for reading in reader.stream(frames())] == [0, 1, 2]


def test_a_stream_gives_what_came_before_an_error(reader: DigitReader, layout: Path) -> None:
    stream = reader.stream([layout / "test" / "1.png", layout / "none.png"])
    assert next(stream).source.endswith("1.png")
    with pytest.raises(FileNotFoundError, match=r"none\.png"):
        next(stream)
    with pytest.raises(ValueError, match="on_error is 'raise' or 'keep', got 'ignore'"):
        reader.stream([], on_error="ignore")  # type: ignore[arg-type]


class Forgetful(nn.Module):
    """Finds the digit that a picture's pixels say, unless it is asked again meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, images: list[Tensor]) -> list[Prediction]:
        self.digit = int(images[0].max())
        time.sleep(0.002)
        boxes = torch.tensor([[1.0, 1.0, 9.0, 9.0]])
        return [{"boxes": boxes, "labels": torch.tensor([self.digit + 1]), "scores": torch.ones(1)}]


def test_threads_that_share_a_reader_get_what_each_would_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MODELS.module_dict, "Forgetful", Forgetful)
    file = tmp_path / "forgetful.pth"
    values = {"model": {"type": "Forgetful"}, "reader": {"type": "LineReader"}}
    meta = {"format": "digitdet", "cfg": json.dumps(values)}
    torch.save({"state_dict": Forgetful().state_dict(), "meta": meta}, file)
    reader = DigitReader(checkpoint=file)

    def read_often(digit: int) -> set[str]:
        picture = torch.full((3, 10, 10), digit, dtype=torch.uint8)
        return {reader(picture)[0].text for _ in range(20)}

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(read_often, [3, 5, 8])) == [{"3"}, {"5"}, {"8"}]


def test_many_pictures_of_files_are_read_again_when_they_are_asked_for(
    reader: DigitReader, layout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = layout / "test"
    expected = reader(folder)
    monkeypatch.setattr(digit_reader, "WINDOW_PIXELS", 1)
    light = reader([folder, torch.zeros(3, 9, 9)])
    assert [isinstance(reading._image, Path) for reading in light] == [True, True, True, False]
    for reading, full in zip(light, expected, strict=False):
        assert torch.equal(reading.image, full.image)
        assert read(reading) == read(full)


def test_doubtful_numbers_are_left_out(checkpoint: Path, reader: DigitReader, layout: Path) -> None:
    found = confidences(reader, layout)
    limit = sorted(found)[len(found) // 2]
    strict = DigitReader(QUICKSTART, checkpoint, options=LOW, min_confidence=limit)
    assert confidences(strict, layout) == [value for value in found if value >= limit]
    with pytest.raises(ValueError, match="min_confidence is 0 to 1, got 60"):
        DigitReader(QUICKSTART, checkpoint, min_confidence=60)


def test_a_reader_of_ones_own_reads(
    carrying: Callable[..., Path], layout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class CountingReader:
        """Reads how many digits were found."""

        def __call__(self, prediction: Prediction) -> list[Number]:
            nothing = torch.zeros(0, 4), torch.zeros(0)
            return [Number(str(len(prediction["boxes"])), *nothing, 1.0)]

    monkeypatch.setitem(READERS.module_dict, "CountingReader", CountingReader)
    values = {**config.load(QUICKSTART).to_dict(), "reader": {"type": "CountingReader"}}
    [reading] = DigitReader(checkpoint=carrying(values))(layout / "test" / "1.png")
    assert int(reading.text) > 0


def test_a_device_that_is_not_there_is_refused(checkpoint: Path) -> None:
    for device in ("cuda:99", "gpu", "meta", "privateuseone"):
        with pytest.raises(ValueError, match=f"device '{device}' can't be used"):
            DigitReader(QUICKSTART, checkpoint, device=device)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_gpu_is_used_where_it_is_there(checkpoint: Path, layout: Path) -> None:
    reader = DigitReader(QUICKSTART, checkpoint, options=LOW)
    assert reader.device == "cuda"
    on_cpu = DigitReader(QUICKSTART, checkpoint, options=LOW, device="cpu")
    for one, other in zip(reader(layout / "train"), on_cpu(layout / "train"), strict=True):
        assert one.text == other.text
        assert one.confidence == pytest.approx(other.confidence, abs=1e-2)
        assert one.image.device.type == "cpu"

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
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

import digitdet
from digitdet import DigitReader, config, digit_reader, trained_models
from digitdet.calibration import Calibration
from digitdet.datasets.images import read_image
from digitdet.models.batching import WINDOW
from digitdet.readings import Reading
from digitdet.registry import MODELS, READERS
from digitdet.structures import Number, Prediction

QUICKSTART = Path(__file__).parents[1] / "configs" / "experiments" / "quickstart.py"
# Says what is imported with digitdet, and by then with a reader.
START = """
import sys, digitdet
print("DigitReader" in dir(digitdet), "torch" in sys.modules)
digitdet.DigitReader(checkpoint=sys.argv[1])
print(*sorted(sys.modules))
"""
LOW = ["reader.score_threshold=0.05"]


@pytest.fixture(scope="module")
def reader(checkpoint: Path) -> DigitReader:
    return DigitReader(QUICKSTART, checkpoint, options=LOW)


@pytest.fixture
def carrying(checkpoint: Path, tmp_path: Path) -> Callable[..., Path]:
    """Returns a function that writes a checkpoint with a config, and more, beside the weights."""

    def write(values: dict[str, Any] | None = None, **meta: Any) -> Path:
        content = torch.load(checkpoint, weights_only=True)
        values = config.load(QUICKSTART).to_dict() if values is None else values
        content["meta"] = {"format": "digitdet", "cfg": json.dumps(values), **meta}
        file = tmp_path / "carrying.pth"
        torch.save(content, file)
        return file

    return write


def read(reading: Reading) -> dict[str, Any]:
    """What was read, wherever."""
    return {key: value for key, value in reading.to_dict().items() if key != "file"}


def confidences(reader: DigitReader, layout: Path) -> list[float]:
    """Those of all numbers in some pictures."""
    return [number.confidence for r in reader(layout / "train") for number in r.numbers]


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


def test_a_checkpoint_alone_is_read_by_the_config_that_it_carries(
    carrying: Callable[..., Path], reader: DigitReader, layout: Path
) -> None:
    alone = DigitReader(checkpoint=carrying(), options=LOW)
    assert [read(one) for one in alone(layout / "train")] == [
        read(one) for one in reader(layout / "train")
    ]


def test_weights_that_a_config_starts_from_are_not_looked_for(
    carrying: Callable[..., Path], reader: DigitReader, layout: Path
) -> None:
    values = config.load(QUICKSTART).to_dict()
    detector = {**values["model"], "weights": "COCO_V1"}
    model = {"type": "MultiScale", "detector": detector, "scales": [1.0]}
    several = DigitReader(checkpoint=carrying({**values, "model": model}), options=LOW)
    file = layout / "test" / "1.png"
    assert read(several(file)[0]) == read(reader(file)[0])


def test_an_installation_without_the_weights_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trained_models, "READER_FILE", tmp_path / "reader.safetensors")
    with pytest.raises(FileNotFoundError, match=r"reader\.safetensors: .* install digitdet again"):
        DigitReader()


def test_confidences_mean_what_the_checkpoint_knows_of_them(
    carrying: Callable[..., Path], reader: DigitReader, layout: Path
) -> None:
    known = Calibration(slope=0.5, offset=-1.0, num_numbers=10, num_right=3)
    values = config.load(QUICKSTART, LOW).to_dict()
    file = carrying(values, calibration=known.to_dict())
    before = confidences(reader, layout)
    after = confidences(DigitReader(QUICKSTART, file, options=LOW), layout)
    assert after == pytest.approx([known.apply(confidence) for confidence in before])
    limit = sorted(after)[len(after) // 2]
    strict = DigitReader(checkpoint=file, options=LOW, min_confidence=limit)
    assert confidences(strict, layout) == [value for value in after if value >= limit]
    wrong = carrying(calibration={**known.to_dict(), "slope": -1})
    with pytest.raises(ValueError, match=r"carrying.pth: calibration: slope: has to be 0"):
        DigitReader(checkpoint=wrong)


def test_a_calibration_is_not_used_with_another_reader(
    carrying: Callable[..., Path],
    reader: DigitReader,
    layout: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    known = Calibration(slope=0.5, offset=-1.0, num_numbers=10, num_right=3)
    values = config.load(QUICKSTART).to_dict()
    file = carrying(values, calibration=known.to_dict())
    DigitReader(QUICKSTART, file)
    assert "warning" not in capsys.readouterr().err
    assert confidences(DigitReader(QUICKSTART, file, options=LOW), layout) == confidences(
        reader, layout
    )
    said = capsys.readouterr().err
    assert said.startswith(f"warning: {file}: its confidences were calibrated with the reader {{")
    assert said.endswith("products of the digits' scores, and no probabilities\n")


def test_weights_and_configs_that_lack_each_other_are_refused(
    checkpoint: Path, carrying: Callable[..., Path], tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=r"random.pth: holds weights without the config"):
        DigitReader(checkpoint=checkpoint)
    with pytest.raises(
        ValueError,
        match=r"quickstart.py: was given as the config, without a .*DigitReader\(checkpoint",
    ):
        DigitReader(QUICKSTART)
    with pytest.raises(FileNotFoundError, match=r"none.pth: no such checkpoint"):
        DigitReader(checkpoint=tmp_path / "none.pth")
    model = config.load(QUICKSTART).to_dict()["model"]
    with pytest.raises(ValueError, match=r"carrying\.pth: states no `reader`"):
        DigitReader(checkpoint=carrying({"model": model}))
    with pytest.raises(ValueError, match="can't be read as JSON"):
        DigitReader(checkpoint=carrying(cfg="model = dict()"))


@pytest.mark.parametrize(
    ("place", "part"),
    [
        ("model", {"type": "planted_module.Thing"}),
        ("reader", {"type": "planted_module.Thing"}),
        ("reader", {"type": "LineReader", "_scope_": "planted_module"}),
        ("model", {"type": "MultiScale", "detector": {"type": "planted_module.Thing"}}),
        ("model", {"type": "MultiScale", "detector": [{"a": {"type": "planted_module.Thing"}}]}),
        ("model", {"type": "FasterRCNN", "backbone": {"type": 3}}),
        ("custom_imports", {"imports": ["planted_module"]}),
    ],
)
def test_nothing_is_imported_because_weights_say_so(
    place: str,
    part: dict[str, Any],
    carrying: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "planted_module").mkdir()
    (tmp_path / "planted_module" / "__init__.py").write_text("Thing = dict\n", encoding="utf-8")
    (tmp_path / "planted_module" / "registry.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    file = carrying({**config.load(QUICKSTART).to_dict(), place: part})
    if place == "custom_imports":
        DigitReader(checkpoint=file)
    else:
        with pytest.raises(ValueError, match=rf"carrying.pth: {place}.*registered already"):
            DigitReader(checkpoint=file)
    assert not [name for name in sys.modules if name.startswith("planted_module")]


def test_what_is_wrong_in_a_carried_config_or_an_option_is_named(
    carrying: Callable[..., Path],
) -> None:
    values = config.load(QUICKSTART).to_dict()
    values["reader"]["score_treshold"] = 0.3
    with pytest.raises(ValueError, match=r"carrying.pth: reader.score_treshold: .*did you mean"):
        DigitReader(checkpoint=carrying(values))
    with pytest.raises(ValueError, match=r"--cfg-options reader\.max_digit: "):
        DigitReader(checkpoint=carrying(), options=["reader.max_digit=3"])
    with pytest.raises(ValueError, match=r"model.score_threshold, 0.9: the model drops"):
        DigitReader(checkpoint=carrying(), options=["model.score_threshold=0.9"])


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

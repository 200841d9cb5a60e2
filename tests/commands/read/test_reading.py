"""Reading as a user does, from arguments to standard output."""

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from digitdet.commands.main import main
from digitdet.digit_reader import DigitReader
from digitdet.readings import Reading

QUICKSTART = str(Path(__file__).parents[3] / "configs" / "experiments" / "quickstart.py")
Read = Callable[..., tuple[Any, str, str]]


@pytest.fixture
def read(
    checkpoint: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Read:
    """Runs the command in a folder of its own; returns its status and what it prints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DIGITDET_TRACEBACK", raising=False)

    def run(*words: str, stdin: str = "") -> tuple[Any, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as stopped:
            main(["read", "--config", QUICKSTART, "--checkpoint", str(checkpoint), *words])
        output = capsys.readouterr()
        return stopped.value.code, output.out, output.err

    return run


@pytest.fixture
def photos(layout: Path, tmp_path: Path) -> Path:
    """A folder with three pictures; `read` calls it ``photos``."""
    shutil.copytree(layout / "test", tmp_path / "photos")
    return tmp_path / "photos"


@pytest.fixture
def clip(photos: Path) -> Path:
    """A video of a second, with the first picture twice and then the second; ``clip.avi``."""
    file = photos.parent / "clip.avi"
    frames = [cv2.resize(cv2.imread(str(photos / f"{n}.png")), (96, 64)) for n in (1, 1, 2, 2)]
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"MJPG"), 4, (96, 64))
    for frame in frames:
        writer.write(frame)
    writer.release()
    return file


@pytest.mark.usefixtures("photos")
def test_each_picture_of_a_folder_is_a_line_on_standard_output(read: Read) -> None:
    status, out, err = read("photos")
    assert (status, err) == (0, "")
    files = [line.split(": ")[0] for line in out.splitlines()]
    assert files == ["photos/1.png", "photos/2.png", "photos/3.png"]
    assert any(line.split("  ")[0].rsplit(" ")[-1].isdigit() for line in out.splitlines())


def test_what_can_not_be_read_is_told_and_the_rest_goes_on(photos: Path, read: Read) -> None:
    (photos / "2.png").write_bytes(b"\x89PNG")
    Image.fromarray(np.full((50, 70), 40000, np.uint16)).save(photos / "4.png")
    status, out, err = read("gone.png", "photos", "*.webp")
    assert status == 1
    files = [line.split(": ")[0] for line in out.splitlines()]
    assert files == ["photos/1.png", "photos/3.png", "photos/4.png"]
    first, second, third = err.splitlines()
    assert first == "error: gone.png: not there"
    assert second.startswith("error: photos/2.png: can't be decoded as a picture")
    assert third == "error: *.webp: no picture or video matches"


def test_json_is_an_object_a_line_errors_among_them(photos: Path, read: Read) -> None:
    (photos / "1.png").write_bytes(b"")
    status, out, _ = read("gone.png", "photos", "--json")
    gone, broken, *others = [json.loads(line) for line in out.splitlines()]
    assert status == 1
    assert gone == {"file": "gone.png", "error": "gone.png: not there"}
    assert set(broken) == {"file", "error"}
    assert [other["file"] for other in others] == ["photos/2.png", "photos/3.png"]
    keys = {"file", "number", "confidence", "digits", "others"}
    assert all(set(other) == keys for other in others)


@pytest.mark.usefixtures("photos")
def test_a_table_has_the_numbers_that_json_has(read: Read) -> None:
    rows = list(csv.DictReader(io.StringIO(read("photos", "--csv")[1])))
    found = [json.loads(line) for line in read("photos", "--json")[1].splitlines()]
    expected = [
        (each["file"], number["number"] or "")
        for each in found
        for number in (each, *each["others"])
    ]
    assert [(row["file"], row["number"]) for row in rows] == expected


def test_drawn_pictures_are_named_by_the_records(photos: Path, read: Read) -> None:
    _, out, _ = read("photos", "photos/1.png", "--out", "out", "--json")
    drawn = [json.loads(line)["drawn"] for line in out.splitlines()]
    assert drawn == ["out/1.png", "out/2.png", "out/3.png", "out/1_2.png"]
    assert all(Path(file).is_file() for file in drawn)
    before = (photos / "1.png").read_bytes()
    status, out, err = read("photos", "--out", "photos")
    assert (status, out) == (2, "")
    assert "error: photos/1.png: lies in photos, the folder for drawn pictures" in err
    assert (photos / "1.png").read_bytes() == before


def test_what_can_not_be_drawn_is_told_and_the_readings_go_on(photos: Path, read: Read) -> None:
    """A picture that is in the folder for drawn ones is seen only when its name comes."""
    (photos.parent / "out").mkdir()
    shutil.copy(photos / "1.png", photos.parent / "out")
    names = "photos/1.png\nout/1.png\nphotos/2.png\n"
    status, out, err = read("-", "--out", "out", "--json", stdin=names)
    assert status == 1
    assert err.startswith("error: out/1.png: lies in out, the folder for drawn pictures")
    drawn = [json.loads(line).get("drawn") for line in out.splitlines()]
    assert drawn == [str(Path("out", "1_2.png")), None, str(Path("out", "2.png"))]


def test_a_drawing_that_fails_leaves_the_reading(
    read: Read, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("digitdet.commands.read.drawings.Drawings.save", full)
    status, out, err = read(str(photos / "1.png"), "--out", "out", "--json")
    assert status == 1
    content = json.loads(out)
    assert "digits" in content
    assert content["error"].endswith(
        "1.png: was read, but can't be drawn ([Errno 28] No space left on device)"
    )
    assert err == f"error: {content['error']}\n"


@pytest.mark.usefixtures("photos")
def test_unsure_numbers_are_left_out(read: Read) -> None:
    found = [json.loads(line) for line in read("photos", "--json")[1].splitlines()]
    sure = sorted(each["confidence"] for each in found)[-1]
    _, out, _ = read("photos", "--json", "--min-confidence", str(sure))
    left = [json.loads(line)["number"] for line in out.splitlines()]
    assert left == [each["number"] if each["confidence"] >= sure else None for each in found]
    assert None in left


@pytest.mark.usefixtures("photos")
def test_names_come_from_standard_input(read: Read) -> None:
    status, out, _ = read("-", stdin="photos/3.png\n\n./photos/1.png\n")
    assert status == 0
    assert [line.split(": ")[0] for line in out.splitlines()] == ["photos/3.png", "./photos/1.png"]
    status, out, err = read("-")
    assert (status, out) == (2, "")
    assert err == "error: nothing to read: standard input names no picture\n"


@pytest.mark.parametrize("words", [["gone.png", "none*"], ["gone.png", "--checkpoint", "no.pth"]])
def test_where_there_is_nothing_no_model_is_loaded(
    words: list[str], read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digitdet.commands.read.reading.DigitReader", None)
    status, out, err = read(*words)
    assert (status, out) == (2, "")
    assert "error: gone.png: not there" in err


@pytest.mark.usefixtures("photos")
def test_a_model_that_is_not_there_is_status_2(read: Read) -> None:
    status, out, err = read("photos", "--checkpoint", "no.pth")
    assert (status, out) == (2, "")
    assert "error: no.pth" in err


@pytest.mark.usefixtures("clip")
def test_frames_of_a_video_come_with_their_times(read: Read) -> None:
    status, out, _ = read("photos/3.png", "clip.avi", "photos/1.png", "--csv", "--out", "out")
    assert status == 0
    rows = {(r["file"], r["time"]): r["drawn"] for r in csv.DictReader(io.StringIO(out))}
    assert rows == {
        ("photos/3.png", ""): "out/3.png",
        ("clip.avi", "0.000"): "out/clip@0.000s.png",
        ("clip.avi", "0.500"): "out/clip@0.500s.png",
        ("photos/1.png", ""): "out/1.png",
    }
    assert {file.name for file in Path("out").iterdir()} == {Path(d).name for d in rows.values()}
    lines = read("clip.avi", "--every", "0")[1].splitlines()
    names = [f"clip.avi@0.{time}s" for time in ("000", "250", "500", "750")]
    assert [line.split(": ")[0] for line in lines] == names


@pytest.mark.usefixtures("clip")
def test_frames_that_read_as_the_one_before_can_be_left_out(read: Read) -> None:
    every = [
        json.loads(line) for line in read("clip.avi", "--every", "0", "--json")[1].split("\n")[:-1]
    ]
    texts = [[each["number"], *(o["number"] for o in each["others"])] for each in every]
    changed = [i for i in range(4) if i == 0 or texts[i] != texts[i - 1]]
    out = read("clip.avi", "clip.avi", "--every", "0", "--changes", "--json")[1]
    times = [json.loads(line)["time"] for line in out.splitlines()]
    assert times == [every[i]["time"] for i in changed] * 2
    assert len(changed) < 4


def test_of_a_video_that_is_cut_short_all_is_read_that_is_there(
    clip: Path, photos: Path, read: Read
) -> None:
    writer = cv2.VideoWriter(str(clip), cv2.VideoWriter.fourcc(*"MJPG"), 1, (96, 64))
    frame = cv2.resize(cv2.imread(str(photos / "1.png")), (96, 64))
    for _ in range(12):
        writer.write(frame)
    writer.release()
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    (photos.parent / "none.mp4").touch()
    status, out, err = read("none.mp4", "clip.avi")
    assert status == 1
    assert 1 <= len(out.splitlines()) <= 10
    first, second = err.splitlines()
    assert first.startswith("error: none.mp4: can't be decoded as a video")
    assert second.startswith("error: clip.avi: can't be decoded beyond")


def test_a_camera_that_is_not_there_is_told(read: Read) -> None:
    status, out, err = read("camera:99")
    assert (status, out) == (2, "")
    assert err.startswith("error: camera:99: no such camera")


class Camera:
    """OpenCV's capture of a camera that is unplugged after three frames."""

    def __init__(self, *_: int) -> None:
        self.left = 3

    def isOpened(self) -> bool:  # noqa: N802  OpenCV's
        return True

    def grab(self) -> bool:
        self.left -= 1
        return self.left >= 0

    def retrieve(self) -> tuple[bool, Any]:
        return True, np.full((60, 80, 3), 90, np.uint8)

    def set(self, *_: object) -> None:
        pass

    def release(self) -> None:
        pass


def test_each_frame_of_a_camera_is_read_before_the_next_is_taken(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []

    class Told(Camera):
        def retrieve(self) -> tuple[bool, Any]:
            events.append("taken")
            return super().retrieve()

    def stream(self: DigitReader, pictures: Any, **kwargs: Any) -> Iterator[Reading]:
        for reading in read_all(self, pictures, **kwargs):
            events.append("read")
            yield reading

    read_all = DigitReader.stream
    monkeypatch.setattr(DigitReader, "stream", stream)
    monkeypatch.setattr(cv2, "VideoCapture", Told)
    status, out, err = read("camera:0", "--every", "0", "--json")
    assert events == ["taken", "read"] * 3
    assert status == 1
    assert err == "error: camera:0: gives no picture any more; is it still connected?\n"
    frames = [json.loads(line) for line in out.splitlines()][:3]
    assert [frame["file"] for frame in frames] == ["camera:0"] * 3
    assert frames[0]["time"] < 5


def test_frames_that_are_too_narrow_are_named(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    class Narrow(Camera):
        def retrieve(self) -> tuple[bool, Any]:
            return True, np.zeros((1, 3000, 3), np.uint8)

    monkeypatch.setattr(cv2, "VideoCapture", Narrow)
    status, _, err = read("camera:0", "--every", "0")
    assert status == 2
    assert err.startswith("error: camera:0@0.0")
    assert "a picture of 3000x1 pixels is too narrow" in err.splitlines()[0]


@pytest.mark.usefixtures("photos")
def test_what_libraries_print_does_not_get_among_the_readings(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(_: Reading) -> Image.Image:
        print("a library speaks")
        return Image.new("RGB", (4, 4))

    monkeypatch.setattr(Reading, "draw", draw)
    _, out, err = read("photos/1.png", "--json", "--out", "out")
    assert json.loads(out)["file"] == "photos/1.png"
    assert err == "a library speaks\n"


@pytest.mark.usefixtures("photos")
def test_a_reader_who_has_gone_ends_it_quietly(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            if "2.png" in text:
                raise BrokenPipeError(32, "Broken pipe")
            return super().write(text)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdout", Gone())
    with pytest.raises(SystemExit) as stopped:
        main(["read", "photos", "--config", QUICKSTART, "--checkpoint", str(checkpoint)])
    assert stopped.value.code == 141
    assert capfd.readouterr().err == ""

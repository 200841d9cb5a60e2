"""Frames are taken at their times, upright, and one at a time."""

import os
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from digitdet.video_frames import camera_frames, video_frames

RATE = 10  # frames a second
TKHD_MATRIX = 44  # bytes from the name of an MP4's track header to its matrix


def write_video(file: Path, grays: list[int], size: tuple[int, int] = (48, 64)) -> Path:
    """Write grey frames, their upper halves red, in a codec that each build of OpenCV has."""
    codec = "mp4v" if file.suffix == ".mp4" else "MJPG"
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*codec), RATE, size[::-1])
    for gray in grays:
        frame = np.full((*size, 3), gray, np.uint8)
        frame[: size[0] // 2] = (0, 0, 200)  # BGR
        writer.write(frame)
    writer.release()
    return file


def times(frames: Any) -> list[float]:
    return [round(frame.time, 3) for frame in frames]


@pytest.mark.parametrize("suffix", [".mp4", ".avi", ".mkv"])
def test_frames_come_with_their_times_colours_and_the_duration(tmp_path: Path, suffix: str) -> None:
    grays = [0, 50, 100, 150, 200]
    frames = list(video_frames(write_video(tmp_path / f"clip{suffix}", grays)))
    assert times(frames) == [0.0, 0.1, 0.2, 0.3, 0.4]
    assert frames[0].duration == pytest.approx(0.5)
    for frame, gray in zip(frames, grays, strict=True):
        assert frame.image.shape == (48, 64, 3)
        assert frame.image.dtype == np.uint8
        red, *others = frame.image[:20].mean(axis=(0, 1))
        assert red > 150 > 50 > max(others)
        assert abs(frame.image[28:].mean() - gray) < 10


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        (1e-320, [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1]),
        (0.0, [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1]),
        (0.1, [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1]),
        (0.25, [0.0, 0.3, 0.5, 0.8, 1.0]),
        (0.5, [0.0, 0.5, 1.0]),
        (60.0, [0.0]),
    ],
)
def test_an_interval_gives_the_first_frame_of_each(
    tmp_path: Path, every: float, expected: list[float]
) -> None:
    file = write_video(tmp_path / "clip.mp4", [0] * 12)
    assert times(video_frames(file, every)) == expected


def test_a_video_filmed_upright_is_turned_as_it_says(tmp_path: Path) -> None:
    file = write_video(tmp_path / "clip.mp4", [0, 0])
    content = bytearray(file.read_bytes())
    start = content.index(b"tkhd") + TKHD_MATRIX
    for position, value in enumerate([0, 1, 0, -1, 0, 0]):  # a quarter clockwise, 16.16 fixed point
        place = start + 4 * position
        content[place : place + 4] = (value << 16).to_bytes(4, "big", signed=True)
    file.write_bytes(content)
    frame = next(video_frames(file))
    assert frame.image.shape == (64, 48, 3)
    assert frame.image[:, 28:, 0].mean() > 150  # what was above is at the right
    assert frame.image[:, :20, 0].mean() < 50


def test_frames_are_decoded_as_they_are_asked_for(tmp_path: Path) -> None:
    file = write_video(tmp_path / "clip.mp4", [0] * 50)
    frames = video_frames(file)
    assert times(islice(frames, 2)) == [0.0, 0.1]
    frames.close()  # type: ignore[attr-defined]


def test_a_video_that_is_cut_short_gives_what_it_has_and_then_says_where_it_ends(
    tmp_path: Path,
) -> None:
    file = write_video(tmp_path / "clip.avi", [0] * 100)
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    found = []
    with pytest.raises(ValueError, match=r"clip\.avi: can't be decoded beyond 4\.\d+ s of 10\.000"):
        found.extend(video_frames(file))
    assert 40 < len(found) < 60


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "can't be decoded as a video"),
        (b"no video", "can't be decoded as a video"),
        (b"#EXTM3U\n#EXTINF:1,\nhttp://localhost:9/a.ts\n", "can't be decoded as a video"),
        (b"ffconcat version 1.0\nfile other.mp4\n", "can't be decoded as a video"),
    ],
)
def test_what_is_no_video_is_refused_without_a_word_of_the_decoder(
    tmp_path: Path, content: bytes, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    write_video(tmp_path / "other.mp4", [0])
    file = tmp_path / "clip.mp4"
    file.write_bytes(content)
    capfd.readouterr()
    with pytest.raises(ValueError, match=f"clip.mp4: {said}"):
        next(video_frames(file))
    assert capfd.readouterr() == ("", "")


def test_a_row_of_pictures_is_no_video(tmp_path: Path) -> None:
    """OpenCV would open each as the row of all."""
    for number in (1, 2, 3):
        Image.new("RGB", (64, 48)).save(tmp_path / f"clip{number}.mp4", format="JPEG")
    with pytest.raises(ValueError, match=r"clip1\.mp4: can't be decoded as a video"):
        next(video_frames(tmp_path / "clip1.mp4"))


def test_what_a_user_has_set_for_opencv_lets_no_playlist_through_and_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
    monkeypatch.setenv(name, "rtsp_transport;udp")
    video = write_video(tmp_path / "other.mp4", [0])
    playlist = tmp_path / "clip.mp4"
    playlist.write_text("ffconcat version 1.0\nfile other.mp4\n")
    with pytest.raises(ValueError, match=r"clip\.mp4: can't be decoded as a video"):
        next(video_frames(playlist))
    assert next(video_frames(video)).time == 0
    assert os.environ[name] == "rtsp_transport;udp"
    monkeypatch.delenv(name)
    next(video_frames(video))
    assert name not in os.environ


def test_a_video_without_frames_is_told(tmp_path: Path) -> None:
    file = write_video(tmp_path / "clip.avi", [])
    with pytest.raises(ValueError, match=r"clip\.avi: holds no frame"):
        list(video_frames(file))


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"gone\.mp4: no such video"):
        next(video_frames(tmp_path / "gone.mp4"))
    with pytest.raises(ValueError, match="is a folder, a pipe or a device"):
        next(video_frames(tmp_path))
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(ValueError, match="is a folder, a pipe or a device"):
        next(video_frames(tmp_path / "pipe.mp4"))
    odd = tmp_path / "clip\udcff.mp4"
    write_video(tmp_path / "clip.mp4", [0]).rename(odd)
    with pytest.raises(ValueError, match="no name that is not UTF-8"):
        next(video_frames(odd))


class Capture:
    """OpenCV's capture of a device, with frames that all bear their number."""

    stated: tuple[float, ...] = ()
    size = (4, 6, 3)
    length = 5

    def __init__(self, *_: object) -> None:
        self.number = -1

    def isOpened(self) -> bool:  # noqa: N802  OpenCV's
        return True

    def grab(self) -> bool:
        self.number += 1
        return self.number < self.length

    def retrieve(self) -> tuple[bool, Any]:
        return self.number != 1, np.full(self.size, self.number, np.uint8)

    def set(self, *_: object) -> bool:
        return True

    def get(self, key: int) -> float:
        known = {
            cv2.CAP_PROP_POS_MSEC: 1000 * self.stated[self.number] if self.stated else 0.0,
            cv2.CAP_PROP_FRAME_WIDTH: self.size[1],
        }
        known[cv2.CAP_PROP_FRAME_HEIGHT] = self.size[0]
        return known.get(key, -1.0)

    def release(self) -> None:
        pass


@pytest.fixture
def capture(monkeypatch: pytest.MonkeyPatch) -> type[Capture]:
    class Mine(Capture):
        pass

    monkeypatch.setattr(cv2, "VideoCapture", Mine)
    return Mine


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ((), [0.0, 0.08, 0.12, 0.16]),
        ((0.0, 0.1, 0.3, 0.7, 1.5), [0.0, 0.3, 0.7, 1.5]),
        ((5.0, 5.1, 0.0, 0.1, 5.5), [5.0, 5.14, 5.18, 5.5]),
        ((-0.5, 0.1, float("nan"), 0.3, 0.4), [0.0, 0.14, 0.3, 0.4]),
    ],
)
def test_times_rise_whatever_a_video_states_and_damaged_frames_are_left_out(
    tmp_path: Path, capture: type[Capture], stated: tuple[float, ...], expected: list[float]
) -> None:
    (tmp_path / "clip.mp4").touch()
    capture.stated = stated
    assert times(video_frames(tmp_path / "clip.mp4")) == expected


def test_a_video_all_of_whose_frames_are_damaged_is_told(
    tmp_path: Path, capture: type[Capture], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "clip.mp4").touch()
    monkeypatch.setattr(capture, "retrieve", lambda _: (False, None))
    with pytest.raises(ValueError, match=r"clip\.mp4: holds no frame that can be decoded"):
        next(video_frames(tmp_path / "clip.mp4"))


@pytest.mark.parametrize("size", [(4, 6), (4, 6, 1), (4, 6, 4)])
def test_frames_of_other_channels_become_rgb(
    tmp_path: Path, capture: type[Capture], size: tuple[int, ...]
) -> None:
    (tmp_path / "clip.mp4").touch()
    capture.size = size  # type: ignore[assignment]
    assert next(video_frames(tmp_path / "clip.mp4")).image.shape == (4, 6, 3)


@pytest.mark.usefixtures("capture")
def test_frames_that_would_fill_the_memory_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "clip.mp4").touch()
    monkeypatch.setattr("digitdet.video_frames.MAX_PIXELS", 23)
    with pytest.raises(ValueError, match="6 x 4 pixels a frame, above 23"):
        next(video_frames(tmp_path / "clip.mp4"))


@pytest.mark.usefixtures("capture")
def test_a_camera_gives_a_new_frame_at_each_interval_until_it_gives_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = iter([100.0, 100.0, 100.1, 100.6, 100.7, 101.2])
    monkeypatch.setattr("digitdet.video_frames.time.monotonic", lambda: next(clock))
    found = []
    with pytest.raises(ValueError, match="camera:3: gives no picture any more"):
        found.extend(camera_frames(3, 0.5))
    assert times(found) == [0.0, 0.6, 1.2]
    assert [int(frame.image[0, 0, 0]) for frame in found] == [0, 2, 4]
    assert {frame.duration for frame in found} == {None}


def test_a_camera_that_is_not_there_is_told_without_a_word_of_the_driver(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(ValueError, match="camera:99: no such camera, or another program"):
        next(camera_frames(99))
    assert capfd.readouterr() == ("", "")

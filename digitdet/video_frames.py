"""Takes frames from video files and cameras, one after the other."""

import math
import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from digitdet.datasets.images import MAX_PIXELS

# Seconds that a video may end before the time that it states: what is stated is often rounded, or
# that of a longer sound track. Beyond them, and a tenth of its length, it is cut short.
SLACK = 2.0
LIKELY_RATE = 25.0  # frames a second, where a video states none that can be
SHORTEST = 1e-6  # seconds: no frames follow each other faster, so less than it asks for all of them
# Of OpenCV's FFmpeg: kinds of files that hold their frames. Playlists open other files, or the
# network.
OPTIONS_NAME = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
OPTIONS = "protocol_whitelist;file|format_whitelist;asf,avi,flv,matroska,mov,mpeg,mpegts,ogg"
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # none; is looked at when it is first used


@dataclass(frozen=True)
class Frame:
    """A frame of a video or a camera.

    Attributes:
        image: (H, W, 3) uint8, RGB, upright.
        time: Seconds since the beginning.
        duration: Seconds that the whole video takes; None for a camera, or where it is not known.
    """

    image: NDArray[np.uint8]
    time: float
    duration: float | None = None


def video_frames(file: str | Path, every: float = 0.0) -> Iterator[Frame]:
    """Take frames of a video file; only one at a time is in memory.

    Args:
        file: The video, of a kind that OpenCV's FFmpeg decodes.
        every: Seconds from one frame to the next; 0 for all frames.

    Yields:
        The first frame, and then the first of each further interval.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it can't be decoded, holds no frame or too large ones, or is cut short.
    """
    _check_file(Path(file))
    is_empty = True
    with _opened(str(file), cv2.CAP_FFMPEG) as capture:  # others open a row of pictures, too
        if not capture.isOpened():
            raise ValueError(
                f"{file}: can't be decoded as a video; copy it again, or convert it, for example "
                "to MP4 with H.264"
            )
        _check_size(capture, str(file))
        duration = _duration(capture)
        now, due = -1.0, 0.0  # seconds
        while capture.grab():
            now = _time(capture, now)
            image = _image(capture) if now >= due else None
            if image is not None:
                due = _next_time(now, every)
                is_empty = False
                yield Frame(image, now, duration)
    if is_empty:
        raise ValueError(f"{file}: holds no frame that can be decoded")
    if duration and duration - now > max(SLACK, duration / 10):
        raise ValueError(
            f"{file}: can't be decoded beyond {now:.3f} s of {duration:.3f} s; copy it again"
        )


def camera_frames(number: int, every: float = 0.0) -> Iterator[Frame]:
    """Take frames of a camera, for as long as it gives some.

    What it gives while the taker is busy is dropped: the next frame is a new one.

    Args:
        number: The camera's number, from 0.
        every: Seconds from one frame to the next; 0 for all frames.

    Yields:
        Each frame as it comes.

    Raises:
        ValueError: If there is no such camera, another program holds it, or it gives no frame.
    """
    with _opened(number) as capture:
        if not capture.isOpened():
            raise ValueError(
                f"camera:{number}: no such camera, or another program holds it; cameras are "
                "numbered from 0, and this user has to be allowed to use them"
            )
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        start, due = time.monotonic(), 0.0
        while capture.grab():
            now = time.monotonic() - start
            image = _image(capture) if now >= due else None
            if image is not None:
                due = _next_time(now, every)
                yield Frame(image, now)
    raise ValueError(f"camera:{number}: gives no picture any more; is it still connected?")


@contextmanager
def _opened(source: str | int, backend: int = cv2.CAP_ANY) -> Iterator[Any]:
    logging: Any = cv2.utils.logging
    level = logging.getLogLevel()
    logging.setLogLevel(logging.LOG_LEVEL_SILENT)
    with _options():
        capture = cv2.VideoCapture(source, backend)
    try:
        yield capture
    finally:
        capture.release()
        logging.setLogLevel(level)


@contextmanager
def _options() -> Iterator[None]:
    """Let OpenCV open nothing else for a while, whatever a user has set for other programs."""
    before = os.environ.get(OPTIONS_NAME)
    os.environ[OPTIONS_NAME] = OPTIONS
    try:
        yield
    finally:
        os.environ.pop(OPTIONS_NAME)
        if before is not None:
            os.environ[OPTIONS_NAME] = before


def _check_file(file: Path) -> None:
    try:
        is_regular = stat.S_ISREG(file.stat().st_mode)
        if is_regular:  # a pipe would block
            file.open("rb").close()
    except FileNotFoundError:
        raise FileNotFoundError(f"{file}: no such video") from None
    except OSError as error:
        raise ValueError(f"{file}: can't be opened as video ({error.strerror})") from error
    if not is_regular:
        raise ValueError(f"{file}: is a folder, a pipe or a device, not a video")
    if re.search("[\ud800-\udfff]", str(file)):
        raise ValueError(f"{file}: OpenCV opens no name that is not UTF-8; rename it")


def _check_size(capture: Any, name: str) -> None:
    width, height = (
        int(capture.get(key)) for key in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
    )
    if width * height > MAX_PIXELS:
        raise ValueError(f"{name}: {width} x {height} pixels a frame, above {MAX_PIXELS}")


def _rate(capture: Any) -> float | None:
    """Return the frames a second that a video states, if they can be."""
    rate = float(capture.get(cv2.CAP_PROP_FPS))
    return rate if math.isfinite(rate) and rate > 0 else None


def _duration(capture: Any) -> float | None:
    rate, count = _rate(capture), float(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    return count / rate if rate and math.isfinite(count) and count > 0 else None


def _time(capture: Any, before: float) -> float:
    """Return the seconds at which the frame that was grabbed is shown, rising from frame to frame.

    Args:
        capture: The video.
        before: Those of the frame before it; negative for none.
    """
    stated = float(capture.get(cv2.CAP_PROP_POS_MSEC)) / 1000
    if before < 0:
        return max(0.0, stated) if math.isfinite(stated) else 0.0
    if math.isfinite(stated) and stated > before:
        return stated
    return before + 1 / (_rate(capture) or LIKELY_RATE)


def _next_time(now: float, every: float) -> float:
    """Return when the next interval begins; a thousandth early, as times are rounded."""
    if every < SHORTEST:
        return now
    return (math.floor(now / every + 1e-3) + 1 - 1e-3) * every


def _image(capture: Any) -> NDArray[np.uint8] | None:
    """Decode the frame that was grabbed; None where it is damaged."""
    is_there, image = capture.retrieve()
    if not is_there or image is None or not image.size:
        return None
    channels = image.reshape(*image.shape[:2], -1)[..., 2::-1]  # from BGR, or grey
    return np.ascontiguousarray(np.broadcast_to(channels, (*image.shape[:2], 3)))

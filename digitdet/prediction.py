"""Reads one's own photographs with a trained detector."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from digitdet.console import console
from digitdet.digit_reader import DigitReader
from digitdet.drawn_names import DrawnNames
from digitdet.given_pictures import find_images
from digitdet.models.inference import Inference
from digitdet.readings import Reading
from digitdet.whole_files import write_json


def predict(
    config_file: str | Path,
    checkpoint: str | Path,
    paths: Sequence[str | Path],
    *,
    out_dir: str | None = None,
    tta: Sequence[float] | None = None,
    tta_method: str | None = None,
    inference: Inference = Inference(),  # noqa: B008  frozen
    options: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """Read the numbers of photographs; draw each and write ``predictions.json``.

    Pictures that the model pads to one size are computed together; what is found in one is as if it
    were alone. A picture that can't be decoded, or is too narrow for the model, is reported and has
    an ``error`` in place of a reading.

    Args:
        config_file: The config.
        checkpoint: The checkpoint.
        paths: Pictures, or folders of pictures.
        out_dir: Folder of the results; ``predict`` in the config's ``work_dir`` if None.
        tta: Scales of test-time augmentation; empty for the default ones, None to do without.
        tta_method: How their detections are fused; None for `MultiScale`'s own.
        inference: How the model computes.
        options: Overrides, ``KEY=VALUE``.

    Returns:
        What ``predictions.json`` holds: for each picture ``file``, ``number`` (None if there is
        none), ``confidence``, ``digits`` (digit, score, box as xyxy in pixels), ``others`` (further
        numbers: number, confidence, digits), and ``drawn``.

    Raises:
        FileNotFoundError: If the config, the checkpoint or a path is missing.
        ImportError: If ``tta_method`` needs a package that is not there.
        TypeError: If the model can't be run at other scales.
        ValueError: If one of them is not as it has to be.
    """
    files = find_images(paths)
    reader = DigitReader(
        config_file,
        checkpoint,
        options=options,
        tta=tta,
        tta_method=tta_method,
        inference=inference,
    )
    if reader.conditions is not None:
        console.print(f"test-time augmentation: {reader.conditions}")
    out = Path(out_dir or Path(reader.config.work_dir, "predict"))
    names = _unique_names(files, out)
    out.mkdir(parents=True, exist_ok=True)
    readings = reader.stream(files, on_error="keep")
    records = [_record(reading, drawn) for reading, drawn in zip(readings, names, strict=True)]
    write_json(out / "predictions.json", records)
    return records


def _record(reading: Reading, drawn: Path) -> dict[str, Any]:
    """Print and draw a reading, or print its error, and return its record."""
    if reading.error is not None:
        console.print(f"error: {reading}", style="red")
        return reading.to_dict()
    reading.draw().save(drawn)
    console.print(str(reading))
    return {**reading.to_dict(), "drawn": str(drawn)}


def _unique_names(files: Sequence[Path], out: Path) -> list[Path]:
    """Name each drawn picture by its stem; later ones of the same stem are numbered.

    Raises:
        ValueError: If a drawn picture would replace one of the photographs.
    """
    inputs = {file.resolve() for file in files}
    names = DrawnNames()
    drawn = [out / names.choose(file.stem) for file in files]
    for name in drawn:
        if name.resolve() in inputs:
            raise ValueError(f"{name}: would replace a photograph; choose another folder by --out")
    return drawn

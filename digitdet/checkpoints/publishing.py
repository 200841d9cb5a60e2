"""Publishes a checkpoint: its weights alone, with what has to be known of them."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from digitdet import config as configs
from digitdet.checkpoints.calibrations import KEY as CALIBRATION
from digitdet.checkpoints.calibrations import fitted_reader, is_same_reader, load_calibration
from digitdet.checkpoints.published_meta import ROUNDED, published_meta
from digitdet.checkpoints.reading import load_file, state_dict_of
from digitdet.checkpoints.rounding import ROUNDED_TO, round_weights
from digitdet.checkpoints.safetensors_files import HASHED, SUFFIX, hashed_name, pack_safetensors
from digitdet.console import console
from digitdet.custom_imports import join_imports
from digitdet.preflight.disk import in_bytes
from digitdet.whole_files import check_writable, whole_file

# The figures that the console shows.
SHOWN = ("map", "map_50", "map_75", "number_accuracy")


def publish(
    checkpoint: str | Path,
    out: str | Path | None = None,
    name: str | None = None,
    *,
    reader: str | Path | None = None,
    calibration: str | Path | None = None,
    half: bool = False,
) -> Path:
    """Write a checkpoint's weights as safetensors, with what has to be known of them.

    The weights are those that validation used: the average of a run with EMA. Publishing the same
    checkpoint again gives the same file.

    Args:
        checkpoint: A checkpoint of digitdet, published or not, or weights of another origin, of
            which nothing else is kept.
        out: A folder, which is made, or a file that ends in ``.safetensors``; the checkpoint's
            folder if None.
        name: The file's name before its hash; if None the experiment's, or the checkpoint's.
        reader: A config whose ``reader`` the weights are to carry, see `load_reader`; None for that
            of their own config.
        calibration: A file of `load_calibration` that the weights are to carry; None for the one
            that they carry already, if they do.
        half: Round the weights, see `round_weights`; the figures stay those of before.

    Returns:
        The file: ``NAME-HASH.safetensors``, or ``out`` where that is a file.

    Raises:
        FileNotFoundError: If there is no such checkpoint, config or calibration.
        ImportError: If a module that the reader's config names can't be imported.
        ValueError: If one can't be read, the weights can't be rounded, a reader or a calibration
            is given to weights of another origin, the calibration was fitted with another reader
            than the weights are to carry, or another file would be replaced.
    """
    checkpoint = Path(checkpoint)
    content = load_file(checkpoint)
    state = state_dict_of(content, str(checkpoint))
    meta = published_meta(content, checkpoint)
    if reader is not None:
        meta["cfg"] = _with_reader(_own_config(meta, checkpoint, "--reader"), Path(reader))
    if calibration is not None:
        _own_config(meta, checkpoint, "--calibration")
        meta[CALIBRATION] = load_calibration(Path(calibration)).to_dict()
    _check_fitted(meta, checkpoint if calibration is None else Path(calibration))
    if half:
        state = round_weights(state, str(checkpoint))
        meta[ROUNDED] = ROUNDED_TO
    packed = pack_safetensors(state, meta, str(checkpoint))
    file = _target(checkpoint, out, name or _default_name(meta, checkpoint), packed)
    check_writable(file.parent)
    is_there = file.exists()
    if is_there and file.read_bytes() != packed:
        raise ValueError(
            f"{file}: is there already and holds something else; move it away, or choose another "
            "place by --out"
        )
    if not is_there:
        file.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(file, is_durable=True) as part:
            part.write_bytes(packed)
    console.print(_description(meta))
    if reader is not None:
        console.print(f"with the reader of {reader}; the figures are those of before")
    console.print(f"{'was there already' if is_there else 'written'}: {file}")
    console.print("\n".join(_sizes(checkpoint, file, packed)))
    return file


def _own_config(meta: Mapping[str, Any], checkpoint: Path, option: str) -> dict[str, Any]:
    """Return the config of weights, without which an option has no meaning."""
    config: dict[str, Any] = json.loads(meta.get("cfg", "{}"))
    if not config:
        raise ValueError(
            f"{checkpoint}: {option} is for a checkpoint of digitdet: this one holds no config, so "
            "nothing says which model it is of"
        )
    return config


def _with_reader(config: Mapping[str, Any], file: Path) -> str:
    """Return a config, as JSON, with the reader of another and what that imports."""
    other = {**config, "reader": configs.load_reader(file)}
    imports = configs.stated_imports(file)
    if imports:
        other["custom_imports"] = join_imports(config.get("custom_imports"), imports)
    return json.dumps(other)


def _check_fitted(meta: Mapping[str, Any], source: Path) -> None:
    """Refuse a calibration that was fitted with another reader than the weights are to carry."""
    fitted = fitted_reader(source) if CALIBRATION in meta else None
    reader = json.loads(meta.get("cfg", "{}")).get("reader")
    if fitted and reader and not is_same_reader(fitted, reader):
        raise ValueError(
            f"{source}: its calibration was fitted with the reader {fitted}, and the weights are "
            f"to carry {reader}; fit one with that (tools/test.py, then tools/calibrate.py "
            "--reader), and give it by --calibration"
        )


def _default_name(meta: Mapping[str, Any], checkpoint: Path) -> str:
    hashed = HASHED.fullmatch(checkpoint.name)
    return meta.get("experiment_name") or (hashed["name"] if hashed else checkpoint.stem)


def _target(checkpoint: Path, out: str | Path | None, name: str, packed: bytes) -> Path:
    """Return the file to write."""
    folder = checkpoint.parent if out is None else Path(out)
    if folder.suffix == SUFFIX and not folder.is_dir():
        return folder
    name = name.removesuffix(SUFFIX)
    if Path(name).name != name:
        raise ValueError(f"--name: has to be a name without folders, got {name!r}")
    return folder / hashed_name(name, packed)


def _sizes(checkpoint: Path, file: Path, packed: bytes) -> list[str]:
    """Say how large a published file is, and what its hash is."""
    before, after = checkpoint.stat().st_size, len(packed)
    lines = [
        f"{in_bytes(after)}, {after / before:.0%} of the {in_bytes(before)} of {checkpoint}",
        f"SHA-256 {hashlib.sha256(packed).hexdigest()}",
    ]
    if not HASHED.fullmatch(file.name):
        lines.append("its name holds no hash, so that a change of it will not be noticed")
    return lines


def _description(meta: Mapping[str, Any]) -> str:
    rounded = f"; weights rounded to {meta[ROUNDED]}" if ROUNDED in meta else ""
    if "format" not in meta:
        return (
            "weights of another origin: no config, class names or figures are published with "
            f"them{rounded}"
        )
    metrics = meta.get("metrics", {})
    shown = [name for name in SHOWN if name in metrics] or list(metrics)[: len(SHOWN)]
    figures = ", ".join(f"{name} {metrics[name]:.4f}" for name in shown)
    more = f" and {len(metrics) - len(shown)} more figures" if len(metrics) > len(shown) else ""
    kept = f"{'; calibrated' if CALIBRATION in meta else ''}{rounded}"
    return (
        f"{meta['experiment_name']}, epoch {meta.get('epoch')}, step {meta.get('iter')}, "
        f"seed {meta.get('seed')}; {figures or 'no figures, as they were not validated'}{more}"
        f"{kept}"
    )

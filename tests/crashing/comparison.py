"""What two runs left, compared value by value: all has to be equal but times, places, git state."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch

# Of the config: where a run stands, and what it began with.
PLACES = ("work_dir", "load_from", "resume", "launcher")
TIME = re.compile(r"(^|/|_)(time|data_time|eta|memory|experiment_name)$")
RECORD = "run.json"
NONE = ("nothing", b"")


def differences(one: Any, other: Any) -> list[str]:
    """Name each place in which two nested values differ in a bit; NaN equals itself."""
    first, second = dict(_leaves(one)), dict(_leaves(other))
    return [
        f"{where}: {first.get(where, NONE)[0]}, not {second.get(where, NONE)[0]}"
        for where in {**first, **second}
        if first.get(where) != second.get(where)
    ]


def _leaves(value: Any, where: str = "") -> Iterator[tuple[str, tuple[str, bytes]]]:
    """Yield each place of a nested value with what stands there: a text, and bytes of tensors."""
    if isinstance(value, torch.Tensor):
        yield where, (f"{value.dtype} {tuple(value.shape)}", value.numpy().tobytes())
    elif isinstance(value, Mapping | list | tuple):
        yield where, (f"{type(value).__name__} of {len(value)}", b"")
        pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, inner in pairs:
            yield from _leaves(inner, f"{where}.{key}")
    else:
        yield where, (repr(value), b"")


def what_repeats(checkpoint: Mapping[str, Any]) -> dict[str, Any]:
    """Return a checkpoint without times, the folder it stands in, and the state of the code."""
    content = dict(checkpoint)
    if "meta" in content:
        config = json.loads(content["meta"]["cfg"])
        cfg = {key: value for key, value in config.items() if key not in PLACES}
        content["meta"] = {**content["meta"], "cfg": cfg, "git": None}  # code may change meanwhile
    return _strip(content)


def _strip(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _strip(inner) for key, inner in value.items() if not TIME.search(str(key))}
    if isinstance(value, list | tuple):
        return type(value)(_strip(inner) for inner in value)
    if isinstance(value, str) and value.endswith(".pth"):
        return Path(value).name
    return value


def kept_files(folder: Path) -> list[str]:
    """Name what a run leaves, but for its logs and what it has set aside."""
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def check_equal(run: Path, reference: Path) -> None:
    """Check that a run left what another one did, bit for bit."""
    kept, wanted = kept_files(run), kept_files(reference)
    assert kept == wanted, f"{run} holds {kept}, not {wanted}"
    for name in wanted:
        if name.endswith((".pth", ".csv")) or name == RECORD:
            found = differences(_content(run / name), _content(reference / name))
            where = f"{run / name}: {len(found)} differences"
            assert not found, f"{where}: {'; '.join(found[:12])}"
    best, wanted_best = (_files(folder / "best") for folder in (run, reference))
    different = [
        name for name in {**best, **wanted_best} if best.get(name) != wanted_best.get(name)
    ]
    assert not different, f"{run / 'best'}: differs in {different}"


def _files(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def what_repeats_of_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record of a run without its times, its sessions, and the folder it stands in."""
    kept = {key: value for key, value in record.items() if key != "sessions"}
    config = {key: value for key, value in record["config"].items() if key not in PLACES}
    return {**kept, "config": config, "epochs": [epoch["epoch"] for epoch in record["epochs"]]}


def _content(file: Path) -> Any:
    if file.name == RECORD:
        return what_repeats_of_record(json.loads(file.read_bytes()))
    if file.suffix == ".csv":
        return file.read_text(encoding="utf-8").splitlines(keepends=True)
    return what_repeats(torch.load(file, weights_only=True))


def table(output: str) -> list[str]:
    """Return the lines of the last table that a run printed."""
    *_, last = output.rpartition("\u250f")
    return [line for line in last.splitlines() if line.startswith("\u2502")]

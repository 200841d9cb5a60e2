"""Measures a data folder, tells what fits it, and writes that as an experiment."""

from pathlib import Path

from rich.table import Table

from digitdet import config as configs
from digitdet.advice.experiment import experiment_text
from digitdet.advice.loading import decoding_seconds, find_machine
from digitdet.advice.measurements import measure
from digitdet.advice.presets import SMALL
from digitdet.advice.recommendation import Advice, advise
from digitdet.advice.wording import (
    Recommendation,
    data_line,
    gigaflop,
    name_of,
    recommendations,
    warnings,
)
from digitdet.console import console, warn
from digitdet.whole_files import check_writable, whole_file


def advise_on(
    root: Path,
    base: Path,
    out: Path,
    *,
    preset: str = "fast",
    on_gpu: bool = False,
    gpu_gib: float | None = None,
) -> Advice:
    """Recommend settings for a data folder, print tables, and write an experiment.

    Args:
        root: The folder, in the homework's layout; its training part is measured.
        base: The experiment to inherit; its model is a `FasterRCNN`.
        out: The experiment to write, ``.py``.
        preset: ``"fast"`` or ``"quality"``.
        on_gpu: Whether the detector is to be trained on a GPU.
        gpu_gib: Memory of the GPU in GiB, where it is not this machine's.

    Returns:
        The settings.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If one is not as it has to be, holds no box, or nothing can be written.
    """
    _check_out(out, root, base)
    machine = find_machine(on_gpu, gpu_gib)
    config = configs.load(base)
    found = measure(root)
    folder = root / found.file.name.partition(".")[0]
    decoding = decoding_seconds([folder / name for name in found.names])
    advice = advise(found, config, preset, machine, decoding)
    said = recommendations(advice, preset, machine)
    console.print(f"{found.file}: {data_line(found)}")
    console.print(_input_table(advice))
    console.print(_settings_table(said))
    for warning in warnings(advice, preset, machine):
        warn(warning)
    device = "GPU" if on_gpu else f"CPU with {machine.cores} core{'s' * (machine.cores > 1)}"
    remarks = [
        f"What fits {found.file}, by tools/advise.py; preset {preset}, for a {device}.",
        *(f"{each.name}: {each.value}; {each.reason}." for each in said),
    ]
    out.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(out) as part:
        text = experiment_text(advice, found, root, base, out, remarks)
        part.write_text(text, encoding="utf-8")
    console.print(f"{out}: an experiment with these settings")
    return advice


def _check_out(out: Path, root: Path, base: Path) -> None:
    if out.suffix != ".py":
        raise ValueError(f"{out}: an experiment is a Python file; name it NAME.py by --out")
    if out.resolve() == base.resolve():
        raise ValueError(f"{out}: is what the experiment inherits; choose another file by --out")
    if out.resolve().is_relative_to(root.resolve()):
        raise ValueError(f"{out}: lies in {root}, which is never changed; choose another by --out")
    check_writable(out.parent)


def _input_table(advice: Advice) -> Table:
    """Show what each input size does."""
    table = Table("input size", title="input sizes, each with anchors that fit it")
    for name in ("magnified", f"lower than {SMALL} px", "IoU .5", "IoU .7", "GFLOP"):
        table.add_column(name, justify="right")
    for position, size in enumerate(advice.inputs):
        table.add_row(
            f"{name_of(size)}{' <' if position == advice.chosen else ''}",
            f"{size.magnification:.1f}",
            f"{100 * size.small:.2f} %",
            *(f"{100 * share:.1f} %" for share in size.recall),
            gigaflop(size.flop),
        )
    return table


def _settings_table(said: list[Recommendation]) -> Table:
    table = Table("setting", "recommended", "because", title="settings", show_lines=True)
    for each in said:
        table.add_row(each.name, each.value, each.reason)
    return table

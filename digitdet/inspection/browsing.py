"""Shows the samples of configs as a model sees them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from digitdet.console import console, track
from digitdet.inspection.contact_sheet import Tile, draw_sheet, make_tile
from digitdet.inspection.distributions import Distributions
from digitdet.inspection.figures import MOST_SETS, draw_distributions
from digitdet.inspection.samples import PictureStatistics, measure_pictures, measure_samples
from digitdet.inspection.sources import Sample, Source, open_source, to_pixels
from digitdet.threads import one_thread

PER_SHEET = 24  # tiles: rows of 3 or 6 are full
MOST_NAMES = 5  # pictures named in a message


def browse(
    config_files: Sequence[str | Path],
    *,
    split: str = "train",
    out_dir: str | Path | None = None,
    num_pictures: int = 48,
    epoch: int = 0,
    stats: bool = False,
    options: Sequence[str] = (),
) -> list[Path]:
    """Draw samples of configs on contact sheets, or how they are distributed.

    Args:
        config_files: The configs, one or more.
        split: ``"train"``, ``"val"`` or ``"test"``.
        out_dir: Folder of the pictures; ``browse`` in the first config's ``work_dir`` if None.
        num_pictures: Samples to look at, spread evenly over the data set; all if it has fewer.
        epoch: Epoch, from 0, whose random draws are shown.
        stats: Draw distributions instead: before and after the transforms for one config, of what
            the models see over one another for several.
        options: Overrides, ``KEY=VALUE``, of each config.

    Returns:
        The files that were written.

    Raises:
        FileNotFoundError: If a config or the data is missing.
        ValueError: If one of them, or an argument, is not as it has to be.
    """
    if num_pictures < 1:
        raise ValueError(f"the number of pictures has to be at least 1, got {num_pictures!r}")
    if epoch < 0:
        raise ValueError(f"epoch has to be 0 or more, got {epoch!r}")
    files = list(dict.fromkeys(map(Path, config_files)))
    if stats and len(files) > MOST_SETS:
        raise ValueError(
            f"at most {MOST_SETS} configs are told apart in a figure, got {len(files)}"
        )
    sources = [
        open_source(file, name, split, num_pictures, epoch, options)
        for file, name in zip(files, _names(files), strict=True)
    ]
    out = Path(out_dir or sources[0].work_dir / "browse")
    if out.exists() and not out.is_dir():
        raise ValueError(f"{out}: is no folder; choose another by --out")
    out.mkdir(parents=True, exist_ok=True)
    stem = "_".join(source.name for source in sources) + f"_{split}_epoch{epoch}"
    with one_thread():
        if stats:
            return [_draw_statistics(sources, out / f"{stem}_distributions.png")]
        when = f"{split}, epoch {epoch}"
        return [
            file
            for source in sources
            for file in _draw_sheets(source, out / f"{source.name}_{split}_epoch{epoch}", when)
        ]


def _names(files: Sequence[Path]) -> list[str]:
    """Name configs by their stems, or by their paths where two stems are equal."""
    stems = [file.stem for file in files]
    if len(set(stems)) == len(stems):
        return stems
    return ["-".join(file.with_suffix("").parts).lstrip("/-") for file in files]


def _draw_sheets(source: Source, stem: Path, when: str) -> Iterator[Path]:
    """Write the contact sheets of a source; at the end name the pictures that lost digits."""
    total = len(source.indices)
    dropped: list[Tile] = []
    legend = "; left as read, right as the model sees it" if source.has_transforms else ""
    sheets = range(0, total, PER_SHEET)
    for number, first in enumerate(track(sheets, source.name), 1):
        tiles = [_tile(source, index) for index in source.indices[first : first + PER_SHEET]]
        dropped += [tile for tile in tiles if tile.dropped]
        title = (
            f"{source.name}, {when}, seed {source.seed}, sheet {number} of {len(sheets)}, "
            f"{total} of {len(source.after)} pictures{legend}"
        )
        file = stem.with_name(f"{stem.name}_{number:03}.png")
        draw_sheet(tiles, title).save(file)
        console.print(f"{file}")
        yield file
    if dropped:
        console.print(_dropped_message(dropped, total))


def _tile(source: Source, index: int) -> Tile:
    stages = source.stages(index)
    image = stages[-1][0]
    warning = ""
    if image.is_floating_point() and not (image.min() >= 0 and image.max() <= 1):
        warning = f"values from {image.min():.2g} to {image.max():.2g}, the model expects 0 to 1"
    return make_tile(index, [(to_pixels(image), target) for image, target in stages], warning)


def _dropped_message(tiles: Sequence[Tile], total: int) -> str:
    named = [f"{tile.name} ({' '.join(tile.dropped)})" for tile in tiles[:MOST_NAMES]]
    more = f" and {len(tiles) - MOST_NAMES} more" if len(tiles) > MOST_NAMES else ""
    num = sum(len(tile.dropped) for tile in tiles)
    return (
        f"the transforms dropped {num} digit{'s' if num > 1 else ''} in {len(tiles)} of "
        f"{total} pictures: {', '.join(named)}{more}"
    )


def _draw_statistics(sources: Sequence[Source], file: Path) -> Path:
    sets = {source.name: (source.after, source.indices) for source in sources}
    only = sources[0]
    if len(sources) == 1 and only.has_transforms:
        sets = {"as read": (only.before, only.indices), "transformed": (only.after, only.indices)}
    boxes: dict[str, Distributions] = {}
    pictures: dict[str, PictureStatistics] = {}
    for name, (dataset, indices) in sets.items():
        label = f"{name} ({len(indices)} pictures)"
        boxes[label], pictures[label] = _measure(name, dataset, indices)
    draw_distributions(boxes, file, pictures)
    console.print(f"{file}")
    return file


def _measure(
    name: str, dataset: Any, indices: Sequence[int]
) -> tuple[Distributions, PictureStatistics]:
    """Measure samples in one pass that holds one picture at a time."""
    outlines: list[Sample] = []

    def samples() -> Iterator[Sample]:
        for index in track(indices, name):
            image, target = dataset[index]
            outlines.append((image.to("meta"), target))  # the size without the pixels
            yield to_pixels(image), target

    pictures = measure_pictures(samples())
    return measure_samples(outlines), pictures

"""Figures of each model and of their fusion, side by side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rich.table import Table

from digitdet.console import track
from digitdet.evaluation.digit_metric import DigitMetric
from digitdet.evaluation.number_figures import number_figures
from digitdet.evaluation.number_metric import read_picture
from digitdet.evaluation.results import Result
from digitdet.evaluation.significance import LEVEL, mcnemar
from digitdet.structures import Number, Prediction

FUSION = "fusion"


@dataclass(frozen=True)
class Standing:
    """How good detections are, of boxes and of numbers.

    Attributes:
        map: Mean average precision, -1 where the split holds no digit.
        map_50: The same at an IoU of .5.
        number_accuracy: Share of pictures whose number is read, -1 where there is no picture.
        right: Whether it is, for each picture.
        num_detections: Detections in all pictures.
    """

    map: float
    map_50: float
    number_accuracy: float
    right: tuple[bool, ...]
    num_detections: int


def judge(
    results: Sequence[Result], reader: Callable[[Prediction], list[Number]], truth: str = "file"
) -> Standing:
    """Compute the figures that ``tools/evaluate.py`` gives, the three that count here.

    Args:
        results: Prediction and target of each picture.
        reader: What reads the numbers.
        truth: Order of the true digits, see `true_numbers`.
    """
    boxes = DigitMetric().compute_metrics(list(results))
    pictures = [read_picture(*result, reader, truth) for result in track(results, "reading")]
    return Standing(
        map=boxes["map"],
        map_50=boxes["map_50"],
        number_accuracy=number_figures(pictures)["number_accuracy"],
        right=tuple(picture.is_right for picture in pictures),
        num_detections=sum(len(prediction["scores"]) for prediction, _ in results),
    )


def standings_table(models: Mapping[str, Standing], fused: Standing) -> Table:
    """Show mAP and number accuracy of each model and of the fusion.

    Args:
        models: Name -> figures of each.
        fused: Those of the fusion.
    """
    table = Table(title=f"{len(fused.right):,} pictures", title_justify="left")
    table.add_column("predictions", overflow="fold")
    for column in ("mAP", "mAP50", "number accuracy", "detections"):
        table.add_column(column, justify="right")
    for name, standing in models.items():
        table.add_row(name, *_figures(standing))
    table.add_section()
    table.add_row(FUSION, *_figures(fused), style="bold")
    return table


def _figures(standing: Standing) -> list[str]:
    values = (standing.map, standing.map_50, standing.number_accuracy)
    figures = ["-1" if value == -1 else f"{value:.4f}" for value in values]
    return [*figures, f"{standing.num_detections:,}"]


def remarks(models: Mapping[str, Standing], fused: Standing) -> list[str]:
    """Say in words how the fusion stands to the best model in each figure, and if they part.

    Args:
        models: Name -> figures of each, at least one.
        fused: Those of the fusion.
    """
    if -1 in (fused.map, fused.number_accuracy):
        return ["No picture, or no digit in them: nothing to compare."]
    boxes = max(models, key=lambda name: models[name].map)
    numbers = max(models, key=lambda name: models[name].number_accuracy)
    by_boxes = fused.map - models[boxes].map
    by_numbers = sum(fused.right) - sum(models[numbers].right)
    pictures = _won_and_lost(models[numbers], fused)
    lines = [
        f"mAP: {by_boxes:+.4f} beside the best model's ({boxes}).",
        f"Numbers read: {pictures}, beside the model that reads most ({numbers}).",
    ]
    if by_boxes * by_numbers < 0:
        up, down = ("mAP", "number accuracy")[:: 1 if by_boxes > 0 else -1]
        lines.append(
            f"They move apart: fusing raises {up} and lowers {down}. Choose by the figure that "
            "counts for you."
        )
    return lines


def _won_and_lost(model: Standing, fused: Standing) -> str:
    """Say how many pictures are won and lost, and if that may be chance."""
    pairs = list(zip(model.right, fused.right, strict=True))
    lost, won = pairs.count((True, False)), pairs.count((False, True))
    p_value = mcnemar(lost, won)
    chance = "; that may be chance" if p_value > 1 - LEVEL and won != lost else ""
    return f"{won - lost:+d} of {len(pairs):,} ({won} won, {lost} lost{chance})"

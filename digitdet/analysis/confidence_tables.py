"""Tables of how far confidences say what is right."""

from rich.table import Table

from digitdet.analysis.confidence import ConfidenceFigures, Promise


def confidence_table(figures: ConfidenceFigures) -> Table:
    """Show error and loss of the confidences before and after."""
    table = Table(title="confidence of the numbers", title_justify="left")
    table.add_column("")
    for column in ("product of scores", "calibrated"):
        table.add_column(column, justify="right")
    errors = (figures.before.error, figures.after.reliability.error)
    for name, values in (
        ("calibration error (ECE)", errors),
        ("log loss", (figures.loss_before, figures.loss_after)),
    ):
        table.add_row(name, *(f"{value:.4f}" for value in values))
    table.add_section()
    table.add_row("coverage_98", "", f"{figures.after.coverage.best:.4f}")
    return table


def promises_table(figures: ConfidenceFigures) -> Table:
    """Show what comes of answering from several confidences on."""
    table = Table(
        title="--min-confidence P: at least that share is to be right", title_justify="left"
    )
    for column in ("P", "answered", "numbers", "right", "95 % interval", "promise"):
        table.add_column(column, justify="left" if column == "promise" else "right")
    for promise in figures.promises:
        table.add_row(*_cells(promise))
    by_product = "; ".join(
        f"{one.min_confidence:g}: {_share(one.answered)} answered, {_share(one.share)} right"
        for one in figures.promises_before
    )
    table.caption = (
        "answered: share of pictures; right: share of the numbers\n"
        f"the same by the product of scores: {by_product}"
    )
    table.caption_justify = "left"
    return table


def _cells(promise: Promise) -> list[str]:
    low, high = promise.interval
    return [
        f"{promise.min_confidence:g}",
        _share(promise.answered),
        f"{promise.numbers:,}",
        _share(promise.share),
        f"{low:.3f} to {high:.3f}" if promise.numbers else "-",
        promise.verdict,
    ]


def _share(value: float) -> str:
    return "-" if value == -1 else f"{value:.3f}"

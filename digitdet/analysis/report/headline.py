"""The figures that a report begins with."""

from digitdet.analysis.charts.sections import Figure, FiguresSection
from digitdet.analysis.report.curves import main_figures
from digitdet.analysis.report.words import duration, megabytes, share
from digitdet.analysis.runs import Run
from digitdet.figure_names import label_of


def headline(run: Run) -> FiguresSection:
    """Return the best and the last figures, mAP beside number accuracy, time and memory."""
    figures = [*_best(run), *_last(run), _epochs(run)]
    if run.seconds is not None:
        figures.append(Figure("time", duration(run.seconds), _of_an_epoch(run)))
    if run.peak_memory_mb is not None:
        gpu = run.peak_gpu_memory_mb
        note = "" if gpu is None else f"and {megabytes(gpu)} of tensors on the GPU"
        figures.append(Figure("memory, at most", megabytes(run.peak_memory_mb), note))
    record = run.record
    if record and record.num_parameters is not None:
        trained = record.num_trained_parameters
        note = "" if trained is None else f"{trained:,} of them trained"
        if trained == record.num_parameters:
            note = "all of them trained"
        figures.append(Figure("parameters", f"{record.num_parameters:,}", note))
    return FiguresSection("Result", figures)


def _best(run: Run) -> list[Figure]:
    if run.best is None:
        return []
    epoch = run.best.epoch
    figures = [Figure(f"best {label_of(run.metric)}", share(run.best.value), f"epoch {epoch}")]
    for name in main_figures(run):
        value = _at(run, name, epoch)
        if value is not None and name != run.metric:
            figures.append(Figure(f"{label_of(name)} then", share(value), f"epoch {epoch}"))
    return figures


def _last(run: Run) -> list[Figure]:
    epochs, _ = run.per_epoch(f"val/{run.metric}")
    if not len(epochs):
        return []
    epoch = int(epochs[-1])
    values = {name: _at(run, name, epoch) for name in main_figures(run)}
    return [
        Figure(f"last {label_of(name)}", share(value), f"epoch {epoch}")
        for name, value in values.items()
        if value is not None
    ]


def _epochs(run: Run) -> Figure:
    asked = run.record.num_epochs if run.record else None
    done = f"{run.num_epochs_done:,}" + ("" if asked is None else f" of {asked:,}")
    return Figure("epochs", done, run.status if run.status != "unknown" else "")


def _of_an_epoch(run: Run) -> str:
    known = [one.seconds for one in run.record.epochs if one.seconds] if run.record else []
    return f"{duration(sum(known) / len(known))} of training an epoch" if known else ""


def _at(run: Run, metric: str, epoch: int) -> float | None:
    """Return a figure's value of an epoch; None without one."""
    epochs, values = run.per_epoch(f"val/{metric}")
    found = values[epochs == epoch]
    return float(found[0]) if len(found) and found[0] == found[0] else None

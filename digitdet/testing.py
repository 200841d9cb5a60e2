"""Evaluates a checkpoint and writes the deliverables."""

import copy
from collections.abc import Sequence
from pathlib import Path

from mmengine.config import Config
from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from torch import nn

from digitdet import config as configs
from digitdet.checkpoints.reading import existing_checkpoint, read_meta
from digitdet.console import console
from digitdet.evaluation.figure_tables import figures_table
from digitdet.evaluation.metrics_file import collect_notes, write_metrics
from digitdet.models.inference import Inference
from digitdet.models.multi_scale import MultiScale, augment
from digitdet.readers.building import build_reader
from digitdet.runner import Runner


def test(
    config_file: str | Path,
    checkpoint: str | Path,
    *,
    split: str = "val",
    out_dir: str | None = None,
    tta: Sequence[float] | None = None,
    tta_method: str | None = None,
    inference: Inference = Inference(),  # noqa: B008  frozen
    options: Sequence[str] = (),
    launcher: str = "none",
) -> dict[str, float]:
    """Evaluate a checkpoint on a split and write the deliverables.

    Args:
        config_file: The config.
        checkpoint: The checkpoint.
        split: ``"val"`` or ``"test"``.
        out_dir: Folder of the results; if None ``SPLIT`` in the config's ``work_dir``, or
            ``SPLIT_tta`` with test-time augmentation.
        tta: Scales of test-time augmentation; empty for the default ones, None to do without.
        tta_method: How their detections are fused; None for `MultiScale`'s own.
        inference: How the model computes.
        options: Overrides, ``KEY=VALUE``.
        launcher: ``"none"``, ``"pytorch"``, ``"slurm"`` or ``"mpi"``.

    Returns:
        The figures; empty on a split without labels.

    Raises:
        FileNotFoundError: If the config, the data or the checkpoint is missing.
        ImportError: If ``tta_method`` needs a package that is not there.
        TypeError: If the model can't be run at other scales.
        ValueError: If one of them is not as it has to be, or the reader's score threshold lies
            below the model's.
    """
    config = configs.load(config_file, options)
    configs.require(config, config_file, ("model",))
    config.launcher = launcher
    config.load_from, config.resume = str(existing_checkpoint(checkpoint)), False
    configs.forget_pretrained(config)
    out = Path(out_dir or Path(config.work_dir, split if tta is None else f"{split}_tta"))
    _select_split(config, split, out)
    augment(config, tta, tta_method)
    runner = Runner.from_cfg(config)
    build_reader(config, runner.bare_model)
    if not inference.plain:
        runner.register_hook(_PreparedModel(inference), priority="VERY_LOW")
    figures: dict[str, float] = runner.test()
    if is_main_process():
        _report(runner, split, out, figures, inference)
    return figures


class _PreparedModel(Hook):
    """Lets a copy of the model predict, prepared for it; the model stays as other hooks know it.

    It is made last before the first batch: what averages weights has put them in place by then.
    """

    def __init__(self, inference: Inference) -> None:
        self.inference = inference
        self.model: nn.Module | None = None

    def before_test_epoch(self, runner: Runner) -> None:
        self.model = runner.model
        runner.model = self.inference.prepare(copy.deepcopy(runner.bare_model))

    def after_test_epoch(
        self,
        runner: Runner,
        metrics: dict[str, float] | None = None,  # noqa: ARG002
    ) -> None:
        runner.model, self.model = self.model, None


def _report(
    runner: Runner, split: str, out: Path, figures: dict[str, float], inference: Inference
) -> None:
    """Write and print the figures, if there are any, and how they were come by."""
    model, metrics = runner.bare_model, runner.test_evaluator.metrics
    conditions = {"tta": model.conditions} if isinstance(model, MultiScale) else {}
    if inference.precision != "float32":
        conditions["precision"] = inference.precision
    (out / "metrics.json").unlink(missing_ok=True)
    if figures:
        write_metrics(out / "metrics.json", metrics, figures, conditions)
        console.print(figures_table(f"split {split}", figures, collect_notes(metrics)))
    if "tta" in conditions:
        console.print(f"test-time augmentation: {conditions['tta']}")
    console.print(f"deliverables: {out}")


def _select_split(config: Config, split: str, out: Path) -> None:
    """Make the runner's test loop run on a split and write its deliverables."""
    loader = config.get(f"{split}_dataloader")
    if not loader:
        raise ValueError(f"the config has no {split}_dataloader, so there is no split {split!r}")
    evaluators = config.get(f"{split}_evaluator") or []
    evaluators = list(evaluators) if isinstance(evaluators, list | tuple) else [evaluators]
    submission = dict(
        type="SubmissionMetric",
        out_dir=str(out),
        reader=config.get("reader"),
        category_ids=_trained_category_ids(config.load_from),
    )
    config.test_dataloader = loader
    config.test_evaluator = [*evaluators, submission]
    config.test_cfg = dict()
    for key in ("train_dataloader", "train_cfg", "optim_wrapper", "param_scheduler", "val_cfg"):
        config[key] = None
    config.val_dataloader = config.val_evaluator = None
    config.work_dir = str(out)


def _trained_category_ids(checkpoint: str) -> list[tuple[int, int]]:
    """Return label and category id of the data that a checkpoint was trained on, if it says so."""
    ids = read_meta(checkpoint).get("dataset_meta", {}).get("category_ids", {})
    return [(int(label), int(category_id)) for label, category_id in ids.items()]

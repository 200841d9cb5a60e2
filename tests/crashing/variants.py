"""Small real runs of every kind that can be stopped."""

from dataclasses import dataclass
from pathlib import Path

CONFIG = Path(__file__).parents[2] / "configs" / "experiments" / "quickstart.py"
BATCHES = 5
EPOCHS = 3
SMALL = [
    f"train_dataloader.dataset.num_scenes={2 * BATCHES}",
    "train_dataloader.batch_size=2",
    "train_dataloader.sampler.shuffle=True",
    "val_dataloader.dataset.num_scenes=2",
    f"train_cfg.max_epochs={EPOCHS}",
    "default_hooks.report=None",
    "param_scheduler.0.end=4",
    f"param_scheduler.1.T_max={EPOCHS}",
    "model.min_size=32",
    "model.max_size=96",
    "model.backbone.widths=[24,48,96]",
    "model.backbone.out_channels=48",
    "model.head_fc_channels=[64]",
    "model.rois_per_image=16",
    "model.proposals_train=32",
    "model.proposals_test=16",
    "model.score_threshold=0.0",
    "default_hooks.logger.interval=1",
]
HOOKS = [dict(type="EvaluationHook", metric="map"), dict(type="ProgressHook")]
AVERAGE = dict(type="EMAHook", momentum=0.1)
PATIENCE = dict(type="EarlyStoppingHook", patience=2, min_delta=1.0)


@dataclass(frozen=True)
class Variant:
    """A kind of run.

    Attributes:
        name: Its name.
        options: Overrides besides those of all variants.
        num_workers: Workers of each loader.
    """

    name: str
    options: tuple[str, ...] = ()
    num_workers: int = 0

    def arguments(self, work_dir: Path, *more: str) -> list[str]:
        """Return the arguments of ``tools/train.py``."""
        workers = [f"{kind}_dataloader.num_workers={self.num_workers}" for kind in ("train", "val")]
        options = [*SMALL, *workers, *self.options]
        where = ["--work-dir", str(work_dir), "--no-preflight", *more]
        return [str(CONFIG), *where, "--cfg-options", *options]


EPOCH_ENDS = Variant("epoch ends")
STOPOVERS = Variant(
    "stopovers",
    (
        "default_hooks.checkpoint.stopover_interval=1",
        "default_hooks.checkpoint.max_keep_ckpts=1",
    ),
)
VARIANTS = (
    STOPOVERS,
    Variant(
        "average of accumulated steps",
        (
            "optim_wrapper.accumulative_counts=2",
            f"custom_hooks={[*HOOKS, AVERAGE]}",
            "default_hooks.checkpoint.stopover_interval=1",
            "default_hooks.checkpoint.max_keep_ckpts=2",
            "default_hooks.checkpoint.save_best=['map','digits_missing']",
            "default_hooks.checkpoint.rule=None",
        ),
    ),
    Variant(
        "workers",
        (
            "default_hooks.checkpoint.stopover_interval=2",
            "default_hooks.checkpoint.max_keep_ckpts=2",
        ),
        num_workers=2,
    ),
    Variant(
        "iterations",
        (
            "default_hooks.checkpoint.by_epoch=False",
            "default_hooks.checkpoint.interval=2",
            "default_hooks.checkpoint.max_keep_ckpts=2",
        ),
    ),
    Variant("early stopping", (f"custom_hooks={[*HOOKS, PATIENCE]}",)),
    EPOCH_ENDS,
)

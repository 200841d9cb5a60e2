"""What happens around the loop."""

from digitdet.hooks.accumulation_hook import AccumulationHook
from digitdet.hooks.best_validation_hook import BestValidationHook
from digitdet.hooks.checkpoint_hook import CheckpointHook
from digitdet.hooks.early_stopping_hook import EarlyStoppingHook
from digitdet.hooks.ema_hook import EMAHook
from digitdet.hooks.evaluation_hook import EvaluationHook
from digitdet.hooks.finite_loss_hook import FiniteLossHook
from digitdet.hooks.freeze_hook import FreezeHook
from digitdet.hooks.progress_hook import ProgressHook
from digitdet.hooks.report_hook import ReportHook
from digitdet.hooks.run_record_hook import RunRecordHook
from digitdet.hooks.sample_seed_hook import SampleSeedHook
from digitdet.hooks.scalars_hook import ScalarsHook

__all__ = [
    "AccumulationHook",
    "BestValidationHook",
    "CheckpointHook",
    "EMAHook",
    "EarlyStoppingHook",
    "EvaluationHook",
    "FiniteLossHook",
    "FreezeHook",
    "ProgressHook",
    "ReportHook",
    "RunRecordHook",
    "SampleSeedHook",
    "ScalarsHook",
]

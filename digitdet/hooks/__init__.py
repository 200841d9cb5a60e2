"""What happens around the loop."""

from digitdet.hooks.checkpoint_hook import CheckpointHook
from digitdet.hooks.evaluation_hook import EvaluationHook
from digitdet.hooks.progress_hook import ProgressHook
from digitdet.hooks.sample_seed_hook import SampleSeedHook

__all__ = ["CheckpointHook", "EvaluationHook", "ProgressHook", "SampleSeedHook"]

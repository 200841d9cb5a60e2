"""The models of configs/_base_/models."""

from pathlib import Path

from mmengine.config import Config

from digitdet.models import FasterRCNN
from digitdet.models.flops import count_flops
from digitdet.registry import MODELS

PRESETS = Path(__file__).parents[2] / "configs" / "_base_" / "models"
PHOTOGRAPH = (57, 128)  # the median one of SVHN


def preset(name: str) -> FasterRCNN:
    settings = Config.fromfile(PRESETS / f"{name}.py").model
    settings.weights = None
    model = MODELS.build(settings)
    assert isinstance(model, FasterRCNN)
    return model


def test_fast_costs_a_picture_40_gflop_and_a_training_step_120_at_most() -> None:
    fast = preset("faster_rcnn_fast")
    assert count_flops(fast, *PHOTOGRAPH, num_rois=50).total <= 40e9
    assert count_flops(fast, *PHOTOGRAPH, num_rois=64, training=True).total <= 120e9

"""What shows a run beside the console and its files: TensorBoard, MLflow, Weights & Biases.

mmengine's classes of these names begin when a runner is built, a second time on a resume, and end
as if all had gone well; these follow a training from its first step to its outcome. What they
draw on and send by is imported when it is needed, so that a start costs nothing.
"""

from digitdet.visualization.live_run import LiveBackend, LiveRun, Outcome, shown
from digitdet.visualization.mlflow_backend import MLflowVisBackend
from digitdet.visualization.tensorboard_backend import TensorboardVisBackend
from digitdet.visualization.visualizer import CANVAS, Visualizer
from digitdet.visualization.wandb_backend import WandbVisBackend

__all__ = [
    "CANVAS",
    "LiveBackend",
    "LiveRun",
    "MLflowVisBackend",
    "Outcome",
    "TensorboardVisBackend",
    "Visualizer",
    "WandbVisBackend",
    "shown",
]

"""Two processes give the gradients of one with the same pictures.

Each process averages its losses over its own candidates, so that this holds where both have
equally many: pictures of one size with boxes in the same places, all anchors and all regions
sampled, BatchNorm in evaluation mode.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from mmengine.hooks import Hook
from torch import Tensor, nn
from torchvision import tv_tensors
from two_processes import in_two_processes

from digitdet.models import FasterRCNN
from digitdet.runner import Runner

SIZE, ALL = (64, 96), 10**6
BOXES = torch.tensor([[10.0, 12.0, 30.0, 52.0], [40.5, 8.0, 66.0, 58.5]])


class WithoutStatistics(FasterRCNN):
    """Keeps BatchNorm in evaluation mode."""

    def train(self, mode: bool = True) -> "WithoutStatistics":
        super().train(mode)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        return self


class KeepFirstGradients(Hook):
    """Keeps the gradients of the first step."""

    gradients: dict[str, Tensor] | None = None

    def before_train(self, runner: Any) -> None:
        named = list(runner.bare_model.named_parameters())

        def keep(*_: Any) -> None:
            self.gradients = self.gradients or {name: p.grad.clone() for name, p in named}

        runner.optim_wrapper.optimizer.register_step_pre_hook(keep)


def make_samples() -> Iterator[Any]:
    generator = torch.Generator().manual_seed(1)
    for number in range(4):
        image = torch.randint(0, 256, (3, *SIZE), generator=generator, dtype=torch.uint8)
        yield (
            tv_tensors.Image(image),
            {
                "image_id": number,
                "boxes": tv_tensors.BoundingBoxes(BOXES, format="XYXY", canvas_size=SIZE),
                "labels": torch.tensor([1 + number, 10 - number]),
                "iscrowd": torch.zeros(2, dtype=torch.bool),
                "source": f"{number}.png",
            },
        )


def gradients(folder: Path, batch_size: int, launcher: str = "none") -> dict[str, Tensor]:
    """Train and return the gradients of the first step."""
    torch.manual_seed(0)
    model = WithoutStatistics(
        backbone={"type": "SlimResNetFPN", "widths": [16, 32, 32], "out_channels": 32},
        min_size=SIZE[0],
        max_size=SIZE[1],
        anchor_sizes=[[28], [48]],
        aspect_ratios=[1.0, 2.0],
        pre_nms_proposals_train=30,
        proposals_train=30,
        rpn_nms_threshold=1.0,  # keeps all of them
        anchors_per_image=ALL,
        rois_per_image=ALL,
        head_conv_channels=[16],
        head_fc_channels=[32],
    )
    hook = KeepFirstGradients()
    Runner(
        model,
        work_dir=str(folder / f"of_{batch_size}"),
        train_dataloader={
            "batch_size": batch_size,
            "dataset": list(make_samples()),
            "sampler": {"type": "DefaultSampler", "shuffle": False},
            "collate_fn": {"type": "digitdet.collate"},
        },
        train_cfg={"by_epoch": True, "max_epochs": 1},
        optim_wrapper={"optimizer": {"type": "SGD", "lr": 0.1}},
        default_hooks={"checkpoint": None, "logger": None},
        custom_hooks=[hook],
        launcher=launcher,
        randomness={"seed": 0},
        default_scope="digitdet",
        experiment_name=f"{launcher}_{batch_size}",
        log_level="ERROR",
    ).train()
    assert hook.gradients
    return hook.gradients


def test_two_processes_give_the_gradients_of_one_at_the_same_pictures(tmp_path: Path) -> None:
    def work(rank: int) -> None:
        torch.save(gradients(tmp_path, 2, "pytorch"), tmp_path / f"{rank}.pth")

    in_two_processes(work, tmp_path)
    ranks = [torch.load(tmp_path / f"{rank}.pth") for rank in range(2)]
    whole, half = gradients(tmp_path, 4), gradients(tmp_path, 2)
    assert len(whole) > 20
    for found in ranks:
        assert _largest_error(found, whole) < 2e-5
    assert _largest_error(half, whole) > 0.01  # two of the pictures alone give others


def _largest_error(found: dict[str, Tensor], right: dict[str, Tensor]) -> float:
    """The largest difference, in each parameter's largest gradient."""
    return max(
        float((found[name] - gradient).abs().max() / gradient.abs().max())
        for name, gradient in right.items()
    )

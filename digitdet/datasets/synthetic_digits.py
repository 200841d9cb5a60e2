"""Synthetic scenes, rendered when they are asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Dataset
from torchvision import tv_tensors

from digitdet.labels import DIGITS
from digitdet.registry import DATASETS
from digitdet.scenes import choose_fonts, make_factors, render_scene, scene_generator
from digitdet.structures import Target
from digitdet.transforms.pipeline import Pipeline


@DATASETS.register_module()
class SyntheticDigits(Dataset[tuple[Tensor, Target]]):
    """Numbers on walls, doors and plates, with SVHN's geometry and boxes; nothing is stored.

    In training each epoch has new scenes: scene ``epoch * num_scenes + index`` of the endless
    sequence that ``seed`` makes. A target's ``source`` names it: ``synthetic:SEED:INDEX``.

    Args:
        num_scenes: Scenes in an epoch.
        seed: Seed of the scenes, 0 or more; give each split its own.
        factors: What varies between scenes, factor -> distribution; see `SceneFactors`. Those that
            are not given keep their defaults.
        fonts: ``"bundled"``, the fonts of the dependencies; ``"system"``, every font of the machine
            with distinct digits; or a list of names and font files. Others make other pictures.
        transforms: Transforms, each a config or a callable ``(image, target) -> (image, target)``.
        allow_unsafe: Take transforms too that are not safe for digits; see `check_safe`.

    Attributes:
        metainfo: ``classes``.

    Raises:
        ValueError: If a number is out of its range, or a transform is not safe.
    """

    def __init__(
        self,
        num_scenes: int,
        seed: int = 0,
        factors: Mapping[str, Any] | None = None,
        fonts: str | Sequence[str] = "bundled",
        transforms: Sequence[Any] = (),
        allow_unsafe: bool = False,
    ) -> None:
        if num_scenes < 1:
            raise ValueError(f"num_scenes has to be at least 1, got {num_scenes!r}")
        if seed < 0:
            raise ValueError(f"seed has to be 0 or more, got {seed!r}")
        self.num_scenes = num_scenes
        self.seed = seed
        self.factors = make_factors(factors)
        self.fonts = choose_fonts(fonts)
        self.pipeline = Pipeline(transforms, allow_unsafe)
        self.metainfo: Mapping[str, Any] = {"classes": DIGITS}

    def set_epoch(self, epoch: int, seed: int) -> None:
        """Set the epoch, from 0, and the run's seed.

        The scenes follow from the dataset's own seed and the epoch, the transforms' draws from the
        run's seed and the epoch.
        """
        self.pipeline.draws.set_epoch(epoch, seed)

    def __len__(self) -> int:
        return self.num_scenes

    def __getitem__(self, index: int) -> tuple[Tensor, Target]:
        if not 0 <= index < self.num_scenes:
            raise IndexError(f"scene {index} of {self.num_scenes}")
        number = self.pipeline.draws.epoch * self.num_scenes + index
        scene = render_scene(scene_generator(self.seed, number), self.factors, self.fonts)
        image = tv_tensors.Image(torch.from_numpy(scene.image).permute(2, 0, 1).contiguous())
        target: Target = {
            "image_id": index + 1,
            "boxes": tv_tensors.BoundingBoxes(
                torch.from_numpy(scene.boxes), format="XYXY", canvas_size=tuple(image.shape[-2:])
            ),
            "labels": torch.from_numpy(scene.labels),
            "iscrowd": torch.zeros(len(scene.labels), dtype=torch.bool),
            "source": f"synthetic:{self.seed}:{number}",
        }
        return self.pipeline(image, target, index)

"""Synthetic scenes, rendered when they are asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset
from torchvision import tv_tensors

from digitdet.datasets.samples import Sample
from digitdet.datasets.subsets import check_positions, resolve_indices
from digitdet.labels import DIGITS
from digitdet.registry import DATASETS
from digitdet.scenes import choose_fonts, make_factors, render_scene, scene_generator
from digitdet.structures import Target
from digitdet.transforms.pipeline import Pipeline


@DATASETS.register_module()
class SyntheticDigits(Dataset[Sample]):
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
        indices: Positions of the scenes to take, from 0 to ``num_scenes`` - 1, or a number N for
            the first N; None for all. Their scenes stay those of the whole epoch.
        test_mode: Give each digit's number in the targets, for evaluation: some scenes have two.

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
        indices: int | Sequence[int] | None = None,
        test_mode: bool = False,
    ) -> None:
        if num_scenes < 1:
            raise ValueError(f"num_scenes has to be at least 1, got {num_scenes!r}")
        if seed < 0:
            raise ValueError(f"seed has to be 0 or more, got {seed!r}")
        self.num_scenes = num_scenes
        self.seed = seed
        self.indices = resolve_indices(indices, num_scenes, "SyntheticDigits")
        self.test_mode = test_mode
        self.factors = make_factors(factors)
        self.fonts = choose_fonts(fonts)
        self.pipeline = Pipeline(transforms, allow_unsafe)
        self.metainfo: Mapping[str, Any] = {"classes": DIGITS}

    @property
    def image_ids(self) -> NDArray[np.int64]:
        """(I,) int64: each scene's picture id, the same in each epoch."""
        return np.array(self.indices, dtype=np.int64) + 1

    def set_epoch(self, epoch: int, seed: int) -> None:
        """Set the epoch, from 0, and the run's seed.

        The scenes follow from the dataset's own seed and the epoch, the transforms' draws from the
        run's seed and the epoch.
        """
        self.pipeline.draws.set_epoch(epoch, seed)

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: int) -> Sample:
        return self._render(index, index)

    def samples(self, indices: Sequence[int], draws: Sequence[int]) -> list[Sample]:
        """Render a batch of samples.

        Args:
            indices: Their positions.
            draws: For each, the number that its transforms' random draws follow from.
        """
        return [self._render(*pair) for pair in zip(indices, draws, strict=True)]

    def _render(self, index: int, draw: int) -> Sample:
        check_positions([index], len(self), "scene")
        position = self.indices[index]
        number = self.pipeline.draws.epoch * self.num_scenes + position
        scene = render_scene(scene_generator(self.seed, number), self.factors, self.fonts)
        image = tv_tensors.Image(torch.from_numpy(scene.image).permute(2, 0, 1).contiguous())
        target: Target = {
            "image_id": position + 1,
            "boxes": tv_tensors.BoundingBoxes(
                torch.from_numpy(scene.boxes), format="XYXY", canvas_size=tuple(image.shape[-2:])
            ),
            "labels": torch.from_numpy(scene.labels),
            "iscrowd": torch.zeros(len(scene.labels), dtype=torch.bool),
            "source": f"synthetic:{self.seed}:{number}",
        }
        if self.test_mode:
            target["numbers"] = torch.from_numpy(scene.numbers)
        return self.pipeline(image, target, draw)

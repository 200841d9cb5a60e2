"""A dataset's transforms, one after another, with reproducible draws."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import Tensor

from digitdet.registry import TRANSFORMS
from digitdet.structures import Target
from digitdet.transforms.draws import Draws
from digitdet.transforms.safety import check_safe


class Pipeline:
    """Transforms in order; each sample's draws come from (seed, epoch, index) alone.

    Args:
        transforms: Configs, built through the registry, or callables
            ``(image, target) -> (image, target)``.
        allow_unsafe: Take flips, large turns and the like too; else they are refused.

    Raises:
        TypeError: If one is neither.
        ValueError: If one is not safe for digits; see `check_safe`.
    """

    def __init__(self, transforms: Sequence[Any], allow_unsafe: bool = False) -> None:
        self.draws = Draws()
        self.transforms = [_build(position, item) for position, item in enumerate(transforms)]
        if not allow_unsafe:
            check_safe(self.transforms)

    def __call__(self, image: Tensor, target: Target, index: int) -> tuple[Tensor, Target]:
        """Transform a sample.

        Args:
            image: (3, H, W) uint8, a ``tv_tensors.Image``.
            target: Its target, ``boxes`` being ``tv_tensors.BoundingBoxes``.
            index: Position of the sample in its dataset.

        Returns:
            The transformed image and target.

        Raises:
            RuntimeError: If a transform fails; the message names it and the picture.
            TypeError: If a transform returns anything but a pair.
        """
        if not self.transforms:
            return image, target
        with self.draws.seeded(index):
            for transform in self.transforms:
                try:
                    sample = transform(image, target)
                except Exception as error:
                    raise RuntimeError(
                        f"{type(transform).__name__} failed on {target['source']} "
                        f"({type(error).__name__}: {error})"
                    ) from error
                if not (isinstance(sample, tuple) and len(sample) == 2):
                    raise TypeError(
                        f"{type(transform).__name__} has to return (image, target), "
                        f"got {type(sample).__name__} for {target['source']}"
                    )
                image, target = sample
        return image, target


def _build(position: int, item: Any) -> Callable[[Tensor, Target], Any]:
    built = TRANSFORMS.build(item) if isinstance(item, Mapping) else item
    if not callable(built):
        raise TypeError(
            f"transforms[{position}] has to be a config with `type`, or a callable, got {item!r}"
        )
    return built

"""Test-time augmentation by scale: one detector at several input sizes."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mmengine.config import Config
from mmengine.model import BaseModel
from torch import Tensor, nn

from digitdet.registry import MODELS
from digitdet.structures import Prediction, Target

# Of 12 sets that were tried with the compact detector, this one read most numbers of 256
# photographs (as did 0.75 1 1.25) and gave the best mAP of 1,000 scenes, both by "wbf".
SCALES = (0.85, 1.0, 1.2)
METHOD = "wbf"
RANGE = (0.1, 10.0)  # beyond, a low picture would have no row left, or fill the memory


@MODELS.register_module()
class MultiScale(BaseModel):
    """Runs a detector at several input sizes and fuses what it finds; it can't be trained.

    Pictures are scaled, never flipped: a mirrored 2 resembles a 5, and a mirrored 3 is no digit.
    The weights are the detector's, under its own names, so its checkpoints load as they are.

    Args:
        detector: Config of the detector, or the module itself. Its ``transform`` resizes pictures
            by ``min_size`` and ``max_size``, as torchvision's does.
        scales: Factors of both sizes, each in `RANGE` and each once.
        method: What fuses, see `Fusion`. What a single scale finds is left as it is.

    Raises:
        ImportError: If the method needs a package that is not there.
        TypeError: If the detector has no such ``transform``.
        ValueError: If the scales or the method are not as they have to be.
    """

    def __init__(
        self,
        detector: Mapping[str, Any] | nn.Module,
        scales: Sequence[float] = SCALES,
        method: str = METHOD,
    ) -> None:
        from digitdet.ensembling.fusion import Fusion  # with it comes all of the evaluation

        super().__init__()
        self.scales = check_scales(scales)
        self.fusion = Fusion(method)
        built = MODELS.build(detector) if isinstance(detector, Mapping) else detector
        self.sizes = _input_sizes(built)
        self.detector = built

    @property
    def score_threshold(self) -> float | None:
        """The score below which the detector drops a detection; None if it does not say."""
        return getattr(self.detector, "score_threshold", None)

    @property
    def conditions(self) -> str:
        """What was done, in words."""
        scales = ", ".join(f"{scale:g}" for scale in self.scales)
        return f"scales {scales}" + (f", fused by {self.fusion}" if len(self.scales) > 1 else "")

    def forward(
        self,
        images: list[Tensor],
        targets: list[Target] | None = None,  # noqa: ARG002
        mode: str = "predict",
    ) -> list[Prediction]:
        """Detect at each scale, and fuse.

        Args:
            images: See the detector's ``forward``.
            targets: Not used.
            mode: ``"predict"``.

        Raises:
            ValueError: If ``mode`` is another.
        """
        if mode != "predict":
            raise ValueError(f"test-time augmentation can only predict, got mode {mode!r}")
        of_scales = []
        for scale in self.scales:
            with self.scaled(scale):
                of_scales.append(self.detector(images, mode=mode))
        if len(of_scales) == 1:
            return list(of_scales[0])
        return [self.fusion(predictions) for predictions in zip(*of_scales, strict=True)]

    @contextlib.contextmanager
    def scaled(self, scale: float) -> Iterator[None]:
        """Let the detector resize to other sizes for a while."""
        transform: Any = self.detector.transform
        try:
            transform.min_size, transform.max_size = self.scaled_sizes(scale)
            yield
        finally:
            transform.min_size, transform.max_size = self.sizes

    def scaled_sizes(self, scale: float) -> tuple[tuple[int, ...], int]:
        """Return the short sides and the longest side that the detector resizes to at a scale."""
        shortest, longest = self.sizes
        return tuple(round(scale * size) for size in shortest), round(scale * longest)

    def state_dict(self, *args: Any, **kwargs: Any) -> Any:
        """Return the detector's weights."""
        return self.detector.state_dict(*args, **kwargs)

    def load_state_dict(self, *args: Any, **kwargs: Any) -> Any:
        """Load the detector's weights."""
        return self.detector.load_state_dict(*args, **kwargs)


def check_scales(scales: Sequence[float]) -> tuple[float, ...]:
    """Return scales as they are.

    Raises:
        ValueError: If there is none, or one is out of `RANGE` or comes twice.
    """
    low, high = RANGE
    fitting = [isinstance(scale, int | float) and low <= scale <= high for scale in scales]
    if not scales or not all(fitting) or len(set(scales)) < len(scales):
        raise ValueError(
            f"the scales of test-time augmentation are {low:g} to {high:g}, each once, such as "
            f"{' '.join(f'{scale:g}' for scale in SCALES)}; got {list(scales)}"
        )
    return tuple(scales)


def _input_sizes(detector: nn.Module) -> tuple[tuple[int, ...], int]:
    """Return the short sides and the longest side that a detector resizes to."""
    transform = getattr(detector, "transform", None)
    shortest, longest = getattr(transform, "min_size", None), getattr(transform, "max_size", None)
    if not isinstance(shortest, tuple) or not isinstance(longest, int):
        raise TypeError(
            f"test-time augmentation needs a detector whose `transform` has `min_size` (a tuple) "
            f"and `max_size`, as torchvision's GeneralizedRCNNTransform; {type(detector).__name__} "
            "has none"
        )
    return shortest, longest


def augment(config: Config, tta: Sequence[float] | None, method: str | None = None) -> None:
    """Let a config's model predict at several scales.

    Args:
        config: The config; its ``model`` is changed in place.
        tta: See `MultiScale`; `SCALES` if empty. None leaves the model as it is.
        method: See `MultiScale`; `METHOD` if None.

    Raises:
        ValueError: If the scales are not as they have to be, or a method is given without them.
    """
    if tta is None:
        if method is not None:
            raise ValueError(f"--tta-method {method} needs --tta, which is not given")
        return
    config.model = {
        "type": "MultiScale",
        "detector": config.model,
        "scales": check_scales(tta or SCALES),
        "method": method or METHOD,
    }

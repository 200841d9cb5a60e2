"""Images are normalised once, by the model."""

from collections.abc import Sequence

from mmengine.config import Config
from torchvision.transforms import v2

from digitdet.config_checks.parts import Part
from digitdet.config_checks.problems import Problem


def check_normalization(config: Config, parts: Sequence[Part]) -> list[Problem]:  # noqa: ARG001
    """Warn of a `Normalize` among the transforms.

    Args:
        config: The merged config.
        parts: What is built of it.
    """
    text = (
        "the model normalises by itself, with model.mean and model.std, so this is done "
        "twice; leave it out"
    )
    return [Problem(p.key, text, is_warning=True) for p in parts if p.kind is v2.Normalize]

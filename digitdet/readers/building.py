"""Builds the reader that a config names."""

from typing import Any

from mmengine.config import Config
from torch import nn

from digitdet.readers.thresholds import lowest_threshold
from digitdet.registry import READERS


def build_reader(config: Config, model: nn.Module) -> Any:
    """Build a config's reader, and refuse one that waits for detections which the model drops.

    Args:
        config: The config.
        model: Its model; one without ``score_threshold`` is not judged.

    Returns:
        The reader.

    Raises:
        ValueError: If the config has no reader, or a threshold that it can fall to lies below
            the model's.
    """
    if not config.get("reader"):
        raise ValueError("the config has no `reader`, which reads the numbers")
    reader = READERS.build(config.reader)
    wanted = lowest_threshold(reader)
    given = getattr(model, "score_threshold", None)
    if wanted is not None and given is not None and wanted < given:
        first = getattr(reader, "score_threshold", wanted)
        name = "score_threshold" if wanted == first else "fallback_thresholds[-1]"
        raise ValueError(
            f"reader.{name} is {wanted}, below model.score_threshold, {given}: the model drops "
            "what the reader asks for; lower the model's or raise the reader's"
        )
    return reader

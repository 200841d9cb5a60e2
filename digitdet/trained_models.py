"""Loads a trained model: its config, its weights, and what is known of its confidences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from torch import Tensor, nn

from digitdet import config as configs
from digitdet.calibration import Calibration
from digitdet.checkpoints.calibrations import KEY as CALIBRATION
from digitdet.checkpoints.calibrations import is_same_reader, parse_calibration
from digitdet.checkpoints.content import config_of
from digitdet.checkpoints.reading import load_file, state_dict_of
from digitdet.config_checks.kinds import OF_READING
from digitdet.console import warn
from digitdet.models.weights import check_state_dict
from digitdet.pretrained import READER_FILE
from digitdet.registry import MODELS


@dataclass(frozen=True)
class TrainedModel:
    """A config with weights that fit it.

    Attributes:
        config: The config; its model starts from no other weights.
        state: Parameter name -> tensor, on the CPU.
        source: The checkpoint, for errors.
        calibration: What its confidences mean; None where the checkpoint does not say.
    """

    config: Config
    state: dict[str, Tensor]
    source: str
    calibration: Calibration | None

    def build(self, device: str) -> nn.Module:
        """Build the model with the weights, in evaluation mode.

        Raises:
            ValueError: If they do not fit.
        """
        model: nn.Module = MODELS.build(self.config.model)
        check_state_dict(model, self.state, self.source)
        model.load_state_dict(self.state)
        return model.to(device).eval()


def load_trained(
    config: str | Path | None, checkpoint: str | Path | None, options: Sequence[str] = ()
) -> TrainedModel:
    """Load a config and a checkpoint.

    Args:
        config: The config; None for the one that the checkpoint carries.
        checkpoint: The checkpoint; None, without a config, for digitdet's own reader.
        options: Overrides of the config, ``KEY=VALUE``.

    Raises:
        FileNotFoundError: If one is missing.
        ImportError: If a module of the config's ``custom_imports`` can't be imported.
        ValueError: If one is not as it has to be, a config comes without a checkpoint, or weights
            carry no config and come without one.
    """
    if checkpoint is None:
        if config is not None:
            raise ValueError(
                f"{config}: was given as the config, without a checkpoint; name that, too "
                "(--checkpoint, or DigitReader(CONFIG, CHECKPOINT)). Weights that carry their "
                "config need none: DigitReader(checkpoint=FILE)"
            )
        if not READER_FILE.is_file():
            raise FileNotFoundError(
                f"{READER_FILE}: the weights that come with digitdet are not there; install "
                "digitdet again, or name a config and a checkpoint"
            )
        checkpoint = READER_FILE
    loaded = None if config is None else configs.load(config, options)
    content = load_file(checkpoint)
    meta = content.get("meta") if isinstance(content, Mapping) else None
    meta = meta if isinstance(meta, Mapping) else {}
    if loaded is None:
        loaded = _carried_config(meta, str(checkpoint), options)
    configs.require(loaded, config or checkpoint, OF_READING)
    configs.forget_pretrained(loaded)
    state = state_dict_of(content, str(checkpoint))
    calibration = _carried_calibration(meta, str(checkpoint), loaded)
    return TrainedModel(loaded, state, str(checkpoint), calibration)


def _carried_calibration(
    meta: Mapping[str, Any], source: str, config: Config
) -> Calibration | None:
    """Return what a checkpoint knows of its confidences, where the reader is still the same."""
    known = meta.get(CALIBRATION)
    if known is None:
        return None
    calibration = parse_calibration(known, f"{source}: {CALIBRATION}")
    fitted = config_of(meta, source).get("reader")
    if fitted is None or is_same_reader(fitted, config.get("reader")):
        return calibration
    warn(
        f"{source}: its confidences were calibrated with the reader {fitted}; with another one "
        "they are the products of the digits' scores, and no probabilities"
    )
    return None


def _carried_config(meta: Mapping[str, Any], source: str, options: Sequence[str]) -> Config:
    values = config_of(meta, source)
    if not values:
        raise ValueError(
            f"{source}: holds weights without the config of their model; name that, too: "
            f"DigitReader(CONFIG, {source!r})"
        )
    return configs.restore(values, source, options)


def choose_device(name: str | None = None) -> str:
    """Return where to compute: what is asked for, else a CUDA device if there is one.

    Raises:
        ValueError: If there is no such device.
    """
    if name is None:
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(0, device=name).cpu()  # of "meta" nothing comes back
    except (AssertionError, ImportError, NotImplementedError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"device {name!r} can't be used ({reason}); leave it out") from error
    return name

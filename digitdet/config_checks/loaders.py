"""What loaders take of a data set: in evaluation all of it, and always an end."""

import inspect
from collections.abc import Iterator, Sequence

from mmengine.config import Config
from mmengine.dataset import InfiniteSampler

from digitdet.config_checks.kinds import LOADERS
from digitdet.config_checks.numbers import section
from digitdet.config_checks.parts import Part
from digitdet.config_checks.problems import Problem

EVALUATED = ("val_dataloader", "test_dataloader")


def check_loaders(config: Config, parts: Sequence[Part]) -> list[Problem]:
    """Find epochs and evaluations without end, and evaluations that leave pictures out.

    Args:
        config: The merged config.
        parts: What is built of it.
    """
    return [*_endless(config, parts), *_leaving_out(config, parts)]


def _endless(config: Config, parts: Sequence[Part]) -> Iterator[Problem]:
    """Find samplers without end, but for a training by steps."""
    loop = section(config, "train_cfg")
    by_steps = not loop.get("by_epoch", True) or "max_iters" in loop
    ending = EVALUATED if by_steps else LOADERS
    for part in parts:
        loader, _, rest = part.key.partition(".")
        is_endless = inspect.isclass(part.kind) and issubclass(part.kind, InfiniteSampler)
        if loader in ending and rest == "sampler" and is_endless:
            what = "its epoch" if loader == "train_dataloader" else "the evaluation"
            text = f"it never ends, so neither does {what}; write type='DefaultSampler'"
            yield Problem(f"{part.key}.type", text)


def _leaving_out(config: Config, parts: Sequence[Part]) -> Iterator[Problem]:
    """Find what takes pictures out of an evaluation, whose figures would be of the others."""
    holders = [(key, section(config, key)) for key in EVALUATED]
    samplers = [part for part in parts if part.key.rpartition(".")[2] == "batch_sampler"]
    holders += [(part.key, part.config) for part in samplers if part.key.split(".")[0] in EVALUATED]
    for key, values in holders:
        for name in ("drop_last", "num_batch_per_epoch"):
            if values.get(name):
                text = "an evaluation has to see all pictures; leave it out"
                yield Problem(f"{key}.{name}", text)

"""Dicts of a config that are read key by key, not handed to the class that their ``type`` names."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.utils.data import DataLoader

from digitdet.config_checks.calls import Call
from digitdet.config_checks.kinds import LOADERS
from digitdet.config_checks.parts import Part
from digitdet.config_checks.signatures import Signature, options, signature_of
from digitdet.registry import OPTIMIZERS

# What is taken by name in mmengine 0.10.7: by `Runner.setup_env`, `scale_lr`, `set_randomness` and
# `build_dataloader`, by `DefaultOptimWrapperConstructor` and by `OptimWrapper`.
ENVIRONMENT = options(cudnn_benchmark=bool, mp_cfg=Mapping, dist_cfg=Mapping, resource_limit=int)
PROCESSES = options(mp_start_method=Literal["fork", "spawn", "forkserver"], opencv_num_threads=int)
SCALING = options(enable=bool, base_batch_size=int).requiring("base_batch_size")
IMPORTS = options(imports=str | Sequence[str], allow_failed_imports=bool)
RANDOMNESS = options(seed=int | None, diff_rank_seed=bool, deterministic=bool).requiring("seed")
GROUPS = options(
    custom_keys=Mapping[str, Mapping[str, Any]],
    bias_lr_mult=float,
    bias_decay_mult=float,
    norm_decay_mult=float,
    dwconv_decay_mult=float,
    dcn_offset_lr_mult=float,
    flat_decay_mult=float,
    bypass_duplicate=bool,
)
GROUP = options(lr_mult=float, decay_mult=float)
LOADER = options(num_batch_per_epoch=int | None, disable_subprocess_warning=bool)
CLIPPING = {"norm": clip_grad_norm_, "value": clip_grad_value_}


def calls_of_settings(config: Mapping[str, Any], parts: Sequence[Part]) -> list[Call]:
    """Return the calls that dicts of a config stand for: loaders, random seeds, clipping, ...

    Args:
        config: The merged config.
        parts: What is built of it.
    """
    calls = [
        Call(key, key, section, signature)
        for key, signature in (
            ("env_cfg", ENVIRONMENT),
            ("env_cfg.mp_cfg", PROCESSES),
            ("auto_scale_lr", SCALING),
            ("custom_imports", IMPORTS),
            ("randomness", RANDOMNESS),
        )
        if (section := _section(config, key)) is not None
    ]
    loaders = ((key, _section(config, key)) for key in LOADERS)
    calls += [_loader(key, section) for key, section in loaders if section is not None]
    return [*calls, *_optimization(config, parts)]


def _section(config: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    """Return a dict by its dotted key; None where there is none."""
    first, *inner = key.split(".")
    value = config.get(first)
    for name in inner:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else None


def _loader(key: str, section: Mapping[str, Any]) -> Call:
    """Return what a loader takes; mmengine needs a sampler, or None in its place."""
    needed = ["sampler"] if section.get("batch_sampler") is None else ["sampler", "batch_size"]
    return Call(key, key, section, (signature_of(DataLoader) | LOADER).requiring(*needed))


def _optimization(config: Mapping[str, Any], parts: Sequence[Part]) -> Iterator[Call]:
    """Yield clipping and groups of parameters, where mmengine's own constructor reads them."""
    wrapper = _section(config, "optim_wrapper")
    if wrapper is None or "constructor" in wrapper:
        return
    clipping = _section(wrapper, "clip_grad")
    if clipping is not None:
        kind = clipping.get("type", "norm")
        names = options(type=Literal["norm", "value"])
        if kind in ("norm", "value"):
            names |= signature_of(CLIPPING[kind]).without("parameters")
        else:
            names = Signature(names.parameters, takes_any=True)
        yield Call("optim_wrapper.clip_grad", "clip_grad", clipping, names)
    groups = _section(wrapper, "paramwise_cfg")
    if groups is not None:
        key = "optim_wrapper.paramwise_cfg"
        yield Call(key, "paramwise_cfg", groups, GROUPS)
        optimizer = _optimizer_signature(parts)
        for name, group in (_section(groups, "custom_keys") or {}).items():
            if isinstance(group, Mapping):
                yield Call(f"{key}.custom_keys.{name}", "a group", group, GROUP | optimizer)


def _optimizer_signature(parts: Sequence[Part]) -> Signature:
    """Return what a group of parameters may set of its optimizer, without being required to."""
    for part in parts:
        if part.registry is OPTIMIZERS:
            names = part.signature.without(*part.given).parameters
            own = options(**{name: p.annotation for name, p in names.items()})
            return Signature(own.parameters, part.signature.takes_any)
    return Signature({}, takes_any=True)

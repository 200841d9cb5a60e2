"""Top-level keys of a config: which there are, what they hold, and which need each other."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from digitdet.config_checks.annotations import misfit
from digitdet.config_checks.arguments import registered
from digitdet.config_checks.kinds import EVALUATORS, LOADERS, OF_READING
from digitdet.config_checks.libraries import is_own, library_of
from digitdet.config_checks.parts import Part, find
from digitdet.config_checks.problems import Problem, suggest
from digitdet.registry import DATASETS, OPTIM_WRAPPER_CONSTRUCTORS

# Key -> annotation of what it holds. What holds parts is judged as such.
TYPES: dict[str, Any] = {
    "activation_checkpointing": Sequence[str] | Mapping | str | None,
    "auto_scale_lr": Mapping | None,
    "compile": bool | Mapping,
    "custom_hooks": Sequence[Any] | None,
    "custom_imports": Mapping | None,
    "data_root": str,
    "default_hooks": Mapping | None,
    "default_scope": Literal["digitdet"],
    "efficient_conv_bn_eval": Sequence[str] | str | None,
    "env_cfg": Mapping,
    "experiment_name": str | None,
    "find_unused_parameters": bool,
    "launcher": Literal["none", "pytorch", "slurm", "mpi"],
    "load_from": str | None,
    "log_level": Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] | int,
    "randomness": Mapping,
    "resume": bool,
    "sync_bn": Literal["torch", "mmcv"] | None,
    "test_dataloader": Mapping | None,
    "train_dataloader": Mapping | None,
    "val_dataloader": Mapping | None,
    "work_dir": str,
}
PATHS = ("data_root", "load_from", "work_dir")
# What mmengine's Runner takes all of, or none.
TOGETHER = (
    ("train_dataloader", "train_cfg", "optim_wrapper"),
    ("val_dataloader", "val_cfg", "val_evaluator"),
    ("test_dataloader", "test_cfg", "test_evaluator"),
)


def known_keys() -> set[str]:
    """Return the top-level keys that digitdet or mmengine's Runner reads."""
    from mmengine.runner import Runner

    of_runner = set(inspect.signature(Runner.__init__).parameters) - {"self", "cfg"}
    return of_runner | set(TYPES) | {"model_wrapper_cfg", "reader"}


def check_keys(config: Mapping[str, Any], parts: Sequence[Part]) -> list[Problem]:
    """Find top-level keys that nothing reads, that hold something else, or that lack another.

    Args:
        config: The merged config, or one that states some keys alone.
        parts: What is built of it.
    """
    return [
        *_top_level(config),
        *_unused(config, parts),
        *_loops(config),
        *(problem for key in LOADERS for problem in _loader(key, config, parts)),
        *_optimization(config, parts),
        *_together(config),
    ]


def _top_level(config: Mapping[str, Any]) -> Iterator[Problem]:
    known = OF_READING if config.keys() <= set(OF_READING) else known_keys()
    for key, value in config.items():
        if key not in known:
            yield Problem(key, f"nothing reads a top-level key of this name{suggest(key, known)}")
        elif key == "model" and value is None:
            yield Problem(key, "is None, but it takes a dict with a `type`")
        elif key in EVALUATORS and isinstance(value, tuple):
            text = "is a tuple, which mmengine does not take: write a list, without a comma behind"
            yield Problem(key, text)
        elif key in TYPES and (found := misfit(value, TYPES[key])):
            place = ".".join((key, *found.path))
            yield Problem(place, f"is {found.value!r}, but it takes {found.expected}")
        elif key == "launcher" and value != "none":
            text = f"is not read from a config; call the tool with --launcher {value}"
            yield Problem(key, text, is_warning=True)  # a distributed run saves it, too
        elif key in PATHS and str(value).startswith("~"):
            yield Problem(key, "write the whole path; `~` is not replaced here")


def _unused(config: Mapping[str, Any], parts: Sequence[Part]) -> Iterator[Problem]:
    """Find what is handed on to parts that do not take it."""
    takers = [part for part in parts if part.registry is DATASETS]
    if "data_root" in config and not any(_takes(part, "data_root") for part in takers):
        yield Problem("data_root", "no data set of this config takes one; leave it out")
    models = [part for part in parts if part.key == "model"]
    preprocessor = config.get("data_preprocessor")
    if preprocessor is not None and not all(_takes(part, "data_preprocessor") for part in models):
        yield Problem("data_preprocessor", "the model takes none; leave it out")


def _takes(part: Part, name: str) -> bool:
    return part.kind is None or part.signature.takes_any or name in part.signature.parameters


def _loops(config: Mapping[str, Any]) -> Iterator[Problem]:
    loop = config.get("train_cfg")
    if isinstance(loop, Mapping) and ("by_epoch" in loop) == ("type" in loop):
        found = "both `by_epoch` and" if "type" in loop else "neither `by_epoch` nor"
        yield Problem(
            "train_cfg", f"states {found} `type`; write dict(by_epoch=True, max_epochs=N)"
        )
    intervals = loop.get("dynamic_intervals") if isinstance(loop, Mapping) else None
    if any(isinstance(pair, list) for pair in intervals or ()):
        text = "mmengine takes each pair as a tuple: [(FIRST_EPOCH, INTERVAL), ...]"
        yield Problem("train_cfg.dynamic_intervals", text)


def _loader(key: str, config: Mapping[str, Any], parts: Sequence[Part]) -> Iterator[Problem]:
    loader = config.get(key)
    if not isinstance(loader, Mapping):
        return
    if loader.get("shuffle"):
        text = "belongs to the sampler: sampler=dict(type='DefaultSampler', shuffle=True)"
        yield Problem(f"{key}.shuffle", text)
    if loader.get("drop_last") and loader.get("batch_sampler") is not None:
        yield Problem(f"{key}.drop_last", "belongs to the batch sampler, as its own argument")
    kinds = {part.key: part.kind for part in parts}
    needs = is_own(kinds.get("model"))
    remedy = "the model needs collate_fn=dict(type='digitdet.collate')"
    if loader.get("collate_fn") is None and ("collate_fn" in loader or needs):
        yield Problem(f"{key}.collate_fn", f"is missing, and {remedy}")
    elif needs and library_of(kinds.get(f"{key}.collate_fn")) == "mmengine":
        yield Problem(f"{key}.collate_fn", f"makes no batch of samples of digitdet; {remedy}")


def _optimization(config: Mapping[str, Any], parts: Sequence[Part]) -> Iterator[Problem]:
    wrapper = config.get("optim_wrapper")
    name = wrapper.get("constructor") if isinstance(wrapper, Mapping) else None
    if isinstance(name, str) and find(OPTIM_WRAPPER_CONSTRUCTORS, name) is None:
        hint = suggest(name, registered(OPTIM_WRAPPER_CONSTRUCTORS))
        yield Problem("optim_wrapper.constructor", f"no constructor is called {name!r}{hint}")
    for part in parts:
        by_steps = not part.config.get("by_epoch", True)
        if part.config.get("convert_to_iter_based") and by_steps:
            text = "turns epochs into steps, but by_epoch=False counts steps already; leave one out"
            yield Problem(f"{part.key}.convert_to_iter_based", text)


def _together(config: Mapping[str, Any]) -> Iterator[Problem]:
    """Find keys that lack others which the Runner needs beside them."""
    if config.get("model") is None:
        if "model" not in config and config.get("optim_wrapper"):
            yield Problem("model", "is missing: list a base of configs/_base_/models in `_base_`")
        return
    for keys in TOGETHER:
        stated = [key for key in keys if config.get(key) is not None]
        for key in keys:
            if stated and key not in stated:
                text = f"is missing: {' and '.join(stated)} need it, or have to be None, too"
                yield Problem(key, text)
    if config.get("param_scheduler") and config.get("optim_wrapper") is None:
        yield Problem("param_scheduler", "acts on optim_wrapper, which is missing; leave it out")

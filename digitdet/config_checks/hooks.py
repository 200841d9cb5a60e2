"""Hooks that stand twice, and one that is missing."""

import difflib
from collections import Counter
from collections.abc import Sequence

from mmengine.config import Config

from digitdet.config_checks.libraries import class_name
from digitdet.config_checks.numbers import section
from digitdet.config_checks.parts import Part
from digitdet.config_checks.problems import Problem

# Names under which mmengine's Runner adds a hook of its own where the config has none.
DEFAULTS = ("checkpoint", "logger", "param_scheduler", "runtime_info", "sampler_seed", "timer")
# Of which a second would undo or repeat what the first does.
ONCE = (
    "BestValidationHook",
    "CheckpointHook",
    "EMAHook",
    "EvaluationHook",
    "ProgressHook",
    "ReportHook",
    "RunRecordHook",
    "SampleSeedHook",
    "ScalarsHook",
)
NEAR = 0.8  # likeness, 0 to 1, from which a name is taken for a mistyped one


def check_hooks(config: Config, parts: Sequence[Part]) -> list[Problem]:
    """Find mistyped names of default hooks, and a training whose draws follow no seed.

    Args:
        config: The merged config.
        parts: What is built of it.
    """
    problems = []
    for name in section(config, "default_hooks"):
        near = difflib.get_close_matches(str(name), DEFAULTS, n=1, cutoff=NEAR)
        if near and name not in DEFAULTS:
            text = f"did you mean {near[0]!r}? Under this name it comes on top of that one"
            problems.append(Problem(f"default_hooks.{name}", text))
    hooks = Counter(class_name(part) for part in parts if part.registry.name == "hook")
    for part in parts:
        name = class_name(part)
        if part.registry.name == "hook" and name in ONCE and hooks[name] > 1:
            text = f"{name} stands {hooks[name]} times; leave one"
            problems.append(Problem(part.key, text))
    is_whole = config.get("model") and section(config, "train_cfg")
    if is_whole and "SampleSeedHook" not in hooks:
        text = (
            "without SampleSeedHook a run does not repeat: write "
            "default_hooks=dict(sampler_seed=dict(type='SampleSeedHook'))"
        )
        problems.append(Problem("default_hooks.sampler_seed", text, is_warning=True))
    return problems

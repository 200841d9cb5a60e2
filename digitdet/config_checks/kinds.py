"""Where the ``type`` of each key and argument of a config is found, and what its builder adds."""

from dataclasses import dataclass

from mmengine.registry import FUNCTIONS, Registry

from digitdet import registry as registries

LOADERS = ("train_dataloader", "val_dataloader", "test_dataloader")
EVALUATORS = ("val_evaluator", "test_evaluator")
# What reading needs of a config, and all that is taken of one that came with weights.
OF_READING = ("model", "reader")


@dataclass(frozen=True)
class Kind:
    """How one kind of part is built.

    Attributes:
        registry: Where its ``type`` is found.
        default: Its ``type`` where the config states none; None where it has to.
        given: Names of arguments that its builder supplies.
        extra: Keys beside its arguments, which its builder takes out; see `EXTRA`.
    """

    registry: Registry
    default: str | None = None
    given: frozenset[str] = frozenset()
    extra: frozenset[str] = frozenset()


def kind_of(registry: Registry, default: str = "", given: str = "", extra: str = "") -> Kind:
    """Return a kind; names are parted by spaces."""
    return Kind(registry, default or None, frozenset(given.split()), frozenset(extra.split()))


EPOCH_LOOP = kind_of(registries.LOOPS, "EpochBasedTrainLoop", "runner dataloader", "by_epoch")
STEP_LOOP = kind_of(registries.LOOPS, "IterBasedTrainLoop", "runner dataloader", "by_epoch")
HOOK = kind_of(registries.HOOKS, extra="priority")
METRIC = kind_of(registries.METRICS)
SCHEDULER = kind_of(
    registries.PARAM_SCHEDULERS, given="optimizer", extra="convert_to_iter_based epoch_length"
)
# mmengine looks functions up without a scope: in its own registry.
FUNCTION = kind_of(FUNCTIONS)
EVALUATOR = kind_of(registries.EVALUATOR, "Evaluator")
# What is built of the top-level keys that hold one part each.
TOP_LEVEL = {
    "model": kind_of(registries.MODELS),
    "reader": kind_of(registries.READERS),
    "data_preprocessor": kind_of(registries.MODELS),
    "train_cfg": EPOCH_LOOP,
    "val_cfg": kind_of(registries.LOOPS, "ValLoop", "runner dataloader evaluator"),
    "test_cfg": kind_of(registries.LOOPS, "TestLoop", "runner dataloader evaluator"),
    "optim_wrapper": kind_of(
        registries.OPTIM_WRAPPERS, "OptimWrapper", extra="constructor paramwise_cfg"
    ),
    "visualizer": kind_of(registries.VISUALIZERS, given="name save_dir"),
    "log_processor": kind_of(registries.LOG_PROCESSORS, "LogProcessor"),
    "model_wrapper_cfg": kind_of(
        registries.MODEL_WRAPPERS, "MMDistributedDataParallel", "module device_ids"
    ),
}
# What is built of an argument, wherever it is one.
ARGUMENTS = {
    "backbone": kind_of(registries.BACKBONES),
    "batch_sampler": kind_of(registries.DATA_SAMPLERS, given="sampler batch_size"),
    "collate_fn": FUNCTION,
    "data_preprocessor": kind_of(registries.MODELS),
    "dataset": kind_of(registries.DATASETS),
    "datasets": kind_of(registries.DATASETS),
    "detector": kind_of(registries.MODELS),
    "metrics": METRIC,
    "optimizer": kind_of(registries.OPTIMIZERS, given="params"),
    "reader": kind_of(registries.READERS),
    "sampler": kind_of(registries.DATA_SAMPLERS, given="dataset seed"),
    "transforms": kind_of(registries.TRANSFORMS),
    "vis_backends": kind_of(registries.VISBACKENDS, given="save_dir", extra="name"),
    "worker_init_fn": FUNCTION,
}
# Arguments that hold a list of parts.
LISTS = frozenset({"datasets", "transforms", "vis_backends"})
# Where a `type` is looked for that stands in an argument of another name.
SEARCHED = (
    registries.MODELS,
    registries.BACKBONES,
    registries.DATASETS,
    registries.TRANSFORMS,
    registries.METRICS,
    registries.READERS,
    registries.HOOKS,
)

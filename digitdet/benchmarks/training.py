"""How fast a config trains, beside bare torchvision."""

from typing import Any

from digitdet import config as configs
from digitdet.benchmarks.plan import computing_device
from digitdet.benchmarks.rounds import Loop
from digitdet.benchmarks.side_by_side import Setting, measure
from digitdet.benchmarks.training_loops import train_digitdet, train_equal_peer, train_stock_peer

OURS, EQUAL, STOCK = "digitdet", "torchvision, equal", "torchvision, stock"
NEEDED = ("model", "train_dataloader", "train_cfg", "optim_wrapper")


def benchmark_training(setting: Setting, *, peer: bool = False) -> dict[str, Any]:
    """Measure training steps, and print them.

    digitdet's are those of its runner: loading from memory, all hooks, the optimizer. torchvision's
    are a bare loop of forward, backward and the optimizer's step: with the same settings, initial
    weights, pictures and optimizer, and at its own settings. Each is a process of its own; they
    run in turns.

    Args:
        setting: How they are measured.
        peer: Measure torchvision's as well.

    Returns:
        The figures, to be written as JSON.

    Raises:
        FileNotFoundError: If the config or its data is missing.
        RuntimeError: If a loop fails; its error is on the console.
        ValueError: If the config or the setting is not as it has to be.
    """
    config = configs.load(setting.config_file, setting.options)
    configs.require(config, setting.config_file, NEEDED)
    if setting.precision == "bf16" and computing_device().type != "cuda":
        raise ValueError("--precision bf16: training in it needs a CUDA device; leave it out")
    loops: dict[str, Loop] = {OURS: train_digitdet}
    if peer:
        loops[EQUAL] = train_equal_peer
    if peer and setting.stock_repeats:
        loops[STOCK] = train_stock_peer
    return measure("training", loops, (STOCK,), setting)

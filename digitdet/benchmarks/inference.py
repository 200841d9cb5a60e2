"""How fast a config's model predicts, beside itself unprepared and bare torchvision."""

from typing import Any

from digitdet import config as configs
from digitdet.benchmarks.plan import computing_device
from digitdet.benchmarks.prediction_loops import (
    predict_compiled,
    predict_equal_peer,
    predict_plain,
    predict_prepared,
    predict_stock_peer,
)
from digitdet.benchmarks.rounds import Loop
from digitdet.benchmarks.side_by_side import Setting, measure

PREPARED, PLAIN, COMPILED = "prepared", "plain", "compiled"
EQUAL, STOCK = "torchvision, equal", "torchvision, stock"


def benchmark_inference(
    setting: Setting, *, peer: bool = False, compiled: bool = False
) -> dict[str, Any]:
    """Measure predictions, and print them.

    Args:
        setting: How they are measured.
        peer: Measure torchvision's as well: with the same settings and weights, and at its own
            settings.
        compiled: Measure digitdet's model compiled as well; needs a CUDA device.

    Returns:
        The figures, to be written as JSON.

    Raises:
        FileNotFoundError: If the config or its data is missing.
        RuntimeError: If a loop fails; its error is on the console.
        ValueError: If the config or the setting is not as it has to be.
    """
    config = configs.load(setting.config_file, setting.options)
    needed = ("model",) if setting.picture else ("model", "train_dataloader")
    configs.require(config, setting.config_file, needed)
    if compiled and computing_device().type != "cuda":
        raise ValueError("--compile needs a CUDA device; on a CPU no gain was seen from it")
    loops: dict[str, Loop] = {PREPARED: predict_prepared, PLAIN: predict_plain}
    if compiled:
        loops[COMPILED] = predict_compiled
    if peer:
        loops[EQUAL] = predict_equal_peer
    if peer and setting.stock_repeats:
        loops[STOCK] = predict_stock_peer
    return measure("inference", loops, (STOCK,), setting)

"""The loops whose predictions are timed: digitdet's model, plain and prepared, and torchvision."""

from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

import torch
from mmengine.config import Config
from torch import nn

from digitdet.benchmarks.costs import count_cuda_calls, count_flop, wait_for
from digitdet.benchmarks.peers import equal_peer, peer_inputs, stock_peer
from digitdet.benchmarks.plan import (
    SEED,
    Plan,
    autocast,
    batch_of,
    computing_device,
    initial_model,
    load_config,
)
from digitdet.benchmarks.turns import Turns, ends_without_memory
from digitdet.models.flops import num_parameters
from digitdet.models.inference import prepare_for_inference
from digitdet.peak_memory import peak_bytes

Predict = Callable[[], Any]


@ends_without_memory
def predict_plain(pipe: Connection, plan: Plan) -> None:
    """Predict with digitdet's model as it is trained."""
    config = load_config(plan)
    model: Any = initial_model(config).to(computing_device()).eval()
    predict = _digitdet(model, plan, config, autocast_whole=True)
    _predict_in_turns(pipe, model, predict, predict)


@ends_without_memory
def predict_prepared(pipe: Connection, plan: Plan) -> None:
    """Predict with digitdet's model as ``tools/test.py`` and ``tools/predict.py`` do."""
    _predict_prepared(pipe, plan, compiled=False)


@ends_without_memory
def predict_compiled(pipe: Connection, plan: Plan) -> None:
    """Predict with digitdet's model, prepared and compiled."""
    _predict_prepared(pipe, plan, compiled=True)


def _predict_prepared(pipe: Connection, plan: Plan, compiled: bool) -> None:
    config = load_config(plan)
    device = computing_device()
    model: Any = initial_model(config).to(device)
    prepare_for_inference(model, precision=plan["precision"], compiled=compiled)
    predict = counted = _digitdet(model, plan, config, autocast_whole=False)
    if compiled:  # it hides its operations; they are the plain one's
        plain = initial_model(config).to(device).eval()
        counted = _digitdet(plain, plan, config, autocast_whole=True)
    _predict_in_turns(pipe, model, counted, predict)


@ends_without_memory
def predict_equal_peer(pipe: Connection, plan: Plan) -> None:
    """Predict with torchvision's model, with the settings and the weights of digitdet's."""
    config = load_config(plan)
    ours = initial_model(config).to(computing_device()).eval()
    _predict_peer(pipe, plan, config, equal_peer(ours, config.model))


@ends_without_memory
def predict_stock_peer(pipe: Connection, plan: Plan) -> None:
    """Predict with torchvision's model at its own settings."""
    torch.manual_seed(SEED)
    config = load_config(plan)
    peer = stock_peer(config.model.get("num_classes", 11)).to(computing_device()).eval()
    _predict_peer(pipe, plan, config, peer)


def _predict_peer(pipe: Connection, plan: Plan, config: Config, peer: nn.Module) -> None:
    device = computing_device()
    images, _ = peer_inputs(batch_of(plan, config))

    def predict() -> Any:
        with autocast(plan, device):
            return peer([image.to(device) for image in images])

    _predict_in_turns(pipe, peer, predict, predict)


def _digitdet(model: Any, plan: Plan, config: Config, autocast_whole: bool) -> Predict:
    batch, device = batch_of(plan, config), computing_device()

    def predict() -> Any:
        return model(**model.data_preprocessor(batch, False), mode="predict")

    def predict_in_precision() -> Any:
        with autocast(plan, device):
            return predict()

    return predict_in_precision if autocast_whole else predict


def _predict_in_turns(
    pipe: Connection, model: nn.Module, counted: Predict, predict: Predict
) -> None:
    """Time predictions; one, whose operations are counted, comes before."""
    device = computing_device()
    with torch.no_grad():  # the operations of inference mode are not all seen
        facts: dict[str, Any] = {"threads": torch.get_num_threads(), "flop": count_flop(counted)}
        facts["detections"] = sum(len(one["boxes"]) for one in counted())
    facts["parameters"] = num_parameters(model)
    run = partial(_in_inference_mode, predict)
    if device.type == "cuda":
        run()
        facts |= count_cuda_calls(run)
        torch.cuda.reset_peak_memory_stats()
    turns = Turns(pipe, wait_for(device))
    turns.begin(facts)
    while turns.next():
        run()
    turns.end({"peak_bytes": peak_bytes(device)})


@torch.inference_mode()
def _in_inference_mode(predict: Predict) -> Any:
    return predict()

"""The loops whose training steps are timed: digitdet's runner, and bare torchvision."""

from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from typing import Any

import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from torch import Tensor, nn

from digitdet.benchmarks.costs import (
    count_cuda_calls,
    count_flop,
    count_saved_bytes,
    wait_for,
)
from digitdet.benchmarks.peers import equal_peer, peer_inputs, stock_peer
from digitdet.benchmarks.plan import (
    SEED,
    Plan,
    autocast,
    batch_of,
    computing_device,
    initial_model,
    load_config,
    pictures_of,
)
from digitdet.benchmarks.turns import Turns, ends_without_memory
from digitdet.console import console
from digitdet.mixed_precision import set_precision
from digitdet.peak_memory import peak_bytes
from digitdet.registry import OPTIMIZERS
from digitdet.runner import Runner

RATE = 1e-6  # hardly moves the weights, so that all steps are alike


class TurnsEndedError(Exception):
    """There is no further turn."""


class TurnsHook(Hook):
    """Lets a step of the loop, with all that hooks do around it, wait for its turn.

    Args:
        turns: The loop's end of the pipe.
    """

    priority = "HIGHEST"

    def __init__(self, turns: Turns) -> None:
        self.turns = turns

    def before_train_iter(self, runner: Any, batch_idx: int, data_batch: Any = None) -> None:  # noqa: ARG002
        """Wait; a turn lasts from here to here in the next step.

        Raises:
            TurnsEndedError: If there is no further turn.
        """
        if not self.turns.next():
            raise TurnsEndedError


@ends_without_memory
def train_digitdet(pipe: Connection, plan: Plan) -> None:
    """Train by the runner of a config, with all its hooks."""
    console.quiet = True
    device = computing_device()
    config = training_config(plan)
    runner = Runner.from_cfg(config)
    model: Any = runner.bare_model
    model.load_state_dict(initial_model(config).state_dict())
    batch = batch_of(plan, runner.cfg)

    def forward() -> Tensor:
        with autocast(plan, device):
            losses = model(**model.data_preprocessor(batch, True), mode="loss")
        total: Tensor = model.parse_losses(losses)[0]
        return total

    turns = Turns(pipe, wait_for(device))
    turns.begin(training_facts(model.train(), forward, device))
    runner.register_hook(TurnsHook(turns))
    try:
        runner.train()
    except TurnsEndedError:
        turns.end({"peak_bytes": peak_bytes(device)})


def training_config(plan: Plan) -> Config:
    """Return a plan's config with its pictures in place of data, and a rate that changes little."""
    config = load_config(plan)
    config.work_dir = str(plan["folder"])
    pictures = pictures_of(plan, config)
    loader = {
        "batch_size": plan["batch_size"],
        "num_workers": 0,
        "sampler": {"type": "DefaultSampler", "shuffle": False},
        "collate_fn": {"type": "digitdet.collate"},
        "dataset": pictures,
    }
    config.train_dataloader = loader
    if config.get("val_dataloader"):  # hooks ask for its figures; it is never run
        config.val_dataloader = {**loader, "dataset": {**pictures, "length": plan["batch_size"]}}
    for key in ("test_dataloader", "test_cfg", "test_evaluator"):
        config[key] = None
    config.randomness = {"seed": SEED}
    config.env_cfg.mp_cfg.mp_start_method = "spawn"  # as this process was started
    config.optim_wrapper.optimizer.lr = RATE
    config.optim_wrapper.pop("accumulative_counts", None)
    if plan["precision"] == "bf16":
        set_precision(config.optim_wrapper, "bf16")
    return config


def training_facts(
    model: nn.Module, forward: Callable[[], Tensor], device: torch.device
) -> dict[str, Any]:
    """Count what a step costs; the gradients are removed after.

    Args:
        model: In training mode.
        forward: Returns its loss for the batch.
        device: That it computes on.
    """

    def step() -> None:
        forward().backward()

    facts = {
        "threads": torch.get_num_threads(),
        "flop": count_flop(step),
        "saved_bytes": count_saved_bytes(forward, model.parameters()),
    }
    if device.type == "cuda":
        facts |= count_cuda_calls(step)
        torch.cuda.reset_peak_memory_stats()
    model.zero_grad(set_to_none=True)
    return facts


@ends_without_memory
def train_equal_peer(pipe: Connection, plan: Plan) -> None:
    """Train torchvision's model with the settings and the initial weights of digitdet's."""
    config = load_config(plan)
    ours = initial_model(config).to(computing_device()).train()
    _train_peer(pipe, plan, config, equal_peer(ours, config.model))


@ends_without_memory
def train_stock_peer(pipe: Connection, plan: Plan) -> None:
    """Train torchvision's model at its own settings."""
    torch.manual_seed(SEED)
    config = load_config(plan)
    peer = stock_peer(config.model.get("num_classes", 11)).to(computing_device())
    _train_peer(pipe, plan, config, peer)


def _train_peer(pipe: Connection, plan: Plan, config: Config, peer: nn.Module) -> None:
    """Train with a loop and nothing else."""
    device = computing_device()
    images, targets = peer_inputs(batch_of(plan, config))
    optimizer = plain_optimizer(peer, config.optim_wrapper.optimizer)
    clip_grad: Mapping[str, Any] = config.optim_wrapper.get("clip_grad") or {}

    def forward() -> Tensor:
        moved = [{key: value.to(device) for key, value in t.items()} for t in targets]
        with autocast(plan, device):
            losses = peer([image.to(device) for image in images], moved)
        return torch.stack(list(losses.values())).sum()

    turns = Turns(pipe, wait_for(device))
    turns.begin(training_facts(peer, forward, device))
    while turns.next():
        optimizer.zero_grad()
        forward().backward()
        if clip_grad:
            nn.utils.clip_grad_norm_(peer.parameters(), **clip_grad)
        optimizer.step()
    turns.end({"peak_bytes": peak_bytes(device)})


def plain_optimizer(model: nn.Module, optimizer: Mapping[str, Any]) -> torch.optim.Optimizer:
    """Build the optimizer of a config for all trained parameters, as a plain script does."""
    arguments = {key: value for key, value in optimizer.items() if key != "type"}
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    kind: Any = OPTIMIZERS.get(optimizer["type"])
    built: torch.optim.Optimizer = kind(trained, **{**arguments, "lr": RATE})
    return built

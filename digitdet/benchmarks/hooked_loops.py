"""The loops whose cost an iteration is measured: with digitdet's hooks, mmengine's and none."""

import logging
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple, TypedDict

import mmengine.runner
import torch
from mmengine.config import Config
from mmengine.evaluator import BaseMetric
from mmengine.hooks import Hook
from mmengine.logging import MMLogger
from mmengine.model import BaseModel
from mmengine.optim import OptimWrapper
from torch import Tensor, nn
from torch.utils.data import DataLoader

from digitdet.console import console
from digitdet.runner import Runner

OPTIMIZER: dict[str, Any] = {"lr": 1e-3, "momentum": 0.9, "fused": True}
NUM_LOSSES = 4  # as many as a detector's


class Size(NamedTuple):
    """How many tensors a model has.

    Attributes:
        parameters: At least twice as many as ``norms``.
        norms: BatchNorm layers, of two parameters and three buffers each.
    """

    parameters: int
    norms: int


class Plan(TypedDict):
    """What a loop runs.

    Attributes:
        runtime_file: The config whose hooks are digitdet's.
        folder: For what it writes.
        epochs: How many.
        steps: Of an epoch.
        turn: Steps that are timed together.
        size: Of the model.
    """

    runtime_file: Path
    folder: Path
    epochs: int
    steps: int
    turn: int
    size: Size


class Turns(Hook):
    """Waits before each turn until it is let on, and sends how long the last one took.

    That is in seconds of the process's CPU time, on which what else the machine does falls least.

    Args:
        pipe: To the process that lets it on.
        turn: Steps of a turn.
    """

    def __init__(self, pipe: Connection, turn: int) -> None:
        self.pipe = pipe
        self.turn = turn
        self._start = time.process_time()

    def before_train_iter(self, runner: Any, batch_idx: int, data_batch: Any = None) -> None:  # noqa: ARG002
        """See `wait`."""
        self.wait(runner.iter)

    def after_train(self, runner: Any) -> None:  # noqa: ARG002
        """See `end`."""
        self.end()

    def wait(self, step: int) -> None:
        """Where a step, from 0, is the first of a turn: send how long the last took, and wait."""
        if step % self.turn == 0:
            self.end()
            try:
                self.pipe.recv()
            except EOFError:
                raise SystemExit("the measurement was ended") from None
            self._start = time.process_time()

    def end(self) -> None:
        """Send how long the turn took; before the first one, that the loop is ready."""
        self.pipe.send(time.process_time() - self._start)


class ManyNumbers(BaseModel):
    """As many tensors as a detector has, of a number each: hooks do with them what they do there.

    Args:
        size: How many.
    """

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.BatchNorm2d(1) for _ in range(size.norms))
        rest = size.parameters - 2 * size.norms
        self.numbers = nn.ParameterList(nn.Parameter(torch.ones(1)) for _ in range(rest))
        self.all = tuple(self.parameters())

    def forward(self, inputs: Tensor, mode: str = "tensor") -> Any:
        """Return the losses, or nothing of note as predictions."""
        if mode != "loss":
            return [inputs]
        value = torch.cat(self.all).square().mean()
        return {f"loss_{index}": value * factor for index, factor in enumerate(inputs.unbind(-1))}


def detector_size() -> Size:
    """Count the tensors of the detector that digitdet builds where nothing else is said."""
    from digitdet.models import FasterRCNN

    with torch.device("meta"):
        model = FasterRCNN()
    norms = sum(isinstance(module, nn.BatchNorm2d) for module in model.modules())
    return Size(len(list(model.parameters())), norms)


class Half(BaseMetric):
    """A figure that is always the same."""

    default_prefix = ""

    def process(self, data_batch: Any, data_samples: Sequence[Any]) -> None:  # noqa: ARG002
        """Count."""
        self.results.append(0)

    def compute_metrics(self, results: list[Any]) -> dict[str, float]:  # noqa: ARG002
        """Return it."""
        return {"map": 0.5}


class PlainRunner(mmengine.runner.Runner):
    """mmengine's own, with nothing but errors on the console."""

    def build_logger(self, *args: Any, **kwargs: Any) -> MMLogger:
        """Build the logger; its file has all of it."""
        logger = super().build_logger(*args, **kwargs)
        for handler in logger.handlers:
            if not isinstance(handler, logging.FileHandler):
                handler.setLevel(logging.ERROR)
        return logger


def run_digitdet(pipe: Connection, plan: Plan) -> None:
    """Train with the hooks of the runtime file."""
    config = Config.fromfile(plan["runtime_file"])
    turns = Turns(pipe, plan["turn"])
    hooks = {key: config[key] for key in ("default_scope", "default_hooks", "visualizer")}
    _train(Runner, plan, custom_hooks=[*config.get("custom_hooks", ()), turns], **hooks)


def run_mmengine(pipe: Connection, plan: Plan) -> None:
    """Train with the hooks that mmengine has where nothing is said."""
    _train(PlainRunner, plan, custom_hooks=[Turns(pipe, plan["turn"])])


def run_bare(pipe: Connection, plan: Plan) -> None:
    """Train with a loop and nothing else."""
    torch.set_num_threads(1)
    model, turns = ManyNumbers(plan["size"]), Turns(pipe, plan["turn"])
    optimizer = torch.optim.SGD(model.parameters(), **OPTIMIZER)
    wrapper, loader, step = OptimWrapper(optimizer), _loader(plan["steps"]), 0
    for _ in range(plan["epochs"]):
        for batch in loader:
            turns.wait(step)
            model.train_step(batch, wrapper)
            step += 1
    turns.end()


DIGITDET, MMENGINE, BARE = "digitdet", "mmengine", "bare loop"
LOOPS: dict[str, Callable[[Connection, Plan], None]] = {
    DIGITDET: run_digitdet,
    MMENGINE: run_mmengine,
    BARE: run_bare,
}


def _train(kind: type[mmengine.runner.Runner], plan: Plan, **parts: Any) -> None:
    torch.set_num_threads(1)
    console.quiet = True
    kind(
        model=ManyNumbers(plan["size"]),
        work_dir=str(plan["folder"]),
        train_dataloader=_loader(plan["steps"]),
        train_cfg={"by_epoch": True, "max_epochs": plan["epochs"]},
        optim_wrapper={"optimizer": {"type": "SGD", **OPTIMIZER}},
        val_dataloader=_loader(1),
        val_cfg={},
        val_evaluator=[Half()],
        randomness={"seed": 0},
        env_cfg={"mp_cfg": {"mp_start_method": "spawn"}},  # as this process was started
        **parts,
    ).train()


def _loader(steps: int) -> DataLoader[Any]:
    return DataLoader([{"inputs": torch.ones(NUM_LOSSES)}] * steps, batch_size=1)  # type: ignore[arg-type]

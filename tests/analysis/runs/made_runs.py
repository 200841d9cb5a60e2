"""Work folders as trainings leave them, made without one."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

CONFIG: dict[str, Any] = {
    "model": {"type": "FasterRCNN", "min_size": 256},
    "optim_wrapper": {"optimizer": {"type": "SGD", "lr": 0.01}},
    "randomness": {"seed": 0},
    "work_dir": "work_dirs/made",
}


def make_run(
    folder: Path,
    *,
    losses: Sequence[float] = (3.0, 2.0, 1.0),
    figures: Mapping[str, Sequence[float]] | None = None,
    steps_per_epoch: int = 2,
    num_epochs: int = 3,
    record: bool = True,
    outcome: str = "finished",
    seconds: float = 60.0,
    **changes: Any,
) -> Path:
    """Write ``scalars.csv`` and ``run.json``; each step of an epoch has the epoch's loss.

    Args:
        folder: The work folder; is made.
        losses: Of each epoch that is done.
        figures: Name -> value of the validation after each epoch; none is validated without.
        steps_per_epoch: Steps of an epoch.
        num_epochs: Epochs that the config asks for.
        record: Whether ``run.json`` is there.
        outcome: Of the one session.
        seconds: Of the one session.
        **changes: Other values of ``run.json``.
    """
    rows = ["step,epoch,name,value"]
    for epoch, loss in enumerate(losses, 1):
        end = epoch * steps_per_epoch
        rows += [
            f"{step},{epoch},train/loss,{loss}"
            for step in range(end - steps_per_epoch + 1, end + 1)
        ]
        if figures:
            rows += [f"{end},{epoch},val/{name},{v[epoch - 1]}" for name, v in figures.items()]
            rows.append(f"{end},{epoch},epoch/loss,{loss}")
    folder.mkdir(parents=True)
    (folder / "scalars.csv").write_text("\n".join(rows) + "\n")
    session: dict[str, Any] = {"outcome": outcome, "seconds": seconds, "device": "cpu"}
    session |= {"last_step": len(losses) * steps_per_epoch or None, "peak_memory_mb": 500.0}
    content = {
        "format": 1,
        "name": "made",
        "seed": 0,
        "metric": "map",
        "config": CONFIG,
        "num_epochs": num_epochs,
        "num_steps": num_epochs * steps_per_epoch,
        "num_parameters": 1000,
        "sessions": [session],
        **changes,
    }
    if record:
        (folder / "run.json").write_text(json.dumps(content))
    return folder


def with_seed(seed: int, **changes: Any) -> dict[str, Any]:
    """What `make_run` takes for a run with a seed and changes of the config's optimizer."""
    optimizer = {"type": "SGD", "lr": 0.01, **changes}
    config = CONFIG | {"randomness": {"seed": seed}, "optim_wrapper": {"optimizer": optimizer}}
    return {"seed": seed, "config": config}
